/** `npm run demo`: a sale of 1,000 cups on a system of its own, 20,000 buyers at once, and what came of it. */
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SingleBar } from "cli-progress"
import { type Answer, type Client, createClient } from "./demo/client.ts"
import { proveFromLog } from "./demo/proof.ts"
import { startSystem } from "./demo/system.ts"
import { jwtSigner } from "./infra/jwt.ts"

const CUPS = 1_000
const BUYERS = 20_000
const CONNECTIONS = 200
const PER_USER_LIMIT = 1

const dataDir = mkdtempSync(join(tmpdir(), "hash-coffee-demo-"))
const secret = randomBytes(32).toString("base64url")
const sign = jwtSigner(secret)

console.log("Starting an embedded system of its own ...")
const system = await startSystem(dataDir, secret)
let failed = true
try {
  failed = await rush(createClient(system.url, CONNECTIONS))
} finally {
  await system.stop()
  rmSync(dataDir, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)

/** Returns whether any promise was broken. */
async function rush(client: Client): Promise<boolean> {
  const saleId = await openSale(client)
  console.log(`${BUYERS} buyers want ${CUPS} cups, one each, over ${CONNECTIONS} connections:`)
  const bar = new SingleBar({
    format: "  {bar} {value}/{total} answered, {sold} sold",
    clearOnComplete: false,
  })
  bar.start(BUYERS, 0, { sold: 0 })
  const answers: Answer[] = []
  let next = 0
  let sold = 0
  let lastSoldAt = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < BUYERS) {
        const user = `buyer-${next++}`
        const answer = await client.buy(saleId, sign({ userId: user, role: "user" }))
        if (answer.word === "sold") {
          sold++
          lastSoldAt = performance.now()
        }
        answers.push(answer)
        bar.update(answers.length, { sold })
      }
    }),
  )
  const seconds = (performance.now() - began) / 1_000
  bar.stop()
  return report(answers, seconds, (lastSoldAt - began) / 1_000, saleId)
}

async function openSale(client: Client): Promise<string> {
  const now = Date.now()
  const { id } = await client.post("/v1/flash-sales", sign({ userId: "barista", role: "admin" }), {
    title: "The minute",
    priceFen: 990,
    stock: CUPS,
    perUserLimit: PER_USER_LIMIT,
    startsAt: new Date(now - 1_000).toISOString(),
    endsAt: new Date(now + 3_600_000).toISOString(),
  })
  return id as string
}

async function report(
  answers: readonly Answer[],
  seconds: number,
  sellingSeconds: number,
  saleId: string,
): Promise<boolean> {
  const byWord = new Map<string, number>()
  for (const { word } of answers) byWord.set(word, (byWord.get(word) ?? 0) + 1)
  const sold = byWord.get("sold") ?? 0
  byWord.delete("sold")
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b)
  const percentile = (share: number) => `${times[Math.floor(share * (times.length - 1))]!.toFixed(0)} ms`
  const proof = await proveFromLog(system.eventStorePort, saleId)

  console.log(`
  sold                    ${sold}
${[...byWord].map(([word, times]) => `  ${`refused: ${word}`.padEnd(24)}${times}`).join("\n")}
  oversold                ${proof.oversold}        replayed from the log, checked after each of ${proof.events} events
  per-user limit broken   ${proof.limitBroken}
  orders in the log       ${proof.orders}${proof.orders === sold ? "     as many as were told so" : "     NOT what buyers were told"}
  orders per second       ${Math.round(sold / sellingSeconds)}     until the last cup was sold; ${Math.round(answers.length / seconds)} answers per second in all, the clients on the same machine
  p50, p99                ${percentile(0.5)}, ${percentile(0.99)}`)
  return proof.oversold > 0 || proof.limitBroken > 0 || proof.orders !== sold
}
