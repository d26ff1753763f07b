import fc from "fast-check"
import { expect, it } from "vitest"
import { createTail, type Tail } from "../../src/infra/log-server/storage/tail.ts"

const MOST_EVENTS = 16_384
const MOST_BYTES = 16 * 1_048_576

/** Bytes that tell which event they are of, at both ends. */
function add(tail: Tail, place: number, size: number): void {
  const wire = tail.room(size)
  expect(wire.length).toBe(size)
  wire.writeUInt32BE(place, 0)
  wire.writeUInt32BE(place, size - 4)
  tail.add({ place, stream: `s${place % 7}`, type: `t${place % 3}`, revision: 2 * place })
}

function expectWhole(tail: Tail, place: number, size: number): void {
  const event = tail.get(place)!
  expect(event).toMatchObject({ place, stream: `s${place % 7}`, type: `t${place % 3}`, revision: 2 * place })
  expect(event.wire.length).toBe(size)
  expect(event.wire.readUInt32BE(0)).toBe(place)
  expect(event.wire.readUInt32BE(size - 4)).toBe(place)
}

it("shows nothing before it is published", () => {
  const tail = createTail()
  add(tail, 41, 100)
  add(tail, 42, 100)
  expect(tail.get(41)).toBeUndefined()
  tail.publish()
  add(tail, 43, 100)
  expectWhole(tail, 41, 100)
  expectWhole(tail, 42, 100)
  for (const place of [0, 40, 43, 44]) expect(tail.get(place)).toBeUndefined()
})

it("keeps the last 16,384 small events", () => {
  const tail = createTail()
  const last = 3 * MOST_EVENTS + 5
  for (let place = 1; place <= last; place++) add(tail, place, 8 + (place % 50))
  tail.publish()
  expect(tail.get(last - MOST_EVENTS)).toBeUndefined()
  for (let place = last - MOST_EVENTS + 1; place <= last; place++) expectWhole(tail, place, 8 + (place % 50))
})

it("keeps the last events of any size as long as their memory is not needed, each whole", () => {
  const size = fc.oneof(fc.integer({ min: 8, max: 3_000 }), fc.integer({ min: 8, max: 1_500_000 }))
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 150 }), fc.nat({ max: 1_000 }), (sizes, before) => {
      const tail = createTail()
      sizes.forEach((each, n) => {
        add(tail, before + n, each)
        if (n % 3 === 0) tail.publish()
      })
      tail.publish()
      let here = 0
      let bytes = 0
      sizes.forEach((each, n) => {
        if (!tail.get(before + n)) {
          // From the oldest that is here on, all are.
          expect(here).toBe(0)
          return
        }
        here++
        bytes += each
        expectWhole(tail, before + n, each)
      })
      const all = sizes.reduce((sum, each) => sum + each, 0)
      // What a large event does not fit behind is left empty, and what stood there is given up.
      if (all > MOST_BYTES) expect(bytes).toBeGreaterThan(MOST_BYTES - 3 * 1_500_000)
      else expect(here).toBe(sizes.length)
    }),
    { numRuns: 40 },
  )
})
