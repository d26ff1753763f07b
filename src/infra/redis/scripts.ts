import { readFileSync } from "node:fs"
import type { Cluster, Redis } from "ioredis"
import { GateUnavailable } from "../../commands/ports/gate.ts"

/** The scripts of `lua/`, each with the number of its keys. */
export const KEYS_OF = {
  reserve: 3,
  apply: 3,
  drop: 3,
  claim: 4,
  renew: 3,
  stage: 3,
  load: 6,
  look: 3,
  find: 3,
  retire: 3,
  offer: 1,
  take: 1,
} as const
export type ScriptName = keyof typeof KEYS_OF

/** Runs one script: its keys, then its arguments. Answers Redis's reply as it came; rejects as ioredis does. */
export type RunScript = (
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>

const FOLDER = new URL("../../../lua/", import.meta.url)
const read = (file: string): string => readFileSync(new URL(file, FOLDER), "utf8")

/** A script's text: its `#!lua` line, what all share, its body. */
function sourceOf(name: ScriptName, shared: string): string {
  const [shebang, ...body] = read(`${name}.lua`).split("\n")
  return [shebang, shared, ...body].join("\n")
}

/**
 * Defines all scripts on a client. ioredis sends a script's text once a connection and its hash from then on, and the
 * text again to a server that has lost it.
 */
export function defineScripts(redis: Redis | Cluster): RunScript {
  const shared = read("_gate.lua")
  const names = Object.keys(KEYS_OF) as ScriptName[]
  for (const name of names) {
    redis.defineCommand(`gate:${name}`, { numberOfKeys: KEYS_OF[name], lua: sourceOf(name, shared) })
  }
  const commands = redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>
  return (name, keys, args) => commands[`gate:${name}`]!(...keys, ...args)
}

/** What a script or the adapter does wrong stays the error that it is; all else is Redis being away. */
export function failingAsUnavailable(run: RunScript): RunScript {
  return async (name, keys, args) => {
    try {
      return await run(name, keys, args)
    } catch (error) {
      if (error instanceof Error && /^(ERR|WRONGTYPE|CROSSSLOT)/.test(error.message)) throw error
      throw new GateUnavailable(`the gate's ${name} got no answer from Redis`, { cause: error })
    }
  }
}
