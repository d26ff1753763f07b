import { createHash } from "node:crypto"
import { onTestFinished } from "vitest"
import type { ReadStreamOptions } from "../../src/commands/ports/event-store.ts"
import { createFollower } from "../../src/commands/sale/follower.ts"
import { createSnapshots } from "../../src/commands/sale/snapshots.ts"
import type { NewEvent, RecordedEvent } from "../../src/domain/event.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { saleWorld, type World } from "./sale-world.ts"
import { contentOf, permit, reserved, SALE_ID } from "./scenario.ts"

/** Snapshots are due after so many events. */
export const EVERY = 10
const SALE = FlashSale.streamOf(SALE_ID)
export const SNAPSHOTS = `snapshot-${SALE}`
const metadata = { correlationId: "t", causationId: "t", actor: "t", schemaVersion: 1, codeVersion: "t" }

/** What is stored of snapshots. */
export const storedIn = ({ log }: World): RecordedEvent[] =>
  log.all.filter(({ stream }) => stream === SNAPSHOTS)
let ids = 0
export const eventOf = (type: string, data: object): NewEvent => ({
  id: `11111111-0000-4000-8000-${(++ids).toString(16).padStart(12, "0")}`,
  ...{ type, data, metadata },
})

/** Sells `count` cups more, past the gate. */
export async function sell(world: World, count: number): Promise<void> {
  const from = world.events().length
  const events = Array.from({ length: count }, (_, n) => reserved(permit(`user${from + n}`), from + n))
  await world.log.append(
    SALE,
    BigInt(from - 1),
    events.map(({ type, data }) => eventOf(type, data)),
  )
}

/** A process that follows the sale and keeps its snapshots. */
export async function keeper(world: World, tamper: Parameters<World["process"]>[0] = {}) {
  const reads: [stream: string, from: bigint | undefined][] = []
  const { deps, stop } = await world.process({
    store: {
      readStream(stream: string, options: ReadStreamOptions = {}) {
        reads.push([stream, options.from])
        return world.log.readStream(stream, options)
      },
      ...tamper.store,
    },
  })
  await stop()
  reads.length = 0
  const snapshots = createSnapshots(deps, SALE_ID, EVERY)
  const sale = (await snapshots.join())!
  const follower = createFollower(sale, deps.store, world.clock)
  await follower.catchUp()
  const stopped = new AbortController()
  onTestFinished(() => stopped.abort())
  void snapshots.keep(sale, stopped.signal)
  return { sale, follower, reads, stop: () => stopped.abort() }
}

/** Folds what is new and lets what is due be written. */
export async function goOn(world: World, ...keepers: Pick<Awaited<ReturnType<typeof keeper>>, "follower">[]) {
  for (const { follower } of keepers) await follower.catchUp()
  await world.clock.advance(4_000)
}

/** What a process that joins now folds, and from which revision on it reads the sale's stream. */
export async function joining(world: World) {
  const { sale, reads } = await keeper(world)
  const from = reads.filter(([stream]) => stream === SALE).at(-1)![1]
  return { content: contentOf(sale), from: Number(from) }
}

export function fromStart(world: World) {
  const sale = FlashSale.initial(SALE_ID)
  for (const { stream, type, data, revision, position } of world.log.all)
    if (stream === SALE)
      FlashSale.evolve(sale, FlashSale.parse(type, data), { revision: Number(revision), position })
  return contentOf(sale)
}

export async function worldOf(cups: number) {
  const world = await saleWorld({ stock: 100_000 })
  await sell(world, cups)
  return world
}

/** What is stored of snapshots, to be stored again. */
export const asStored = ({ type, data }: RecordedEvent) => ({ type, data: data as object })

/** The same with something changed, as another writer would have stored it: with a checksum that fits. */
export const changed = (parts: readonly RecordedEvent[], change: object) =>
  parts.map(({ type, data }) => {
    const { sum: _, ...part } = { ...(data as { sum: string }), ...change }
    const sum = createHash("sha256").update(JSON.stringify(part)).digest("base64url").slice(0, 22)
    return { type, data: { ...part, sum } }
  })
