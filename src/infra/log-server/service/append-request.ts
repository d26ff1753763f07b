import type { Expected, ValidEvent } from "../storage/commands.ts"
import type { ProposedEvent } from "../wire/proposed-event.ts"
import type { shared } from "./protocol.ts"

/** Most bytes in one append: data, metadata and types (two bytes a character) of its events together. */
export const MAX_APPEND_BYTES = 1_048_576

const JSON_TYPE = "application/json"
const OTHER_TYPE = "application/octet-stream"

export const bytesOf = ({ type, data, customMetadata }: ProposedEvent): number =>
  data.length + customMetadata.length + 2 * (type?.length ?? 0)

/** What an append's events lack, or the events. An empty type counts as `empty`, an absent one as `missing`. */
export type Validated =
  | { readonly ok: true; readonly events: ValidEvent[] }
  | {
      readonly ok: false
      readonly problem: "empty" | "missing"
      readonly property: "id" | "type" | "content-type"
    }

export function validate(proposed: readonly ProposedEvent[]): Validated {
  const events: ValidEvent[] = []
  for (const { id, type, contentType, data, customMetadata } of proposed) {
    if (type === null) return { ok: false, problem: "missing", property: "type" }
    if (contentType === null) return { ok: false, problem: "missing", property: "content-type" }
    if (type === "") return { ok: false, problem: "empty", property: "type" }
    if (id === null) return { ok: false, problem: "empty", property: "id" }
    const known = contentType === JSON_TYPE ? JSON_TYPE : OTHER_TYPE
    events.push({ id, type, contentType: known, data, customMetadata })
  }
  return { ok: true, events }
}

/** Longest stream name; every event carries it. */
const MAX_NAME_LENGTH = 32_768

export const isUsableName = (stream: string): boolean => stream !== "" && stream.length <= MAX_NAME_LENGTH

export const nameOf = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString("utf8")

/** The expectation of a write request; without any it is `any`. */
export function expectedOf(options: {
  hasNoStream(): boolean
  hasStreamExists(): boolean
  revision(): string | null
}): Expected {
  if (options.hasNoStream()) return "no_stream"
  if (options.hasStreamExists()) return "stream_exists"
  const revision = options.revision()
  // Beyond 2^53 no stream ever gets: it is as wrong as any other too great revision.
  return revision === null ? "any" : Math.min(Number(revision), Number.MAX_SAFE_INTEGER)
}
