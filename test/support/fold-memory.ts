/**
 * Run with `--expose-gc`: folds a sale as it comes from the log, and prints as JSON what a request id costs in bytes, on the
 * heap and in all, and what is left once the sale was let go.
 */
import { randomUUID } from "node:crypto"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { permit, refused, reserved, SALE_ID, scheduled } from "./scenario.ts"

const WARM = 20_000
const REQUESTS = 100_000

/** An event as the log's client hands it out: every string is new. */
const fromLog = ({ type, data }: FlashSale.Event) => FlashSale.parse(type, JSON.parse(JSON.stringify(data)))

function fold(sale: FlashSale.Fold, requests: number): void {
  for (let i = 0; i < requests; i++) {
    const revision = sale.revision + 1
    const wanted = permit(`user${revision}`, 1 + (i % 2), randomUUID())
    const event = i % 10 === 9 ? refused(wanted, "sold_out") : reserved(wanted, revision)
    FlashSale.evolve(sale, fromLog(event), { revision, position: BigInt(revision) * 997n })
  }
}

async function used(): Promise<{ heap: number; all: number }> {
  // The memory of buffers is given back beside the collection, not in it.
  for (let i = 0; i < 3; i++) {
    globalThis.gc!()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, all: heapUsed + arrayBuffers }
}

let sale: FlashSale.Fold | null = FlashSale.initial(SALE_ID)
FlashSale.evolve(sale, scheduled({ stock: REQUESTS }), { revision: 0, position: 1n })
const empty = await used()
fold(sale, WARM)
const before = await used()
fold(sale, REQUESTS)
const after = await used()
const each = (from: number, to: number) => (to - from) / REQUESTS
const held = sale.outcomes.has("nobody:k1")
sale = null
const letGo = await used()
console.log(
  JSON.stringify({
    held,
    heapEach: each(before.heap, after.heap),
    allEach: each(before.all, after.all),
    leftOver: letGo.all - empty.all,
  }),
)
