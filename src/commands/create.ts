import { appendDurably } from "./append.ts"
import { type Context, newEvent } from "./context.ts"
import { EventStoreUnavailable } from "./ports/event-store.ts"
import type { WriteDeps } from "./write.ts"

export type Created =
  | { readonly ok: true; readonly data: unknown; readonly position: bigint }
  | { readonly ok: false; readonly reason: "request_conflict" }

/**
 * Begins a stream whose id was derived from the request. A repeated request meets its own first event: it is answered
 * with that event's data when the payload is the same. Throws `EventStoreUnavailable`.
 */
export const create =
  ({ store, clock, newId }: WriteDeps) =>
  async (
    stream: string,
    event: { type: string; data: object },
    context: Context,
    payloadHash: string,
  ): Promise<Created> => {
    const first = newEvent(newId(), event, context, { payloadHash })
    const result = await appendDurably(store, clock)(stream, "no_stream", [first])
    if (result.kind === "appended") return { ok: true, data: event.data, position: result.position }
    for await (const { data, metadata, position } of store.readStream(stream, { limit: 1 })) {
      const same = (metadata as { payloadHash?: string }).payloadHash === payloadHash
      return same ? { ok: true, data, position } : { ok: false, reason: "request_conflict" }
    }
    throw new EventStoreUnavailable(`${stream} is said to exist but reads as empty; ask again`)
  }
