import type streams from "@eventstore/db-client/generated/streams_pb.js"
import {
  type EventStore,
  EventStoreUnavailable,
  type ReadAllOptions,
  type ReadStreamOptions,
} from "../../commands/ports/event-store.ts"
import type { RecordedEvent } from "../../domain/event.ts"
import type { Connection, Lease } from "./connection.ts"
import { openReading, type Reading } from "./read-call.ts"
import { readOfAll, readOfStream } from "./read-request.ts"
import { isSystemEvent } from "./recorded-event.ts"

type Reads = Pick<EventStore, "readStream" | "readAll" | "endPosition">

/** The reads of the port: streamed, and given up when the server sends nothing for `timeoutMs`. */
export function createReads(connection: Connection, timeoutMs: number): Reads {
  async function* read(request: streams.ReadReq): AsyncGenerator<RecordedEvent> {
    let lease: Lease | undefined
    let close = () => {}
    try {
      lease = await connection.lease()
      const reading = openReading(lease.client, request)
      const idle = idleTimer(reading, timeoutMs)
      close = () => {
        idle.stop()
        reading.stop()
      }
      for await (const burst of reading) {
        idle.pause()
        for (const message of burst) if (message.kind === "event") yield message.event
        idle.resume()
      }
      connection.answered("read")
    } catch (cause) {
      if (lease) connection.troubled(lease, "read", cause)
      throw new EventStoreUnavailable(`the event store did not answer a read: ${messageOf(cause)}`, { cause })
    } finally {
      close()
    }
  }

  function readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    return options.limit === 0 ? none() : read(readOfStream(stream, options))
  }

  /** The server counts its own events too, so that the limit is kept here. */
  async function* readAll({ limit = Number.POSITIVE_INFINITY, ...options }: ReadAllOptions = {}) {
    let left = limit
    if (left === 0) return
    for await (const event of read(readOfAll(options))) {
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
      for await (const { position } of read(readOfAll({ direction: "backwards", limit: 1 }))) return position
      return 0n
    },
  }
}

/** Ends the read when the server keeps it waiting; the time that the reader takes for an event does not count. */
function idleTimer(reading: Reading, ms: number) {
  let waiting = true
  const timer = setTimeout(() => {
    if (waiting) reading.stop(new Error(`nothing came for ${ms} ms`))
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
