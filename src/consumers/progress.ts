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

interface Goal {
  readonly position: bigint
  readonly ends: ReadonlyMap<number, bigint>
}

/**
 * Translates a group's offsets into a position of the log, for those who wait to read their own writes: what the relay
 * had sent when the topic ended there is done once the group has come so far. To be called again and again.
 */
export function followProgress(deps: ProgressDeps): () => Promise<void> {
  const { db, broker, group, topic, checkpoint } = deps
  let goal: Goal | null = null

  return async () => {
    goal ??= await nextGoal()
    if (!goal) return
    const done = await broker.groupOffsets(group, topic)
    for (const [partition, end] of goal.ends) if ((done.get(partition) ?? 0n) < end) return
    await raise(goal.position)
    deps.onPassed(goal.position)
    // Set now, so that the next call finds what was done meanwhile instead of only a goal.
    goal = await nextGoal()
  }

  async function nextGoal(): Promise<Goal | null> {
    const [sent, passed] = [await readCheckpoint(db, RELAY), await readCheckpoint(db, checkpoint)]
    if (passed !== null) deps.onPassed(passed)
    if (sent === null || (passed !== null && sent <= passed)) return null
    const ends = new Map<number, bigint>()
    // A partition without messages, or whose messages have all been deleted by age, is done.
    for (const [partition, { begin, end }] of await broker.topicSpan(topic))
      if (begin < end) ends.set(partition, end)
    return { position: sent, ends }
  }

  /** Another process of this role may have moved it farther meanwhile. */
  async function raise(position: bigint): Promise<void> {
    await db.transaction().execute(async (tx) => {
      const passed = await readCheckpoint(tx, checkpoint)
      if (passed === null || passed < position) await moveCheckpoint(tx, checkpoint, passed, position)
    })
  }
}
