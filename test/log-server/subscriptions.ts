import {
  type AllStreamSubscription,
  END,
  type EventStoreDBClient,
  eventTypeFilter,
  excludeSystemEvents,
  type Filter,
  type Position,
  START,
  type StreamSubscription,
  streamNameFilter,
} from "@eventstore/db-client"
import type { FilterSpec, SubscribeStep } from "./case.ts"
import { describeError } from "./describe.ts"
import type { Names } from "./names.ts"

/** How long a subscription may take to catch up before the case goes on without. */
const CATCH_UP_MS = 2_500

/** A case's subscriptions and what each of them has heard. */
export function createRecorder(
  client: EventStoreDBClient,
  names: Names,
  positions: ReadonlyMap<string, Position>,
  withMessage: boolean,
) {
  const logs = new Map<string | undefined, unknown[]>()
  const subscriptions: (AllStreamSubscription | StreamSubscription)[] = []

  function subscribe({ stream, from, filter }: SubscribeStep, onCheckpoint: () => void) {
    if (stream !== "$all") {
      const fromRevision = typeof from === "number" ? BigInt(from) : from === "end" ? END : START
      return client.subscribeToStream(names.stream(stream), from === undefined ? {} : { fromRevision })
    }
    const named = typeof from === "string" ? positions.get(from) : undefined
    return client.subscribeToAll({
      fromPosition: named ?? (from === "end" ? END : START),
      ...(filter ? { filter: toFilter(filter, onCheckpoint) } : {}),
    })
  }

  return {
    /** Opens one and resolves when it has caught up, or as far as the step says. */
    open(step: SubscribeStep): Promise<void> {
      const log: unknown[] = []
      logs.set(step.as, log)
      const subscription = subscribe(step, () => {
        // Several in a row count as one with a plus.
        if (String(log.at(-1)).startsWith("checkpoint")) log[log.length - 1] = "checkpoint+"
        else log.push("checkpoint")
      })
      subscriptions.push(subscription)
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, CATCH_UP_MS)
        const reached = (what: string) => {
          if (what !== "error" && what !== (step.until ?? "caughtUp")) return
          clearTimeout(timer)
          resolve()
        }
        subscription.on("confirmation", () => {
          log.push("confirmed")
          reached("confirmed")
        })
        subscription.on("caughtUp", () => {
          log.push("caughtUp")
          reached("caughtUp")
        })
        subscription.on("error", (error: unknown) => {
          log.push(describeError(error, names, withMessage))
          reached("error")
        })
        subscription.on(
          "data",
          ({ event }: { event?: { streamId: string; revision: bigint; id: string } }) => {
            if (!event) return
            const heard = `${Number(event.revision)}:${names.symbol(event.id)}`
            if (step.stream !== "$all") log.push(heard)
            else if (names.isOwn(event.streamId)) log.push(`${names.localStream(event.streamId)}:${heard}`)
          },
        )
      })
    },
    log: (as: string | undefined) => [...(logs.get(as) ?? [])],
    async close() {
      for (const subscription of subscriptions) {
        subscription.removeAllListeners("error")
        subscription.on("error", () => {})
        await subscription.unsubscribe()
      }
    },
  }
}

function toFilter(spec: FilterSpec, onCheckpoint: () => void): Filter {
  const { checkpointInterval, maxSearchWindow } = spec
  const options = {
    ...(checkpointInterval === undefined ? {} : { checkpointInterval }),
    ...(maxSearchWindow === undefined ? {} : { maxSearchWindow }),
    checkpointReached: onCheckpoint,
  }
  if (spec.on === "system") return excludeSystemEvents(options)
  const filter = spec.on === "type" ? eventTypeFilter : streamNameFilter
  return spec.regex === undefined
    ? filter({ ...options, prefixes: spec.prefixes ?? [] })
    : filter({ ...options, regex: spec.regex })
}
