import { beforeEach, expect, test } from "vitest"
import type { SubscriptionMessage } from "../../src/commands/ports/event-store.ts"
import { type Follower, type Stretch, startFollower } from "../../src/projections/follower.ts"
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock.ts"

const limits = { max: 1, lingerMs: 0, everyMs: 0, idleMs: 0 }

/** What the follower asked for, in order, and how the test lets it end. */
interface Asked {
  readonly what: string
  readonly end: () => void
  readonly fail: () => void
}

let clock: VirtualClock
let asked: Asked[]
let passed: bigint[]
let failures: string[]
let durable: bigint | null
let follower: Follower

/** Follows checkpoints at 1, 2, 3, ..., as many as there are, and then nothing. */
function follow(length: number, { sayBegun = true } = {}): void {
  follower = startFollower({
    clock,
    limits,
    filter: { streamPrefixes: [] },
    store: { subscribeAll: ({ after, signal }) => positions(Number(after ?? 0n) + 1, length, signal) },
    readCheckpoint: async () => durable,
    async perform({ to }: Stretch) {
      await ask(`perform ${to}`)
      return async (begun) => {
        if (sayBegun) begun()
        await ask(`commit ${to}`)
        durable = to
      }
    },
    onPassed: (position) => passed.push(position),
    onFailure: (cause) => failures.push(String(cause)),
  })
}

async function* positions(
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionMessage> {
  for (let at = from; at <= to; at++) yield { kind: "checkpoint", position: BigInt(at) }
  await new Promise((resolve) => signal.addEventListener("abort", resolve))
}

const ask = (what: string): Promise<void> =>
  new Promise((resolve, reject) => {
    asked.push({ what, end: resolve, fail: () => reject(new Error(`${what} failed`)) })
  })

/** What is under way once everything that needs no time has happened. */
async function underWay(): Promise<string[]> {
  await clock.settle()
  return asked.map(({ what }) => what)
}

async function end(what: string, how: "end" | "fail" = "end"): Promise<void> {
  await clock.settle()
  const at = asked.findIndex((each) => each.what === what)
  asked.splice(at, 1)[0]![how]()
}

beforeEach(() => {
  clock = createVirtualClock(0)
  asked = []
  passed = []
  failures = []
  durable = null
})

test("works on a batch while the commit of the one before is under way, and no further", async () => {
  follow(3)
  await end("perform 1")
  expect(await underWay()).toEqual(["commit 1", "perform 2"])
  await end("perform 2")
  expect(await underWay()).toEqual(["commit 1"])
  expect(passed).toEqual([])
  await end("commit 1")
  expect(await underWay()).toEqual(["commit 2", "perform 3"])
  expect(passed).toEqual([1n])
  await end("commit 2")
  await end("perform 3")
  await end("commit 3")
  await follower.stop()
  expect(passed).toEqual([1n, 2n, 3n])
})

test("the next batch waits until a commit has begun, at the latest until it has ended", async () => {
  follow(2, { sayBegun: false })
  await end("perform 1")
  expect(await underWay()).toEqual(["commit 1"])
  await end("commit 1")
  expect(await underWay()).toEqual(["perform 2"])
  await end("perform 2")
  await end("commit 2", "fail")
  await clock.advance(100)
  expect(failures).toEqual(["Error: commit 2 failed"])
  expect(await underWay()).toEqual(["perform 2"])
  await end("perform 2")
  await end("commit 2")
  await follower.stop()
  expect(durable).toBe(2n)
})

test("a commit that fails: what was begun beside it ends, and everything from the checkpoint on comes again", async () => {
  follow(2)
  await end("perform 1")
  await end("commit 1", "fail")
  expect(await underWay()).toEqual(["perform 2"])
  expect(failures).toEqual([])
  await end("perform 2")
  await clock.advance(100)
  expect(failures).toEqual(["Error: commit 1 failed"])
  expect(await underWay()).toEqual(["perform 1"])
  await end("perform 1")
  await end("commit 1")
  await end("perform 2")
  await end("commit 2")
  await follower.stop()
  expect(passed).toEqual([1n, 2n])
})

test("a commit that fails is told at once also when nothing more comes", async () => {
  follow(1)
  await end("perform 1")
  await end("commit 1", "fail")
  await clock.advance(100)
  expect(failures).toEqual(["Error: commit 1 failed"])
  await end("perform 1")
  await end("commit 1")
  await follower.stop()
  expect(passed).toEqual([1n])
})

test("work that fails: the commit beside it ends before the checkpoint is read again", async () => {
  follow(2)
  await end("perform 1")
  await end("perform 2", "fail")
  await clock.advance(1_000)
  expect([await underWay(), failures]).toEqual([["commit 1"], []])
  await end("commit 1")
  await clock.advance(100)
  expect(failures).toEqual(["Error: perform 2 failed"])
  expect(await underWay()).toEqual(["perform 2"])
  await end("perform 2")
  await end("commit 2")
  await follower.stop()
  // The second 1 is where it began again.
  expect(passed).toEqual([1n, 1n, 2n])
})

test("a stop waits for the commit under way", async () => {
  follow(1)
  await end("perform 1")
  let stopped = false
  const stopping = follower.stop().then(() => {
    stopped = true
  })
  expect([await underWay(), stopped]).toEqual([["commit 1"], false])
  await end("commit 1")
  await stopping
  expect([durable, failures]).toEqual([1n, []])
})
