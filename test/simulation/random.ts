/** Numbers drawn from a seed: the same seed, the same numbers, on any machine. */
export interface Random {
  /** 0 up to 1. */
  next(): number
  /** A whole number from 0 up to `below`. */
  int(below: number): number
  /** From `low` up to `high`, not necessarily whole. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** Numbers of their own, which do not move when more or fewer are drawn here. */
  fork(name: string | number): Random
}

/** FNV-1a, from a start that differs between the words of the generator's state. */
function hashOf(text: string, start: number): number {
  let hash = 0x811c9dc5 ^ start
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** The generator sfc32, of which 2^32 seeds give unrelated numbers. */
export function randomOf(seed: string): Random {
  let [a, b, c, count] = [hashOf(seed, 1), hashOf(seed, 2), hashOf(seed, 3), 1]
  const next = (): number => {
    const sum = (a + b + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4_294_967_296
  }
  // The first numbers still show the seed.
  for (let n = 0; n < 12; n++) next()
  const int = (below: number) => Math.floor(next() * below)
  return {
    next,
    int,
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick: (items) => items[int(items.length)]!,
    fork: (name) => randomOf(`${seed}/${name}`),
  }
}

/** Numbers for the n-th of whatever has this name: what happens elsewhere, more often or not at all, does not move them. */
export type Draw = (name: string) => Random

export function drawOf(random: Random): Draw {
  const counts = new Map<string, number>()
  return (name) => {
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    return random.fork(`${name} ${nth}`)
  }
}
