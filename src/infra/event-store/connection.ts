import { EventStoreDBClient, NotLeaderError } from "@eventstore/db-client"
import { type Slots, slots } from "./slots.ts"

/** Hangs in a row after which the client is replaced. */
const HANGS_MAX = 2
/** How long a given-up client may take to end its calls. */
const DISPOSE_MS = 1_000
/**
 * The client queues the writes of its append stream behind a buffer of 16, and what waits in that queue when the
 * stream breaks becomes an unhandled rejection. With fewer appends under way nothing ever waits there.
 */
const APPENDS_UNDER_WAY_MAX = 15
/** gRPC's codes for a call that the server or the line has ended. */
const CANCELLED = 1
const UNAVAILABLE = 14

/** The client for as long as it is in use. */
export interface Lease {
  readonly client: EventStoreDBClient
  readonly appendSlots: Slots
  /** True once the client was given up: its calls end early, and may look complete though they are not. */
  readonly retired: boolean
}

/** Counted apart: reads that are answered say nothing of an append stream that hangs. */
export type CallKind = "append" | "read"

/**
 * Keeps the one client of this process, and replaces it when it no longer gets answers. A connection whose other end
 * is gone without a word is noticed within 20 s even if nothing is asked: the client pings it every 10 s, unless
 * `keepAliveInterval` and `keepAliveTimeout` in the URL say otherwise.
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
      if (lease.retired || closed) return
      hangs[kind] += 1
      if (hangs[kind] < HANGS_MAX && !leavesChannel(cause)) return
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
  return {
    client: EventStoreDBClient.connectionString(url),
    appendSlots: slots(APPENDS_UNDER_WAY_MAX),
    retired: false,
  }
}

/**
 * Ends a client for good. What it keeps of pending appends is shared by all clients of the process, so none of its
 * calls may outlive it: an error on one of its streams would reject the next client's appends.
 */
async function retire(lease: Lease & { retired?: boolean }): Promise<void> {
  lease.retired = true
  const inside = lease.client as unknown as ClientInside
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

/** What the client keeps to itself, and what ending it needs. */
interface ClientInside {
  GRPCStreamCreator: () => () => Promise<never>
  getChannel(): Promise<{ close(): void }>
}

/**
 * After these errors the client goes on over a new channel and forgets its append stream on the old one, which may
 * live on. When that one breaks later it takes the new stream's appends with it, and their answers then throw where
 * nobody can catch them. So nothing of such a client is kept.
 */
function leavesChannel(cause: unknown): boolean {
  if (cause instanceof NotLeaderError) return true
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  return code === UNAVAILABLE || code === CANCELLED
}
