import { recentMap } from "./recent-map.ts"

const KEPT_IDS = 10_000

/** Remembers where the last 10,000 events (or somewhat more) were written, by their ids. */
export interface RecentIds {
  add(id: Buffer, stream: string, revision: number): void
  /** Revision of the recent event of `stream` with this id, or null. */
  revision(stream: string, id: Buffer): number | null
}

export function createRecentIds(): RecentIds {
  const known = recentMap<string, { readonly stream: string; readonly revision: number }>(KEPT_IDS)
  return {
    add(id, stream, revision) {
      known.set(id.toString("latin1"), { stream, revision })
    },
    revision(stream, id) {
      const found = known.get(id.toString("latin1"))
      return found?.stream === stream ? found.revision : null
    },
  }
}
