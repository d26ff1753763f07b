import type { MessageBroker } from "../commands/ports/message-broker.ts"
import { moveCheckpoint, readCheckpoint } from "../projections/checkpoint.ts"
import type { Db } from "../projections/database.ts"
import { RELAY } from "../relay/relay.ts"

export interface ProgressDeps {
  readonly db: Db
  readonly broker: Pick<MessageBroker, "topicSpan" | "groupOffsets">
  readonly group: string
  readonly topic: string
  /** The checkpoint to move. */
  readonly checkpoint: string
  readonly onPassed: (position: bigint) => void
}

/** Most goals at a time. Of a group that is far behind the nearest are remembered, and the farthest. */
const GOALS_MAX = 20

interface Goal {
  readonly position: bigint
  readonly ends: ReadonlyMap<number, bigint>
}

/**
 * Translates a group's offsets into a position of the log, for those who wait to read their own writes: what the relay
 * had sent when the topic ended there is done once the group has come so far. To be called again and again; each call sets
 * a goal, so that the position lags by one call, however many calls the group takes to come so far.
 */
export function followProgress(deps: ProgressDeps): () => Promise<void> {
  const { db, broker, group, topic, checkpoint } = deps
  /** Not reached yet, the nearest first. */
  const goals: Goal[] = []

  return async () => {
    await setGoal()
    if (goals.length === 0) return
    const done = await broker.groupOffsets(group, topic)
    const isReached = ({ ends }: Goal) =>
      [...ends].every(([partition, end]) => (done.get(partition) ?? 0n) >= end)
    const reached = goals.findLastIndex(isReached)
    if (reached < 0) return
    const { position } = goals[reached]!
    await raise(position)
    deps.onPassed(position)
    goals.splice(0, reached + 1)
  }

  async function setGoal(): Promise<void> {
    const [sent, passed] = [await readCheckpoint(db, RELAY), await readCheckpoint(db, checkpoint)]
    if (passed !== null) deps.onPassed(passed)
    const farthest = goals.at(-1)?.position ?? passed
    if (sent === null || (farthest !== null && sent <= farthest)) return
    const ends = new Map<number, bigint>()
    // A partition without messages, or whose messages have all been deleted by age, is done.
    for (const [partition, { begin, end }] of await broker.topicSpan(topic))
      if (begin < end) ends.set(partition, end)
    if (goals.length === GOALS_MAX) goals.pop()
    goals.push({ position: sent, ends })
  }

  /** Another process of this role may have moved it farther meanwhile. */
  async function raise(position: bigint): Promise<void> {
    await db.transaction().execute(async (tx) => {
      const passed = await readCheckpoint(tx, checkpoint)
      if (passed === null || passed < position) await moveCheckpoint(tx, checkpoint, passed, position)
    })
  }
}
