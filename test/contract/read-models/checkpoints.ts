import { describe, expect, test } from "vitest"
import { moveCheckpoint, readCheckpoint, saveCheckpoint } from "../../../src/projections/checkpoint.ts"
import type { ReadModels } from "../../support/read-side.ts"

/** How far each follower is. */
export function checkpointsContract(world: () => ReadModels): void {
  const read = (name: string) => readCheckpoint(world().db, name)
  const save = (name: string, position: bigint) => saveCheckpoint(world().db, name, position)
  const move = (name: string, from: bigint | null, to: bigint) =>
    world()
      .db.transaction()
      .execute((tx) => moveCheckpoint(tx, name, from, to))

  describe("a checkpoint", () => {
    test("is each follower's own", async () => {
      await save("one", 10n)
      await move("two", null, 20n)
      expect([await read("one"), await read("two"), await read("three")]).toEqual([10n, 20n, null])
    })

    test("is saved wherever it was, also where it is", async () => {
      for (const position of [10n, 30n, 30n, 20n, 2n ** 64n - 1n]) {
        await save("one", position)
        expect(await read("one")).toBe(position)
      }
    })

    test("is moved only from where it is", async () => {
      await move("one", null, 10n)
      await expect(move("one", null, 20n)).rejects.toThrow()
      await expect(move("one", 9n, 20n)).rejects.toThrow("the checkpoint of one is no longer at 9")
      expect(await read("one")).toBe(10n)
      await move("one", 10n, 20n)
      expect(await read("one")).toBe(20n)
    })
  })
}
