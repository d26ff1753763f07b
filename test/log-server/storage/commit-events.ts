import type { Database } from "../../../src/infra/log-server/storage/database.ts"
import type { Lookup } from "../../../src/infra/log-server/storage/tables.ts"
import { TOMBSTONE_REVISION } from "../../../src/infra/log-server/wire/recorded-event.ts"

/** Of the stream's last event, -1 without one. */
export function lastRevision(lookup: Lookup, name: string): number {
  const id = lookup.streamId(name)
  for (const run of id === null ? [] : lookup.runsDownFrom(id, TOMBSTONE_REVISION)) return run.last
  return -1
}

/** A commit of some events of one stream; `last` is the revision of the last of them. */
export function commitEvents(
  database: Database,
  name: string,
  wires: readonly Buffer[],
  last = lastRevision(database, name) + wires.length,
): void {
  const firstPlace = database.lastPlace() + 1
  database.commit(() => {
    const id = database.streamId(name) ?? database.createStream(name)
    for (const [index, wire] of wires.entries()) database.putEvent(firstPlace + index, wire)
    database.putRun(id, { last, count: wires.length, firstPlace })
  })
}
