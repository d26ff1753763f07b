import { defaultSaleTimes, type SaleTimes } from "../../src/commands/sale/deps.ts"
import type { RecordedEvent } from "../../src/domain/event.ts"
import { SALE_ID, START_MS } from "../support/scenario.ts"
import { type Cuts, createCuts } from "./cuts.ts"
import { type Answers, createAnswers } from "./invariants/answers.ts"
import { checkGate } from "./invariants/gate.ts"
import { createLedger, type Ledger } from "./invariants/ledger.ts"
import * as Moment from "./invariants/moments.ts"
import { asViolation, type Violation } from "./invariants/violation.ts"
import { isOfSale } from "./log.ts"
import { crash, type Node, type NodeDeps, startLife } from "./node.ts"
import type { Plan } from "./plan.ts"
import { type Draw, drawOf, randomOf } from "./random.ts"
import type { Rows } from "./rows.ts"
import { createServers, type Servers, type ServersDeps } from "./servers.ts"
import { createTimeline, type Timeline } from "./timeline.ts"
import { calm, type Weather } from "./wire.ts"

/** As in service, but for what would make a run long: grace, claims, and how long an ended sale is looked at. */
const times: SaleTimes = {
  ...defaultSaleTimes,
  graceMs: 800,
  claimMs: 1_200,
  afterEndMs: 5_000,
  echoesMax: 2,
}

/** Everything of one run. */
export interface World extends Omit<Servers, "serversOf"> {
  readonly plan: Plan
  readonly timeline: Timeline
  readonly draw: Draw
  readonly times: SaleTimes
  readonly ledger: Ledger
  readonly answers: Answers
  readonly nodes: readonly Node[]
  readonly cuts: Cuts
  readonly rows: Rows
  /** Told around every call of a process; the faults hang on it. */
  passing: ServersDeps["passing"]
  /** Begins the next life of a process that is down. */
  start(node: Node): void
  crash(node: Node): void
  /** Ends every trouble: from now on each call is answered, and each clock is right. */
  clearUp(): void
  isCalm(): boolean
  /** Whether all that is said must hold: not after a copy of the gate came back under the same run, which no Redis does. */
  isStrict(): boolean
  note(line: () => string): void
  fail(violation: Violation): void
  /** Throws the first violation, and checks what must hold at every moment. */
  check(): void
}

/** Two projectors at once: the slower one begins again where the other is. */
const OVERTAKEN = /the checkpoint of read-models is no longer at|UNIQUE constraint failed/

const outages = [
  ...["EventStoreUnavailable", "GateUnavailable", "DatabaseUnavailable", "ProviderUnavailable", "AbortError"],
]

/** A server that did not answer, or a stop that came first: what every process must live with. */
export const isOutage = (cause: unknown): boolean =>
  cause instanceof Error && (outages.includes(cause.name) || OVERTAKEN.test(cause.message))

/** A sale's servers and processes, and the checks on every step; nothing has happened yet. */
export function createWorld(plan: Plan, rows: Rows, history: string[] | null): World {
  const timeline = createTimeline()
  const random = randomOf(`${plan.seed}/world`)
  const ledger = createLedger()
  const answers = createAnswers(ledger, (instant) => Date.parse(instant) - START_MS)
  const cuts = createCuts(timeline)
  const lives = plan.skewsMs.map(() => 0)
  let weather: Weather = plan.weather
  let violation: Violation | null = null
  let ids = 0

  const isCalm = () => weather === calm
  const neverRolledBack = () => servers.redis.rolledBackAtMs() === Number.NEGATIVE_INFINITY
  const note: World["note"] = (line) => history?.push(`${timeline.nowMs().toFixed(1).padStart(9)}  ${line()}`)
  const fail = (found: Violation) => {
    note(() => `VIOLATION ${found.message}`)
    violation ??= found
  }
  const checked = (check: () => void) => {
    try {
      check()
    } catch (cause) {
      fail(asViolation(cause))
    }
  }

  function onAppended(event: RecordedEvent): void {
    if (!isOfSale(event)) return
    const known = ledger.add(event)
    if (known.type === "StockReserved") answers.reserved(known, world.isStrict())
  }

  const onGateReply: ServersDeps["onGateReply"] = (verb, word, before) =>
    checked(() => {
      const gate = servers.redis.loaded()
      if (verb === "claim" && word === "claimed") Moment.claimed(gate, ledger)
      if (verb === "load" && word === "loaded") Moment.replaced(before, gate)
      const mayForget = timeline.nowMs() - servers.redis.rolledBackAtMs() <= times.soldOutMemoryMs
      if (verb === "reserve" && word === "granted" && !mayForget)
        Moment.granted(
          timeline.nowMs(),
          world.nodes.flatMap(({ life }) => life?.sales.peek(SALE_ID) ?? []),
        )
    })

  const servers = createServers({
    ...{ plan, rows, timeline, random, times, note, isCalm, onGateReply },
    weather: () => weather,
    passing: (...call) => world.passing(...call),
    isCutOff: cuts.isCut,
    onAppended: (event) => checked(() => onAppended(event)),
  })

  const nodeDeps: NodeDeps = {
    ...{ timeline, times, serversOf: servers.serversOf, jitterOf: (owner) => random.fork(owner.name).next },
    newId: () => `00000000-0000-4000-8000-${(++ids).toString(16).padStart(12, "0")}`,
    clockOf: (owner, index) =>
      timeline.clockOf(owner, () => START_MS + (isCalm() ? 0 : plan.skewsMs[index]!)),
    isOpen: () => ledger.head() >= 0,
    onTrouble(owner, what, cause) {
      note(() => `${owner.name} reports: ${what}: ${cause}`)
      if (!isOutage(cause)) fail(asViolation(cause))
    },
  }

  const world: World = {
    ...{ plan, rows, timeline, times, ledger, answers, cuts, isCalm, note, fail, ...servers },
    draw: drawOf(random.fork("outside")),
    nodes: plan.skewsMs.map((_, index) => ({ index, life: null })),
    passing: () => {},
    start(node) {
      if (node.life) return
      node.life = startLife(node, lives[node.index]!++, nodeDeps)
      note(() => `${node.life!.owner.name} starts`)
    },
    crash(node) {
      note(() => `${node.life?.owner.name ?? "nobody"} crashes`)
      crash(node)
    },
    clearUp() {
      note(() => "the trouble is over")
      cuts.mend()
      weather = calm
    },
    isStrict: () => isCalm() || neverRolledBack(),
    check() {
      checked(() => checkGate(servers.redis.loaded(), ledger, neverRolledBack()))
      if (violation) throw violation
    },
  }
  return world
}
