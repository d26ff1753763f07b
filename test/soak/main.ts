/** `npm run soak`: the full profile under steady traffic for minutes, with a fault each 30 s, and what came of it. */
import { setTimeout as sleep } from "node:timers/promises"
import { MultiBar } from "cli-progress"
import { Command, InvalidArgumentError } from "commander"
import { openSale } from "../support/buyer.ts"
import { faults } from "../support/faults.ts"
import { startLoad, type Told } from "../support/load.ts"
import { sellsAgain } from "../support/recovery.ts"
import { proveAtRest, sellOut } from "../support/rest.ts"
import { type Fleet, startFleet } from "../support/world.ts"
import { planOf, randomOf } from "./plan.ts"
import { sizesOf } from "./sizes.ts"
import { startTraffic } from "./traffic.ts"
import { judge } from "./verdict.ts"

const PEAK_MS = 10_000
const PEAK_HANDS = 60
const LEFT = 60
const SIZES_EVERY_MS = 30_000

const HELP = `
Starts Redis, MariaDB, Kafka and the log server, two API processes and one with all the workers, each on a free port.
Measures the peak for ten seconds, then sends half of it: sales open and end, buyers pay, cancel or let their time pass.
Each 30 s something is killed, stopped or emptied. At the end every invariant is checked from the log, the gates and the
read models against it. Exit code 0 when all held, else 1.`

const positive = (text: string): number => {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError("a number above 0")
  return number
}

const { minutes, seed } = new Command("soak")
  .description("Lets the full profile run under traffic and faults, and judges it.")
  .option("--minutes <n>", "how long the traffic lasts", positive, 10)
  .option("--seed <n>", "which faults come in which order, as an earlier run printed it", positive)
  .addHelpText("after", HELP)
  .parse()
  .opts<{ minutes: number; seed?: number }>()

console.log("starting the servers and the processes")
const fleet = await startFleet(2)
let findings: readonly string[] = ["it did not end"]
try {
  findings = await soak(fleet, minutes * 60_000, seed ?? 1 + Math.floor(Math.random() * 1_000_000))
} finally {
  await fleet.close()
}
for (const finding of findings) console.log(`NOT HELD: ${finding}`)
console.log(findings.length === 0 ? "verdict: every invariant held" : `verdict: ${findings.length} not held`)
process.exit(findings.length === 0 ? 0 : 1)

/** Returns what did not hold. */
async function soak(fleet: Fleet, lastsMs: number, seed: number): Promise<readonly string[]> {
  const anchor = await openSale(fleet.apis[0]!, fleet.token("boss", "admin"), {
    stock: 1_000_000,
    perUserLimit: 2,
  })
  const burst = startLoad(fleet, anchor, PEAK_HANDS)
  await sleep(PEAK_MS)
  await burst.stop()
  const perSecond = (burst.told.length / PEAK_MS) * 500
  const plan = planOf(seed, lastsMs)
  console.log(`seed ${seed}; half of peak: ${perSecond.toFixed(0)} buyers a second; ${plan.length} faults`)

  const { say, progress, end } = screen(lastsMs)
  const sizes = sizesOf(fleet)
  const traffic = startTraffic(fleet, perSecond, randomOf(seed))
  const firsts: Told[] = []
  const returns: string[] = []
  const beganMs = performance.now()
  const passedMs = () => performance.now() - beganMs
  const tell = (line: string) => say(`${clock(passedMs())} ${line}`)
  say(sizes.head)
  const showSizes = () => say(sizes.row(clock(passedMs()), traffic.counts().orders))
  showSizes()
  const timers = [
    setInterval(showSizes, SIZES_EVERY_MS),
    setInterval(() => progress(passedMs(), traffic.counts()), 250),
  ]
  for (const [n, { name, atMs }] of plan.entries()) {
    await sleep(Math.max(0, atMs - passedMs()))
    tell(name)
    await faults[name](fleet, anchor)
    const back = await sellsAgain(fleet, anchor, `first-${n}`)
    firsts.push(...back.firsts)
    returns.push(`${name.padEnd(40)}${back.tookMs.toFixed(0).padStart(7)} ms`)
    tell(`sells again after ${back.tookMs.toFixed(0)} ms`)
  }
  await sleep(Math.max(0, lastsMs - passedMs()))
  await traffic.stop()
  for (const timer of timers) clearInterval(timer)
  showSizes()
  end()

  const { orders, refused } = traffic.counts()
  console.log(`\n${orders} orders in ${traffic.told.size} sales, ${refused} buyers refused\nreturns:`)
  for (const line of returns) console.log(`  ${line}`)
  console.log("waiting for what is unpaid to time out, then checking")
  const found = [...traffic.troubles, ...(await judge(fleet, traffic.told))]
  const atRest = async () => {
    await proveAtRest(fleet, anchor, [...burst.told, ...firsts])
    await sellOut(fleet, anchor, LEFT)
  }
  await atRest().catch((cause: Error) => found.push(`the sale that lasted all the time: ${cause.message}`))
  return found
}

/** A bar with lines above it on a terminal, else the lines alone. */
function screen(lastsMs: number) {
  const bars = new MultiBar({ format: "{bar} {percentage} %  {orders} orders, {waiting} waiting" })
  const bar = bars.create(lastsMs, 0, { orders: 0, waiting: 0 })
  return {
    say: (line: string) => (process.stdout.isTTY ? bars.log(`${line}\n`) : console.log(line)),
    progress: (ms: number, counts: object) => bar.update(Math.min(ms, lastsMs), counts),
    end: () => bars.stop(),
  }
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}
