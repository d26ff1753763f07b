const KEPT_IDS = 16_384
const BUCKETS = 2 * KEPT_IDS
/** An id's 128 bits. */
const WORDS = 4
const NONE = -1

/** Remembers where the last 16,384 events were written, by their ids: 36 bytes of lower-case text. */
export interface RecentIds {
  add(id: Buffer, stream: string, revision: number): void
  /** Revision of the recent event of `stream` with this id, or null. Of several with one id the last counts. */
  revision(stream: string, id: Buffer): number | null
}

/** In columns, as objects that live for so many events are what the collector would have most work with. */
export function createRecentIds(): RecentIds {
  const ids = new Uint32Array(WORDS * KEPT_IDS)
  const streams: string[] = new Array(KEPT_IDS).fill("")
  const revisions = new Float64Array(KEPT_IDS)
  /** The newest entry of a bucket, and of each entry the one before it there. */
  const newest = new Int32Array(BUCKETS).fill(NONE)
  const older = new Int32Array(KEPT_IDS).fill(NONE)
  const words = new Uint32Array(WORDS)
  let added = 0

  function forget(entry: number): void {
    const bucket = bucketOf(ids[WORDS * entry]!)
    if (newest[bucket] === entry) {
      newest[bucket] = NONE
      return
    }
    // The oldest of all is the last of its bucket.
    let at = newest[bucket]!
    while (older[at] !== entry) at = older[at]!
    older[at] = NONE
  }

  const holds = (entry: number): boolean =>
    ids[WORDS * entry] === words[0] &&
    ids[WORDS * entry + 1] === words[1] &&
    ids[WORDS * entry + 2] === words[2] &&
    ids[WORDS * entry + 3] === words[3]

  return {
    add(id, stream, revision) {
      const entry = added % KEPT_IDS
      if (added++ >= KEPT_IDS) forget(entry)
      parse(id, words)
      ids.set(words, WORDS * entry)
      streams[entry] = stream
      revisions[entry] = revision
      const bucket = bucketOf(words[0]!)
      older[entry] = newest[bucket]!
      newest[bucket] = entry
    },
    revision(stream, id) {
      // What is to be deleted has none.
      if (id.length === 0) return null
      parse(id, words)
      for (let entry = newest[bucketOf(words[0]!)]!; entry !== NONE; entry = older[entry]!)
        if (holds(entry)) return streams[entry] === stream ? revisions[entry]! : null
      return null
    },
  }
}

/** By the last bits of an id, which are random also in ids that are ordered by time. */
const bucketOf = (word: number): number => (Math.imul(word ^ (word >>> 15), 0x9e3779b1) >>> 0) % BUCKETS

const DASH = 45

/** The bits of an id, the last ones first. */
function parse(id: Buffer, words: Uint32Array): void {
  let at = id.length - 1
  for (let word = 0; word < WORDS; word++) {
    let value = 0
    for (let shift = 0; shift < 32; at--) {
      const byte = id[at]!
      if (byte === DASH) continue
      value |= (byte <= 57 ? byte - 48 : byte - 87) << shift
      shift += 4
    }
    words[word] = value
  }
}
