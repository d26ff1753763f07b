import { randomUUID } from "node:crypto"

/** Translates between a case's own names and those that this run uses, which no other case shares. */
export interface Names {
  stream(local: string): string
  localStream(actual: string): string
  isOwn(actual: string): boolean
  id(symbol: string): string
  symbol(id: string): string
}

const UNTRANSLATED = new Set(["", "$all"])

export function createNames(): Names {
  const suffix = `-${randomUUID().slice(0, 8)}`
  const idOf = new Map<string, string>()
  const symbolOf = new Map<string, string>()
  const localOf = new Map<string, string>()
  return {
    stream(local) {
      if (UNTRANSLATED.has(local)) return local
      const length = /^long:(\d+)$/.exec(local)?.[1]
      const actual = length ? "x".repeat(Number(length) - suffix.length) + suffix : local + suffix
      localOf.set(actual, local)
      localOf.set(`$$${actual}`, `$$${local}`)
      return actual
    },
    localStream: (actual) => localOf.get(actual) ?? actual,
    isOwn: (actual) => localOf.has(actual),
    id(symbol) {
      const id = idOf.get(symbol) ?? randomUUID()
      idOf.set(symbol, id)
      symbolOf.set(id, symbol)
      return id
    },
    symbol: (id) => symbolOf.get(id) ?? "(other)",
  }
}
