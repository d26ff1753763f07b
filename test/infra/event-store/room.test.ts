import { expect, test } from "vitest"
import { createRoom, type Room } from "../../../src/infra/event-store/room.ts"

/** Asks for room; tells whether it was given, and gives it back. */
async function ask(room: Room, bytes: number) {
  let leave: (() => void) | null = null
  void room.take(bytes).then((given) => {
    leave = given
  })
  await settled()
  return { isInside: () => leave !== null, leave: () => leave!() }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test("room is for so many at once, in the order of asking", async () => {
  const room = createRoom({ count: 2, bytes: 100 })
  const [first, second, third, fourth] = [
    await ask(room, 1),
    await ask(room, 1),
    await ask(room, 1),
    await ask(room, 1),
  ]
  expect([first, second, third, fourth].map((each) => each.isInside())).toEqual([true, true, false, false])
  second.leave()
  await settled()
  expect([third, fourth].map((each) => each.isInside())).toEqual([true, false])
})

test("room is for so many bytes at once, and a small one does not overtake a large one", async () => {
  const room = createRoom({ count: 10, bytes: 100 })
  const [first, large, small] = [await ask(room, 60), await ask(room, 50), await ask(room, 1)]
  expect([large, small].map((each) => each.isInside())).toEqual([false, false])
  first.leave()
  await settled()
  expect([large, small].map((each) => each.isInside())).toEqual([true, true])
})

test("what is larger than all room gets it alone", async () => {
  const room = createRoom({ count: 10, bytes: 100 })
  const first = await ask(room, 1)
  const huge = await ask(room, 1_000)
  expect(huge.isInside()).toBe(false)
  first.leave()
  await settled()
  expect(huge.isInside()).toBe(true)
})

test("room that is given back twice is given back once", async () => {
  const room = createRoom({ count: 1, bytes: 100 })
  const first = await ask(room, 1)
  first.leave()
  first.leave()
  const [second, third] = [await ask(room, 1), await ask(room, 1)]
  expect([second.isInside(), third.isInside()]).toEqual([true, false])
})
