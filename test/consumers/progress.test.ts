import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { followProgress } from "../../src/consumers/progress.ts"
import { readCheckpoint, saveCheckpoint } from "../../src/projections/checkpoint.ts"
import { RELAY } from "../../src/relay/relay.ts"
import { openReadModels, type ReadModels } from "../support/read-side.ts"

const CHECKPOINT = "followed"

/** A topic of one partition, in which the relay's position is the offset of what it sent last. */
describe("how far a group is", () => {
  let models: ReadModels
  let end: bigint
  let done: bigint
  let passed: bigint[]
  let look: () => Promise<void>
  beforeEach(async () => {
    models = await openReadModels()
    end = 0n
    done = 0n
    passed = []
    look = followProgress({
      db: models.db,
      broker: {
        topicSpan: async () => new Map([[0, { begin: 0n, end }]]),
        groupOffsets: async () => new Map([[0, done]]),
      },
      ...{ group: "group", topic: "topic", checkpoint: CHECKPOINT },
      onPassed: (position) => passed.push(position),
    })
  })
  afterEach(() => models.close())

  async function sent(position: bigint): Promise<void> {
    end = position
    await saveCheckpoint(models.db, RELAY, position)
  }
  const checkpoint = () => readCheckpoint(models.db, CHECKPOINT)

  it("is what the relay had sent when the topic ended where the group is now", async () => {
    await sent(10n)
    await look()
    expect(await checkpoint()).toBeNull()
    done = 10n
    await look()
    expect(await checkpoint()).toBe(10n)
    expect(passed).toEqual([10n])
  })

  it("is known at the next call, also where the group is always some calls behind", async () => {
    for (let position = 1n; position <= 30n; position++) {
      await sent(position)
      done = position - 5n
      await look()
      expect(await checkpoint()).toBe(position <= 5n ? null : position - 5n)
    }
  })

  it("remembers the nearest of a group that is far behind, and its end", async () => {
    for (let position = 1n; position <= 100n; position++) {
      await sent(position)
      await look()
    }
    done = 7n
    await look()
    expect(await checkpoint()).toBe(7n)
    done = 99n
    await look()
    expect(await checkpoint()).toBe(19n)
    done = 100n
    await look()
    expect(await checkpoint()).toBe(100n)
  })

  it("goes on after the topic was made anew, with smaller offsets", async () => {
    await sent(50n)
    await look()
    await saveCheckpoint(models.db, RELAY, 51n)
    end = 1n
    done = 1n
    await look()
    expect(await checkpoint()).toBe(51n)
  })

  it("does not fall behind a process that knew more", async () => {
    await sent(10n)
    await look()
    await saveCheckpoint(models.db, CHECKPOINT, 20n)
    done = 10n
    await look()
    expect(await checkpoint()).toBe(20n)
  })
})
