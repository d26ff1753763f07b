const KEPT_IDS = 16_384
const BUCKETS = 2 * KEPT_IDS
const ID_BYTES = 36
const NONE = -1

/** Remembers where the last 16,384 events were written, by their ids: 36 bytes of lower-case text. */
export interface RecentIds {
  add(id: Buffer, stream: string, revision: number): void
  /** Revision of the recent event of `stream` with this id, or null. Of several with one id the last counts. */
  revision(stream: string, id: Buffer): number | null
}

/** In columns, as objects that live for so many events are what the collector would have most work with. */
export function createRecentIds(): RecentIds {
  const ids = Buffer.alloc(ID_BYTES * KEPT_IDS)
  const streams: string[] = new Array(KEPT_IDS).fill("")
  const revisions = new Float64Array(KEPT_IDS)
  /** The newest entry of a bucket, and of each entry the one before it there. */
  const newest = new Int32Array(BUCKETS).fill(NONE)
  const older = new Int32Array(KEPT_IDS).fill(NONE)
  let added = 0

  function forget(entry: number): void {
    const bucket = bucketOf(ids, ID_BYTES * entry)
    if (newest[bucket] === entry) {
      newest[bucket] = NONE
      return
    }
    // The oldest of all is the last of its bucket.
    let at = newest[bucket]!
    while (older[at] !== entry) at = older[at]!
    older[at] = NONE
  }

  return {
    add(id, stream, revision) {
      const entry = added % KEPT_IDS
      if (added++ >= KEPT_IDS) forget(entry)
      ids.set(id, ID_BYTES * entry)
      streams[entry] = stream
      revisions[entry] = revision
      const bucket = bucketOf(id, 0)
      older[entry] = newest[bucket]!
      newest[bucket] = entry
    },
    revision(stream, id) {
      // What is to be deleted has none.
      if (id.length === 0) return null
      for (let entry = newest[bucketOf(id, 0)]!; entry !== NONE; entry = older[entry]!) {
        const at = ID_BYTES * entry
        if (ids.compare(id, 0, ID_BYTES, at, at + ID_BYTES) === 0)
          return streams[entry] === stream ? revisions[entry]! : null
      }
      return null
    },
  }
}

/** Of the id that stands there: by its last eight digits, which are random also in ids that are ordered by time. */
function bucketOf(bytes: Buffer, at: number): number {
  const high = bytes.readUInt32LE(at + ID_BYTES - 8)
  const low = bytes.readUInt32LE(at + ID_BYTES - 4)
  const mixed = Math.imul(high, 0x9e3779b1) ^ Math.imul(low, 0x85ebca6b)
  return (Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 0) % BUCKETS
}
