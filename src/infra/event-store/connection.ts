import { EventStoreDBClient } from "@eventstore/db-client"
import type { ServiceError } from "@grpc/grpc-js"
import { type AppendCall, appendCallOf } from "./append-call.ts"
import { insideOf, widenWindow } from "./client-inside.ts"

/** Calls in a row without an answer after which the client is replaced. */
const HANGS_MAX = 2
/** How long a given-up client may take to end its calls. */
const DISPOSE_MS = 1_000

/** The client for as long as it is in use. */
export interface Lease {
  readonly client: EventStoreDBClient
  /** The call for appends, opened if there is none. */
  readonly appendCall: () => Promise<AppendCall>
  /** Until when the server may take its time for an append that is sent now, in milliseconds since the epoch. */
  readonly deadlineMs: () => number
  /** True once the client was given up: its calls break. */
  readonly retired: boolean
}

/** Counted apart: reads that are answered say nothing of an append stream that hangs. */
export type CallKind = "append" | "read"

/**
 * Keeps a client, and replaces it when it no longer gets answers. A connection whose other end is gone without a word is
 * noticed within 20 s even if nothing is asked: the client pings it every 10 s, unless `keepAliveInterval` and
 * `keepAliveTimeout` in the URL say otherwise.
 */
export interface Connection {
  /** The client to use for the next call; rejects after `close`. */
  lease(): Promise<Lease>
  /** Tells that the server has answered. */
  answered(kind: CallKind): void
  /** Tells of a call that hung or failed. */
  troubled(lease: Lease, kind: CallKind, cause: unknown): void
  readonly closed: boolean
  close(): Promise<void>
}
export function createConnection(url: string): Connection {
  let current = openLease(url)
  let replaced: Promise<void> = Promise.resolve()
  let hangs = { append: 0, read: 0 }
  let closed = false

  async function replace(old: Lease): Promise<void> {
    await retire(old)
    current = openLease(url)
  }

  return {
    async lease() {
      await replaced
      if (closed) throw new Error("the event store is closed")
      return current
    },
    answered(kind) {
      hangs[kind] = 0
    },
    troubled(lease, kind, cause) {
      if (lease.retired || closed || isLeftToClient(cause)) return
      hangs[kind] += 1
      if (hangs[kind] < HANGS_MAX) return
      hangs = { append: 0, read: 0 }
      replaced = replace(lease)
    },
    get closed() {
      return closed
    },
    async close() {
      closed = true
      await replaced
      if (!current.retired) await retire(current)
    },
  }
}

function openLease(url: string): Lease & { retired: boolean } {
  const client = EventStoreDBClient.connectionString(url)
  widenWindow(client)
  return {
    client,
    appendCall: appendCallOf(client),
    deadlineMs: () => insideOf(client).createDeadline().getTime(),
    retired: false,
  }
}

/** Ends a client for good, with its calls and its channel: what hangs there is not to be waited for. */
async function retire(lease: Lease & { retired?: boolean }): Promise<void> {
  lease.retired = true
  const inside = insideOf(lease.client)
  inside.GRPCStreamCreator = () => () => Promise.reject(new Error("the client was given up"))
  const ended = lease.client.dispose()
  inside.getChannel().then(
    (channel) => channel.close(),
    () => undefined,
  )
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, DISPOSE_MS).unref()
  })
  await Promise.race([ended, late])
  clearTimeout(timer)
}

/** gRPC's codes for a call that the server or the line has ended. */
const CANCELLED = 1
const UNAVAILABLE = 14

/**
 * After these errors the client goes over to a new channel by itself: to the node that the error names as the leader, or
 * to the one that it finds.
 */
function isLeftToClient(cause: unknown): boolean {
  const { code, metadata } = cause as Partial<ServiceError>
  return code === UNAVAILABLE || code === CANCELLED || metadata?.get("exception")[0] === "not-leader"
}
