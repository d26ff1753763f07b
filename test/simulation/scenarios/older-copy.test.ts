import { expect, it } from "vitest"
import { ask } from "../buyer.ts"
import type { Plan } from "../plan.ts"
import { memoryRows } from "../rows.ts"
import { schedule } from "../staff.ts"
import { calm } from "../wire.ts"
import { createWorld, type World } from "../world.ts"

const plan: Plan = {
  seed: "older copy",
  terms: { stock: 1, perUserLimit: 1, paymentWindowSeconds: 900 },
  ...{
    endsAfterMs: 3_600_000,
    skewsMs: [0, 0],
    elected: false,
    handsOver: false,
    projects: false,
    readLagMs: 0,
  },
  ...{ weather: calm, actions: [], faults: [] },
}

/** Lets time pass until it is answered. */
async function during<Answer>({ timeline, check }: World, asked: Promise<Answer>): Promise<Answer> {
  let done = false
  void asked.finally(() => {
    done = true
  })
  while (!done) await timeline.runUntil(timeline.nowMs() + 50, check)
  return asked
}

it("the gate back from an older copy of the same epoch counts as lost: nothing is sold twice, nothing forgotten", async () => {
  const world = createWorld(plan, memoryRows(), null)
  for (const node of world.nodes) world.start(node)
  await during(world, schedule(world))
  const [ann, bob] = [
    { user: "ann", key: "k", quantity: 1 },
    { user: "bob", key: "k", quantity: 1 },
  ]
  const first = await during(world, ask(world, ann, 0))
  expect(first).toMatchObject({ kind: "accepted" })

  // A copy of when the cup was free, of the same epoch, under the run of the server that took over.
  const copies = Array.from({ length: 10 }, (_, ago) => ago)
  const offering = copies.find((ago) => {
    world.redis.restore(world.redis.copy(ago), true)
    return world.redis.loaded()?.stock === 1 && world.redis.loaded()?.permits.size === 0
  })
  expect(offering).toBeDefined()
  world.redis.restore(world.redis.copy(offering!), false)
  expect(world.redis.loaded()).toBeNull()

  expect(await during(world, ask(world, bob, 1))).toEqual({ kind: "refused", reason: "sold_out" })
  expect(await during(world, ask(world, ann, 1))).toEqual(first)
  expect(world.redis.loaded()).toMatchObject({ epoch: 2, stock: 0 })
  world.check()
})
