/** A map that forgets what was not used lately. */
export interface RecentMap<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
}

/** Keeps at least the `capacity` keys used last, and at most twice as many. */
export function recentMap<K, V>(capacity: number): RecentMap<K, V> {
  let young = new Map<K, V>()
  let old = new Map<K, V>()
  const set = (key: K, value: V) => {
    young.set(key, value)
    if (young.size < capacity) return
    old = young
    young = new Map()
  }
  return {
    get(key) {
      const found = young.get(key)
      if (found !== undefined) return found
      const aged = old.get(key)
      if (aged !== undefined) set(key, aged)
      return aged
    },
    set,
  }
}
