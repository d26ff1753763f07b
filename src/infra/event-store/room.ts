/** Most appends, and most bytes of them, that may be under way at once. */
export interface RoomLimits {
  readonly count: number
  readonly bytes: number
}

export interface Room {
  /**
   * Resolves when there is room, in the order of asking, with the way to give it back, which may be used twice. Whoever
   * is alone gets it, however large.
   */
  take(bytes: number): Promise<() => void>
}

export function createRoom(limits: RoomLimits): Room {
  const waiting: { readonly bytes: number; readonly enter: () => void }[] = []
  let count = 0
  let taken = 0

  const fits = (bytes: number): boolean =>
    count === 0 || (count < limits.count && taken + bytes <= limits.bytes)

  function enter(bytes: number): () => void {
    let inside = true
    count += 1
    taken += bytes
    return () => {
      if (!inside) return
      inside = false
      count -= 1
      taken -= bytes
      while (waiting[0] && fits(waiting[0].bytes)) waiting.shift()!.enter()
    }
  }

  return {
    async take(bytes) {
      if (waiting.length === 0 && fits(bytes)) return enter(bytes)
      return new Promise((resolve) => waiting.push({ bytes, enter: () => resolve(enter(bytes)) }))
    },
  }
}
