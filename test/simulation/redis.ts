import { type Gate, GateUnavailable } from "../../src/commands/ports/gate.ts"
import type { SaleTimes } from "../../src/commands/sale/deps.ts"
import type { LoadedGate } from "../../src/infra/in-process-gate/state.ts"
import { createInProcessGate, type GateMemory } from "../../src/infra/in-process-gate.ts"
import { SALE_ID, START_MS } from "../support/scenario.ts"
import type { Owner } from "./timeline.ts"
import type { Wire } from "./wire.ts"

const TIMEOUT_MS = 250
/** How many copies of itself the server has kept. */
const COPIES = 10

export type Key = "gate" | "users" | "permits"

/** What the server holds of the sale. */
interface Held {
  gate: LoadedGate | null
  /** Of the server, when the gate was loaded. */
  loadedUnder: string
  /** Keys that were lost since; their sentinels went with them. */
  lostKeys: ReadonlySet<Key>
  claim: { readonly token: string; readonly untilMs: number } | null
}

export interface RedisServer {
  /** The gate's port as a process has it. */
  gateOf(owner: Owner): Gate
  /** What the scripts would find now; null when the gate does not count as loaded. */
  loaded(): LoadedGate | null
  /** A restart without data. */
  wipe(): void
  /** What the server held so many calls ago. */
  copy(ago: number): Held
  /** A fail-over to a copy of before: under another run id, or, as no Redis does, under the same. */
  restore(copy: Held, sameRun: boolean): void
  loseKey(key: Key): void
  /** When a copy last came back under the same run. */
  rolledBackAtMs(): number
}

export interface RedisDeps {
  readonly wire: Wire
  readonly nowMs: () => number
  readonly times: SaleTimes
  /** Told of each reply's word, and of the gate that was loaded before the call. */
  readonly onReply: (verb: keyof Gate, word: string, before: LoadedGate | null) => void
}

/**
 * The gate's server, behind the wire: the in-process twin, with what a Redis may lose. The rules that only a server
 * apart has are held here as `lua/_gate.lua` has them.
 */
export function createRedis({ wire, nowMs, times, onReply }: RedisDeps): RedisServer {
  const memory: GateMemory = { run: "run-1", gates: new Map(), claims: new Map() }
  const twin = createInProcessGate({ now: () => START_MS + nowMs(), times, memory })
  let [runs, loadedUnder, lostKeys, rolledBackAtMs] = [1, "", new Set<Key>(), Number.NEGATIVE_INFINITY]
  let copies: Held[] = []

  /** A gate counts only under the run of its load, and while the sentinels of all its keys are there. */
  function loaded(): LoadedGate | null {
    const underThisRun = loadedUnder === memory.run
    const sentinelsThere = lostKeys.size === 0
    if (!underThisRun || !sentinelsThere) memory.gates.delete(SALE_ID)
    return memory.gates.get(SALE_ID) ?? null
  }

  const held = (): Held => ({
    gate: copyOf(memory.gates.get(SALE_ID)),
    loadedUnder,
    lostKeys,
    claim: memory.claims.get(SALE_ID) ?? null,
  })

  function hold({ gate, claim, ...rest }: Held): void {
    memory.gates.clear()
    memory.claims.clear()
    if (gate) memory.gates.set(SALE_ID, copyOf(gate)!)
    if (claim) memory.claims.set(SALE_ID, claim)
    loadedUnder = rest.loadedUnder
    lostKeys = new Set(rest.lostKeys)
  }

  async function perform(verb: keyof Gate, args: readonly unknown[]): Promise<unknown> {
    const before = loaded()
    const call = twin[verb] as (...args: readonly unknown[]) => Promise<unknown>
    const reply = await call(...args)
    if (verb === "load" && reply === "loaded") {
      loadedUnder = memory.run
      lostKeys = new Set()
    }
    onReply(
      verb,
      typeof reply === "string" ? reply : ((reply as { kind?: string } | undefined)?.kind ?? ""),
      before,
    )
    copies = [held(), ...copies].slice(0, COPIES)
    return reply
  }

  return {
    gateOf: (owner) =>
      new Proxy({} as Gate, {
        get:
          (_, verb: keyof Gate) =>
          (...args: readonly unknown[]) =>
            wire(owner, {
              name: `gate.${verb}`,
              detail: () => describe(verb, args),
              perform: () => perform(verb, args),
              timeoutMs: TIMEOUT_MS,
              unanswered() {
                throw new GateUnavailable("no answer in time")
              },
            }),
      }),
    loaded,
    wipe() {
      hold({ gate: null, loadedUnder: "", lostKeys: new Set(), claim: null })
      memory.run = `run-${++runs}`
    },
    copy: (ago) => copies[Math.min(ago, copies.length - 1)] ?? held(),
    restore(copy, sameRun) {
      hold(copy)
      if (sameRun) rolledBackAtMs = nowMs()
      else memory.run = `run-${++runs}`
    },
    loseKey(key) {
      const gate = memory.gates.get(SALE_ID)
      lostKeys.add(key)
      if (key === "gate") memory.gates.delete(SALE_ID)
      else gate?.[key].clear()
    },
    rolledBackAtMs: () => rolledBackAtMs,
  }
}

const copyOf = (gate: LoadedGate | null | undefined): LoadedGate | null =>
  gate ? { ...gate, users: new Map(gate.users), permits: new Map(gate.permits) } : null

/** The arguments that say something. */
function describe(verb: keyof Gate, args: readonly unknown[]): string {
  if (verb === "reserve") {
    const { requestId, quantity } = args[1] as { requestId: string; quantity: number }
    return `${requestId} x${quantity}`
  }
  if (verb === "apply")
    return `from ${args[1]}: ${(args[2] as { kind: string }[]).map(({ kind }) => kind).join(" ")}`
  if (verb === "load") {
    const { epoch, rev, stock } = args[3] as { epoch: number; rev: number; stock: number }
    return `epoch ${epoch} rev ${rev} stock ${stock}`
  }
  return verb === "look" ? "" : args.slice(1).join(" ")
}
