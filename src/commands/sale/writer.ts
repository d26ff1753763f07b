import * as FlashSale from "../../domain/flash-sale.ts"
import { appendDurably } from "../append.ts"
import type { Context } from "../context.ts"
import { sleep } from "../ports/clock.ts"
import { EventStoreUnavailable } from "../ports/event-store.ts"
import type { SaleDeps } from "./deps.ts"
import type { Follower } from "./follower.ts"
import { type Committed, type Decide, decideGroup, type Item } from "./group.ts"
import type { Written } from "./written.ts"

/** Most items of one append; 500 reservations are about 400 KiB, well under the log's limit of 1 MiB. */
const GROUP_MAX = 500
/** Most of a group that is not buyers' while buyers wait: neither lane keeps the other from the log. */
const FIRST_LANE_MAX = GROUP_MAX / 2
/** Most buyers that wait; beyond it the next is told to come back. */
const BUYERS_MAX = 10_000
const RETRY_MS = 100
/** So many answers take about as long as an append: the next one is then sent before they are given. */
const MANY_ANSWERS = 64
/** So often in a row a group may lose its place before those who can have another process write do so. */
const LOST_PLACES_MAX = 3

/** Buyers are many and may be shed; all else (releases, late cups, what staff does) goes first and always finds room. */
export type Lane = "buyers" | "first"

export interface CommitOptions<Reason extends string = string> {
  /** Makes the ids of the events; new ones unless given. */
  readonly newId?: (() => string) | undefined
  /** `first` unless given. */
  readonly lane?: Lane
  /**
   * Called, and answered with, once its group has lost its place three times in a row, to a process that writes all the time:
   * nothing of it is recorded then. Without it the group is tried until it is recorded.
   */
  readonly orElse?: (() => Promise<Committed<Reason>>) | undefined
}

export interface Writer {
  /**
   * Queues a decision on the sale. It is taken on the fold plus the earlier items of its group, and again after
   * each conflict; the answer comes after the append has succeeded. Rejects only when the writer is stopped or a
   * decision throws.
   */
  commit<Reason extends string>(
    decide: Decide<Reason>,
    context: Context,
    options?: CommitOptions<Reason>,
  ): Promise<Committed<Reason>>
  /** For how long the append under way has not been answered; 0 when there is none. */
  silentMs(): number
  /** False when too many buyers wait already: the next is to be told to come back. */
  hasRoom(): boolean
  /** Resolves when nothing is queued or under way. */
  idle(): Promise<void>
}

/** Group commit: one append in flight for the sale's stream, everything that waits goes into the next. */
export function createWriter(
  deps: SaleDeps,
  follower: Follower,
  signal: AbortSignal,
  onAppended: (written: Written) => void,
): Writer {
  const { clock, observer, store } = deps
  const append = appendDurably(store, clock)
  const { sale } = follower
  const stream = FlashSale.streamOf(sale.id)
  const lanes: Record<Lane, Item[]> = { first: [], buyers: [] }
  let appendingSinceMs: number | null = null
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    while (lanes.first.length + lanes.buyers.length > 0) {
      const first = lanes.first.splice(0, lanes.buyers.length > 0 ? FIRST_LANE_MAX : GROUP_MAX)
      const group = [...first, ...lanes.buyers.splice(0, GROUP_MAX - first.length)]
      try {
        await commitGroup(group)
      } catch (cause) {
        for (const item of group) item.reject(cause)
      }
    }
    // At once with the check of the lanes: what is queued a moment later starts a run of its own.
    running = null
  }

  async function commitGroup(items: readonly Item[]): Promise<void> {
    let lostPlaces = 0
    for (let group = items; group.length > 0; ) {
      const { answers, events, newEvents } = decideGroup(sale, group)
      const revision = sale.revision
      if (events.length === 0) {
        // A "no" that nothing was appended behind may come from a fold that lags: look before it is said.
        if (answers.some((answer) => !answer.ok)) await catchUp()
        if (sale.revision !== revision) continue
      } else {
        const expected = revision < 0 ? "no_stream" : BigInt(revision)
        const beganMs = clock.elapsed()
        appendingSinceMs = beganMs
        const result = await append(stream, expected, newEvents, signal).finally(() => {
          appendingSinceMs = null
        })
        if (result.kind === "conflict") {
          observer.conflicted()
          await catchUp()
          lostPlaces += 1
          if (lostPlaces === LOST_PLACES_MAX) group = giveUp(group)
          continue
        }
        observer.appended(events.length, clock.elapsed() - beganMs)
        const written = { events, firstRevision: revision + 1, position: result.position }
        follower.appended(written)
        onAppended(written)
      }
      // A repeated append under derived ids succeeds however old its fold is: a "no" beside one is decided again.
      const isSaid = (answer: Committed<string>) => answer.ok || events.length === 0
      const decided = group
      const answer = () =>
        decided.forEach((item, index) => {
          if (isSaid(answers[index]!)) item.resolve(answers[index]!)
        })
      // An append leaves the process at the end of a turn: without this, the log would stand idle until all are answered.
      if (decided.length >= MANY_ANSWERS && lanes.buyers.length > 0) setImmediate(answer)
      else answer()
      group = group.filter((_, index) => !isSaid(answers[index]!))
    }
  }

  /** Those who go on. */
  function giveUp(group: readonly Item[]): readonly Item[] {
    for (const { orElse, resolve } of group) if (orElse) resolve(orElse())
    return group.filter(({ orElse }) => !orElse)
  }

  /** What is queued has been promised an answer, so a log that is away is waited for. */
  async function catchUp(): Promise<void> {
    for (;;) {
      try {
        return await follower.catchUp()
      } catch (cause) {
        if (!(cause instanceof EventStoreUnavailable) || signal.aborted) throw cause
        await sleep(clock, RETRY_MS, signal)
      }
    }
  }

  return {
    commit(decide, context, { newId = deps.newId, lane = "first", orElse } = {}) {
      return new Promise((resolve, reject) => {
        const answer = resolve as Item["resolve"]
        lanes[lane].push({ decide, context, eventIds: [], newId, orElse, resolve: answer, reject })
        running ??= Promise.resolve().then(run)
      })
    },
    silentMs: () => (appendingSinceMs === null ? 0 : clock.elapsed() - appendingSinceMs),
    async idle() {
      while (running) await running
    },
    hasRoom: () => lanes.buyers.length < BUYERS_MAX,
  }
}
