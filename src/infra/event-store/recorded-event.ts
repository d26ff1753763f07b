import type { RecordedEvent as ClientEvent, ResolvedEvent } from "@eventstore/db-client"
import type { RecordedEvent } from "../../domain/event.ts"

/** An event as the port hands it out. Throws when the server tells no position, as those before 22.6 do. */
export function toRecordedEvent({ event, link, commitPosition }: ResolvedEvent): RecordedEvent {
  const { id, streamId, revision, type, data, metadata, created, position }: ClientEvent = (event ?? link)!
  const commit = position?.commit ?? commitPosition
  if (commit === undefined) throw new Error(`the server told no position of event ${id}`)
  return {
    id,
    stream: streamId,
    revision,
    position: commit,
    type,
    data,
    metadata,
    recordedAtMs: created.getTime(),
  }
}

/** Events that the server writes for itself. */
export const isSystemEvent = ({ type }: Pick<RecordedEvent, "type">): boolean => type.startsWith("$")
