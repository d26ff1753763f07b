import {
  BACKWARDS,
  END,
  FORWARDS,
  type ResolvedEvent,
  START,
  type StreamingRead,
  StreamNotFoundError,
} from "@eventstore/db-client"
import {
  type EventStore,
  EventStoreUnavailable,
  type ReadAllOptions,
  type ReadStreamOptions,
} from "../../commands/ports/event-store.ts"
import type { RecordedEvent } from "../../domain/event.ts"
import type { Connection, Lease } from "./connection.ts"
import { isSystemEvent, toRecordedEvent } from "./recorded-event.ts"

type Reads = Pick<EventStore, "readStream" | "readAll" | "endPosition">
type Open = (client: Lease["client"]) => StreamingRead<ResolvedEvent>

/** The reads of the port: streamed, and given up when the server sends nothing for `timeoutMs`. */
export function createReads(connection: Connection, timeoutMs: number): Reads {
  async function* read(open: Open): AsyncGenerator<RecordedEvent> {
    let lease: Lease | undefined
    let close = () => {}
    try {
      lease = await connection.lease()
      const reading = open(lease.client)
      const idle = idleTimer(reading, timeoutMs)
      close = () => {
        idle.stop()
        reading.cancel().catch(() => undefined)
      }
      for await (const resolved of reading) {
        idle.pause()
        yield toRecordedEvent(resolved)
        idle.resume()
      }
      if (lease.retired) throw new Error("the connection was given up during the read")
      connection.answered("read")
    } catch (cause) {
      if (cause instanceof StreamNotFoundError) return connection.answered("read")
      if (lease) connection.troubled(lease, "read", cause)
      throw new EventStoreUnavailable(`the event store did not answer a read: ${messageOf(cause)}`, { cause })
    } finally {
      close()
    }
  }

  function readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    const { direction = "forwards", limit } = options
    if (limit === 0) return none()
    return read((client) =>
      client.readStream(stream, {
        direction: direction === "forwards" ? FORWARDS : BACKWARDS,
        fromRevision: options.from ?? (direction === "forwards" ? START : END),
        ...(limit === undefined ? {} : { maxCount: limit }),
      }),
    )
  }

  const readLog = ({ from, direction = "forwards", limit }: ReadAllOptions) =>
    read((client) =>
      client.readAll({
        direction: direction === "forwards" ? FORWARDS : BACKWARDS,
        fromPosition:
          from === undefined ? (direction === "forwards" ? START : END) : { commit: from, prepare: from },
        ...(limit === undefined ? {} : { maxCount: limit }),
      }),
    )

  /** The server counts its own events too, so that the limit is kept here. */
  async function* readAll({ limit = Number.POSITIVE_INFINITY, ...options }: ReadAllOptions = {}) {
    let left = limit
    if (left === 0) return
    for await (const event of readLog(options)) {
      if (isSystemEvent(event)) continue
      yield event
      left -= 1
      if (left === 0) return
    }
  }

  return {
    readStream,
    readAll,
    async endPosition() {
      for await (const { position } of readLog({ direction: "backwards", limit: 1 })) return position
      return 0n
    },
  }
}

/** Ends the read when the server keeps it waiting; the time that the reader takes for an event does not count. */
function idleTimer(reading: StreamingRead<ResolvedEvent>, ms: number) {
  let waiting = true
  // The client tells errors at any time, also after the read has ended; unheard they would end the process.
  reading.on("error", () => undefined)
  const timer = setTimeout(() => {
    if (waiting) reading.destroy(new Error(`nothing came for ${ms} ms`))
  }, ms).unref()
  return {
    pause() {
      waiting = false
    },
    resume() {
      waiting = true
      timer.refresh()
    },
    stop: () => clearTimeout(timer),
  }
}

async function* none(): AsyncGenerator<never> {}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
