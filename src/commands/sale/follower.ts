import type { RecordedEvent } from "../../domain/event.ts"
import * as FlashSale from "../../domain/flash-sale.ts"
import type { Clock } from "../ports/clock.ts"
import type { EventStore } from "../ports/event-store.ts"
import type { GateChange } from "../ports/gate.ts"
import { type Followed, follow, type Heard } from "./follow.ts"
import { gateChangeOf } from "./gate-change.ts"
import { waiters } from "./waiters.ts"
import type { Written } from "./written.ts"

/** How many of the latest changes are kept for the gate, at least; one that lags further is told from the stream. */
const RECENT_MAX = 4_096

export interface Follower {
  /** The fold as it stands. Only the follower changes it. */
  readonly sale: FlashSale.Fold
  /** When the stream last showed a new event, in the clock's elapsed milliseconds. */
  readonly lastEventAtMs: () => number
  /** Reads the stream to its end; throws `EventStoreUnavailable`. Concurrent callers share one read. */
  catchUp(): Promise<void>
  /** Reads the stream if the fold has not reached `revision`; throws `EventStoreUnavailable`. */
  upTo(revision: number): Promise<void>
  /** Folds events that this process has just appended, ahead of the subscription. */
  appended(written: Written): void
  /** Folds what another process says that it has appended; reads the stream where something before it is missing. */
  told(written: Written): void
  /** Calls `run` as soon as a command of this name has its end (`FlashSale.endOf`); returns how to stop waiting. */
  onEnd(name: string, run: () => void): () => void
  /** The changes from `revision` on, for the gate; read from the stream where they are no longer kept. */
  changesFrom(revision: number): Promise<readonly GateChange[]>
  /** The gate has applied everything up to this revision: its changes need not be kept. */
  gateHas(revision: number): void
  /** Follows the stream live until `signal` aborts; it is let go while it brings back this process's own (see `follow`). */
  follow(echoesMax: number, signal: AbortSignal): Promise<void>
}

/** Keeps the fold of one sale's stream, from where it stands, by reading, by following, and by this process's appends. */
export function createFollower(sale: FlashSale.Fold, store: EventStore, clock: Clock): Follower {
  const stream = FlashSale.streamOf(sale.id)
  const ends = waiters()
  /** The latest changes, as far as the gate is not known to have them. */
  const recent: GateChange[] = []
  let heard: Heard = { from: 0, to: -1 }
  let lastEventAtMs = clock.elapsed()
  let reading: Promise<void> | null = null
  let nextRead: Promise<void> | null = null

  function fold(event: FlashSale.Event, revision: number, position: bigint): void {
    if (revision <= sale.revision) return
    if (revision > sale.revision + 1) throw new Error(`gap in ${stream}: ${sale.revision} to ${revision}`)
    FlashSale.evolve(sale, event, { revision, position })
    recent.push(gateChangeOf(event))
    if (recent.length > 2 * RECENT_MAX) recent.splice(0, recent.length - RECENT_MAX)
    lastEventAtMs = clock.elapsed()
    const ended = FlashSale.endedBy(event)
    if (ended !== null) ends.wake(ended)
  }

  const firstKept = () => sale.revision + 1 - recent.length

  function foldRecorded({ revision, position, type, data }: RecordedEvent): void {
    if (Number(revision) > sale.revision) fold(FlashSale.parse(type, data), Number(revision), position)
  }

  async function read(): Promise<void> {
    for await (const event of store.readStream(stream, { from: BigInt(sale.revision + 1) }))
      foldRecorded(event)
  }

  function catchUp(): Promise<void> {
    if (reading === null) {
      reading = read().finally(() => {
        reading = null
      })
      return reading
    }
    // The read under way may have passed the end before the question arose: whoever asks meanwhile shares the next.
    nextRead ??= reading
      .catch(() => undefined)
      .then(() => {
        nextRead = null
        return catchUp()
      })
    return nextRead
  }

  function appended({ events, firstRevision, position }: Written): void {
    events.forEach((event, index) => {
      fold(event, firstRevision + index, position)
    })
    const inARow = firstRevision === heard.to + 1
    heard = { from: inARow ? heard.from : firstRevision, to: firstRevision + events.length - 1 }
  }

  const followed: Followed = {
    stream,
    revision: () => sale.revision,
    heard: () => heard,
    movedAtMs: () => lastEventAtMs,
    fold: foldRecorded,
  }

  return {
    sale,
    lastEventAtMs: followed.movedAtMs,
    catchUp,
    async upTo(revision) {
      if (sale.revision < revision) await catchUp()
    },
    appended,
    told(written) {
      if (written.firstRevision <= sale.revision + 1) appended(written)
      // Who follows the stream gets there anyway, and has said what ails it.
      else catchUp().catch(() => undefined)
    },
    onEnd: ends.on,
    async changesFrom(revision) {
      if (revision >= firstKept()) return recent.slice(revision - firstKept())
      const changes: GateChange[] = []
      for await (const event of store.readStream(stream, { from: BigInt(revision), limit: RECENT_MAX }))
        changes.push(gateChangeOf(FlashSale.parse(event.type, event.data)))
      return changes
    },
    gateHas(revision) {
      if (revision >= firstKept()) recent.splice(0, revision - firstKept() + 1)
    },
    follow(echoesMax, signal) {
      return follow({ store, clock, echoesMax }, followed, signal)
    },
  }
}
