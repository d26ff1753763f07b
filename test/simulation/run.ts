import type { LiveSale } from "../../src/commands/sale/live-sale.ts"
import type * as FlashSale from "../../src/domain/flash-sale.ts"
import { SALE_ID, START_MS } from "../support/scenario.ts"
import { ask, buy } from "./buyer.ts"
import { databaseRows } from "./database.ts"
import { drawPlan } from "./draw-plan.ts"
import { unleash } from "./faults.ts"
import { outOfDate } from "./invariants/read-models.ts"
import { unsettled } from "./invariants/rest.ts"
import { asViolation, Violation } from "./invariants/violation.ts"
import { type Plan, type Purchase, TROUBLE_MS } from "./plan.ts"
import { memoryRows } from "./rows.ts"
import { sequelOf } from "./sequel.ts"
import { schedule, steer } from "./staff.ts"
import { LATEST_MS } from "./wire.ts"
import { createWorld, type World } from "./world.ts"

/** How long everything may take to settle once the trouble is over: what is documented, a refund's retries included. */
const SETTLE_MS = 40_000
const LOOK_MS = 500

export interface Outcome {
  readonly violation: Violation | null
  readonly steps: number
  /** Virtual time from the beginning to the end. */
  readonly tookMs: number
  readonly history: readonly string[]
}

export const runSeed = (seed: string, withHistory = false): Promise<Outcome> =>
  runPlan(drawPlan(seed), withHistory)

/** Runs a plan: trouble, then calm, in which everything must settle, then every cup that is left is sold. */
export async function runPlan(plan: Plan, withHistory: boolean): Promise<Outcome> {
  const history: string[] = []
  const rows = plan.projects ? await databaseRows() : memoryRows()
  const world = createWorld(plan, rows, withHistory ? history : null)
  const stray = (cause: unknown) => world.fail(asViolation(cause))
  process.on("unhandledRejection", stray)
  let violation: Violation | null = null
  try {
    await play(world)
  } catch (cause) {
    violation = asViolation(cause)
  } finally {
    process.off("unhandledRejection", stray)
  }
  return { violation, steps: world.timeline.stepsTaken(), tookMs: world.timeline.nowMs(), history }
}

async function play(world: World): Promise<void> {
  const { plan, timeline, nodes } = world
  let busy = 0
  const client = (task: Promise<unknown>) => {
    busy++
    task
      .catch((cause) => world.fail(asViolation(cause)))
      .finally(() => {
        busy--
      })
  }
  for (const node of nodes) world.start(node)
  unleash(world, plan)
  client(
    schedule(world).then(() => {
      let nth = 0
      for (const action of plan.actions)
        client(
          timeline
            .sleep(action.atMs, null)
            .then(() => (action.kind === "buy" ? shop(world, action, client) : steer(world, action, ++nth))),
        )
    }),
  )

  await timeline.runUntil(TROUBLE_MS, world.check)
  world.clearUp()
  for (const node of nodes) {
    if (node.life) timeline.wake(node.life.owner)
    world.start(node)
  }
  await settle(world, () => busy)
  await sellTheRest(world)
}

async function shop(
  world: World,
  purchase: Purchase,
  client: (task: Promise<unknown>) => void,
): Promise<void> {
  const { timeline, draw, nodes } = world
  for (const ms of purchase.againMs)
    client(
      timeline
        .sleep(ms, null)
        .then(() => ask(world, purchase, draw(`${purchase.user} again`).int(nodes.length))),
    )
  const order = await buy(world, purchase, purchase.node, purchase.keen)
  if (order) await sequelOf(world, purchase, order)
}

async function settle(world: World, busy: () => number): Promise<void> {
  const { timeline, server, ledger, redis, provider, plan, rows } = world
  // What a process with a wrong clock has put off is late by as much.
  const skewMs = Math.max(...plan.skewsMs.map(Math.abs))
  const untilMs = timeline.nowMs() + SETTLE_MS + skewMs
  await timeline.runUntil(timeline.nowMs() + LATEST_MS, world.check)
  for (;;) {
    await timeline.runUntil(timeline.nowMs() + LOOK_MS, world.check)
    const over = timeline.nowMs() > plan.endsAfterMs
    const nowMs = START_MS + timeline.nowMs()
    const left =
      busy() > 0
        ? new Violation("settles", `${busy()} clients have no answer`)
        : (unsettled({ events: server.log.all, ledger, gate: redis.loaded(), over, provider, nowMs }) ??
          (rows.db && (await outOfDate(rows.db, server.log.all, ledger))))
    if (!left) break
    if (timeline.nowMs() > untilMs) throw left
  }
  await timeline.runUntil(timeline.nowMs() + world.times.soldOutMemoryMs, world.check)
  for (const { life } of world.nodes) forgotten(world, life?.sales.peek(SALE_ID))
}

/** No process may tell from memory any more that the sale is sold out. */
function forgotten({ timeline }: World, live: LiveSale | undefined): void {
  if (live?.soldOut.isValid(timeline.nowMs(), live.sale.revision))
    throw new Violation("settles", "a sold-out memory outlived its time")
}

/** New buyers take what is free, everywhere at once: exactly that much is sold. */
async function sellTheRest(world: World): Promise<void> {
  const { timeline, ledger, plan, nodes, note } = world
  note(() => "the rest is sold")
  const { paused, capacity, taken } = ledger.at(ledger.head())!
  if (timeline.nowMs() > plan.endsAfterMs) return
  const answers: (FlashSale.Accepted | null)[] = []
  const nothing = { atMs: 0, node: 0, delta: 0 }
  if (paused) void steer(world, { kind: "resume", ...nothing }, 99)
  await timeline.runUntil(timeline.nowMs() + LOOK_MS, world.check)
  for (let n = 0; n <= capacity - taken; n++)
    void buy(world, { user: `last${n}`, key: "k", quantity: 1 }, n % nodes.length, 0).then((got) =>
      answers.push(got),
    )
  await timeline.runUntil(timeline.nowMs() + 2 * LOOK_MS + 1_000, world.check)
  const sold = answers.filter((answer) => answer !== null).length
  if (answers.length !== capacity - taken + 1 || sold !== capacity - taken)
    throw new Violation(
      "every cup is for sale",
      `${sold} of ${capacity - taken} sold to ${answers.length} who were answered`,
    )
}
