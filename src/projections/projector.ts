import { type Clock, sleep } from "../commands/ports/clock.ts"
import type { EventStore, SubscriptionMessage } from "../commands/ports/event-store.ts"
import { type BatchLimits, inBatches } from "./batches.ts"
import { moveCheckpoint, readCheckpoint } from "./checkpoint.ts"
import type { Db } from "./database.ts"
import * as dishes from "./dishes.ts"
import { followedPrefixes, occurrenceOf } from "./occurrences.ts"
import * as orders from "./orders.ts"
import * as sales from "./sales.ts"

/** Every read model, in no particular order: each reads the log only. */
const readModels = [dishes, sales, orders]

// SQLite works in this thread: a batch of 100 keeps the requests of the same process waiting for 2 or 3 ms.
const limits: BatchLimits = { max: 100, lingerMs: 5 }
/** After a failure the projector begins again from its checkpoint: after this long, then twice as long, up to the last. */
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

export interface ProjectorDeps {
  readonly store: Pick<EventStore, "subscribeAll">
  readonly db: Db
  readonly clock: Clock
  /** Told after each batch: all read models have everything up to this position. */
  readonly onPassed: (position: bigint) => void
  /** Told of each failure, before the retry. */
  readonly onFailure: (cause: unknown) => void
}

export interface Projector {
  /** Whether it has once read the log to its end. */
  caughtUp(): boolean
  /** Ends after the batch under way. */
  stop(): Promise<void>
}

/** Follows the log and keeps the read models: each batch of events and the checkpoint in one transaction. */
export function startProjector({ store, db, clock, onPassed, onFailure }: ProjectorDeps): Projector {
  const stopping = new AbortController()
  let caughtUp = false
  let retryMs = FIRST_RETRY_MS
  const ended = run()

  return {
    caughtUp: () => caughtUp,
    stop: () => {
      stopping.abort()
      return ended
    },
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await follow(await readCheckpoint(db))
      } catch (cause) {
        onFailure(cause)
        await sleep(clock, retryMs, stopping.signal)
        retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)
      }
    }
  }

  async function follow(begin: bigint | null): Promise<void> {
    const ending = new AbortController()
    const signal = AbortSignal.any([stopping.signal, ending.signal])
    const filter = { streamPrefixes: followedPrefixes }
    const source = store.subscribeAll({ filter, signal, ...(begin === null ? {} : { after: begin }) })
    try {
      let checkpoint = begin
      if (checkpoint !== null) onPassed(checkpoint)
      for await (const batch of inBatches(source, clock, limits)) {
        checkpoint = await applyBatch(batch, checkpoint)
        retryMs = FIRST_RETRY_MS
        if (batch.some(({ kind }) => kind === "caught_up")) caughtUp = true
      }
    } finally {
      ending.abort()
    }
  }

  /** Returns the new checkpoint. */
  async function applyBatch(
    batch: readonly SubscriptionMessage[],
    checkpoint: bigint | null,
  ): Promise<bigint | null> {
    const reached = batch.reduce((position, message) => later(position, positionOf(message)), checkpoint)
    if (reached === null || reached === checkpoint) return checkpoint
    const occurrences = batch
      .filter((message) => message.kind === "event")
      .filter(({ event }) => checkpoint === null || event.position > checkpoint)
      .map(({ event }) => occurrenceOf(event))
    await db.transaction().execute(async (tx) => {
      for (const readModel of readModels) await readModel.apply(tx, occurrences)
      await moveCheckpoint(tx, checkpoint, reached)
    })
    onPassed(reached)
    return reached
  }
}

function positionOf(message: SubscriptionMessage): bigint | null {
  switch (message.kind) {
    case "event":
      return message.event.position
    case "checkpoint":
      return message.position
    case "caught_up":
      return null
  }
}

function later(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null) return b
  return b === null || a > b ? a : b
}
