import { type FaultName, faults } from "../support/faults.ts"

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const EVERY_MS = 30_000

export interface Planned {
  readonly name: FaultName
  /** From the beginning of the traffic. */
  readonly atMs: number
}

/** A fault each 30 s, each kind once before any comes again, in an order that the seed decides. */
export function planOf(seed: number, lastsMs: number): readonly Planned[] {
  const random = randomOf(seed)
  const plan: Planned[] = []
  let bag: FaultName[] = []
  // The last one leaves time to return from it under traffic.
  for (let atMs = EVERY_MS; atMs <= lastsMs - EVERY_MS / 2; atMs += EVERY_MS) {
    if (bag.length === 0) bag = Object.keys(faults) as FaultName[]
    const [name] = bag.splice(Math.floor(random() * bag.length), 1)
    plan.push({ name: name!, atMs })
  }
  return plan
}
