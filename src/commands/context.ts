import type { EventMetadata, NewEvent } from "../domain/event.ts"

/** Who asks, and in whose course; goes into the metadata of every event that follows. */
export interface Context {
  /** `user:<id>`, `admin:<id>`, `system:<part>`. */
  readonly actor: string
  readonly correlationId: string
  /** The request or event that caused this. */
  readonly causationId: string
}

export const CODE_VERSION = "0.1.0"

/** An event ready for the log. `id` is made once, before the first try. */
export const newEvent = (
  id: string,
  event: { readonly type: string; readonly data: object },
  { actor, correlationId, causationId }: Context,
  extra: Pick<EventMetadata, "payloadHash"> = {},
): NewEvent => ({
  id,
  type: event.type,
  data: event.data,
  metadata: { correlationId, causationId, actor, schemaVersion: 1, codeVersion: CODE_VERSION, ...extra },
})
