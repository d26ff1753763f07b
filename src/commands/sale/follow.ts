import type { RecordedEvent } from "../../domain/event.ts"
import { type Clock, sleep } from "../ports/clock.ts"
import type { EventStore } from "../ports/event-store.ts"

/** The fold has stood still for so long: what others write is followed again. */
const STILL_MS = 100

/** Revisions in a row, first and last. */
export interface Heard {
  readonly from: number
  readonly to: number
}

/** The stream as its follower has it. */
export interface Followed {
  readonly stream: string
  /** The last revision in the fold. */
  readonly revision: () => number
  /** The last events in a row that came into the fold by other ways than this. */
  readonly heard: () => Heard
  /** When the fold last moved, in the clock's elapsed milliseconds. */
  readonly movedAtMs: () => number
  readonly fold: (event: RecordedEvent) => void
}

/**
 * Follows a stream live until `signal` aborts. A process that writes on it all the time would be sent back each event that it
 * has appended, one that hands over each that it was told of, at the cost of a tenth of its time and more. After `echoesMax` of
 * them in a row the subscription is let go until they pause: as long as they go on, whatever else is written is met by the next
 * append as a conflict, and by what is told next as a gap.
 */
export async function follow(
  { store, clock, echoesMax }: { store: EventStore; clock: Clock; echoesMax: number },
  { stream, revision, heard, movedAtMs, fold }: Followed,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await untilEchoes()
    for (let leftMs = STILL_MS; leftMs > 0 && !signal.aborted; ) {
      await sleep(clock, leftMs, signal)
      leftMs = movedAtMs() + STILL_MS - clock.elapsed()
    }
  }

  async function untilEchoes(): Promise<void> {
    const enough = new AbortController()
    const begin = revision()
    const isKnown = (at: bigint) => {
      const { from, to } = heard()
      if (to - Math.max(from - 1, begin) >= echoesMax) enough.abort()
      return at <= revision()
    }
    const after = begin < 0 ? {} : { after: BigInt(begin) }
    const either = AbortSignal.any([signal, enough.signal])
    for await (const message of store.subscribeStream({ stream, isKnown, signal: either, ...after })) {
      if (message.kind === "event") fold(message.event)
    }
  }
}
