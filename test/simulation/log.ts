import {
  type AppendResult,
  type EventStore,
  EventStoreUnavailable,
  type SubscriptionMessage,
} from "../../src/commands/ports/event-store.ts"
import type { NewEvent, RecordedEvent } from "../../src/domain/event.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import { createMemoryLog, type MemoryLog } from "../support/memory-log.ts"
import type { Draw } from "./random.ts"
import type { Owner, Timeline } from "./timeline.ts"
import type { Weather, Wire } from "./wire.ts"

const APPEND_TIMEOUT_MS = 400
const READ_TIMEOUT_MS = 300

export interface LogDeps {
  readonly timeline: Timeline
  readonly wire: Wire
  readonly draw: Draw
  readonly weather: () => Weather
  /** Told of every event, in the order of the log, before anybody hears that it was appended. */
  readonly onAppended: (event: RecordedEvent) => void
}

export interface LogServer {
  readonly log: MemoryLog
  /** The event store's port as a process has it. */
  storeOf(owner: Owner): EventStore
}

/** The log, behind the wire. */
export function createLogServer({ timeline, wire, draw, weather, onAppended }: LogDeps): LogServer {
  const log = createMemoryLog(timeline.nowMs)
  let seen = 0
  let rivals = 0

  async function append(...args: Parameters<EventStore["append"]>): Promise<AppendResult> {
    if (draw(`rival of ${args[0]}`).chance(weather().beaten)) await beat(args[0])
    const result = await log.append(...args)
    for (; seen < log.all.length; seen++) onAppended(log.all[seen]!)
    return result
  }

  /** Somebody else appends to the sale's stream first: staff who give it another title. */
  async function beat(stream: string): Promise<void> {
    const events = log.all.filter((event) => event.stream === stream)
    const terms = events.findLast(({ type }) => type === "FlashSaleScheduled" || type === "FlashSaleChanged")
    if (!terms) return
    const { saleId: _, ...data } = { saleId: "", ...(terms.data as FlashSale.Terms) }
    const id = `00000000-0000-4000-8001-${(++rivals).toString(16).padStart(12, "0")}`
    const metadata = {
      correlationId: id,
      causationId: id,
      actor: "admin:rival",
      schemaVersion: 1,
      codeVersion: "0",
    }
    const changed = { ...data, title: `title ${rivals}`, stockDelta: 0 }
    const rival: NewEvent = { id, type: "FlashSaleChanged", data: changed, metadata }
    await log.append(stream, events.at(-1)!.revision, [rival])
  }

  return {
    log,
    storeOf(owner) {
      const unavailable = (): never => {
        throw new EventStoreUnavailable("no answer in time")
      }
      const read = (name: string, events: () => AsyncIterable<RecordedEvent>) =>
        wire(owner, {
          name: "log.read",
          detail: () => short(name),
          perform: () => all(events()),
          timeoutMs: READ_TIMEOUT_MS,
          unanswered: unavailable,
        })
      const delivered = (
        messages: AsyncIterable<SubscriptionMessage>,
        name: string,
        late: () => number,
        signal: AbortSignal,
      ) => {
        const random = draw(`${owner.name} follows ${name}`)
        const lagMs = () => (random.chance(late()) ? random.between(5, 700) : random.between(0.1, 2))
        return slowly(messages, signal, () => timeline.sleep(lagMs(), owner))
      }

      return {
        append: (stream, expected, events) =>
          wire<AppendResult>(owner, {
            name: "log.append",
            detail: () => `${short(stream)} after ${expected} ${describe(events)}`,
            perform: () => append(stream, expected, events),
            timeoutMs: APPEND_TIMEOUT_MS,
            unanswered: () => ({ kind: "unknown", cause: new Error("no answer in time") }),
          }),
        async *readStream(stream, options) {
          yield* await read(stream, () => log.readStream(stream, options))
        },
        async *readAll(options) {
          yield* await read("all", () => log.readAll(options))
        },
        endPosition: log.endPosition,
        subscribeStream: (options) =>
          delivered(log.subscribeStream(options), options.stream, () => weather().lag, options.signal),
        subscribeAll: (options) =>
          delivered(
            log.subscribeAll(options),
            JSON.stringify(options.filter),
            () => weather().workersLag,
            options.signal,
          ),
        async close() {},
      }
    },
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const taken: Item[] = []
  for await (const item of items) taken.push(item)
  return taken
}

/** Each message in its order, and each only when `pause` has passed. */
async function* slowly<Message>(
  messages: AsyncIterable<Message>,
  signal: AbortSignal,
  pause: () => Promise<void>,
): AsyncGenerator<Message> {
  for await (const message of messages) {
    await pause()
    if (signal.aborted) return
    yield message
  }
}

const short = (stream: string): string =>
  stream.replace(/^flashSale-.*/, "sale").replace(/-[0-9a-f]{8}-[-0-9a-f]*-(?=\d+$)/, "-")

/** Events in a few words. */
const describe = (events: readonly NewEvent[]): string =>
  events
    .map(({ type, data }) => {
      const { requestId, epoch, reason, orderId } = data as Record<string, unknown>
      const of = [requestId ?? orderId, epoch, reason].filter((each) => each !== undefined)
      return `${type}(${of.join(" ")})`
    })
    .join(", ")

/** Events of the one sale's stream. */
export const isOfSale = (event: RecordedEvent): boolean => event.stream.startsWith(FlashSale.STREAM_PREFIX)
