import { float64s } from "../columns/column.ts"
import type { Names } from "../columns/names.ts"

/** Cups held or bought by each user. */
export interface Units {
  get(userId: string): number
  /** Below zero when they come back. */
  add(userId: string, units: number): void
}

/** The units of a fold. */
export interface UnitsByUser extends Units {
  /**
   * Every user that has any, as of now, however long they are walked. Only the numbers are copied, the names are read on
   * the way: it costs next to nothing until it is walked.
   */
  entries(): Iterable<readonly [userId: string, units: number]>
}

export function createUnits(users: Names): UnitsByUser {
  const units = float64s()
  let size = 0
  return {
    get(userId) {
      const user = users.find(userId)
      return user >= 0 && user < size ? units.get(user) : 0
    },
    add(userId, more) {
      const user = users.add(userId)
      for (; size <= user; size++) units.set(size, 0)
      units.set(user, units.get(user) + more)
    },
    entries() {
      const copy = units.copy()
      const count = size
      return {
        *[Symbol.iterator]() {
          for (let user = 0; user < count; user++)
            if (copy.get(user) !== 0) yield [users.at(user), copy.get(user)] as const
        },
      }
    },
  }
}
