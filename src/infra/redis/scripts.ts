import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import type { Cluster, Redis } from "ioredis"
import { GateUnavailable } from "../../commands/ports/gate.ts"
import { ScriptCall } from "./script-call.ts"

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

/** Runs all scripts on a client, each by its hash; a server that does not know that one yet is given the text. */
export function scriptRunner(redis: Redis | Cluster): RunScript {
  const shared = read("_gate.lua")
  const scripts = new Map(
    (Object.keys(KEYS_OF) as ScriptName[]).map((name) => {
      const text = sourceOf(name, shared)
      return [name, { text, hash: createHash("sha1").update(text).digest("hex") }]
    }),
  )
  return async (name, keys, args) => {
    const script = scripts.get(name)!
    const send = (verb: string, which: string) =>
      redis.sendCommand(
        new ScriptCall(verb, [which, KEYS_OF[name], ...keys, ...args], { replyEncoding: "utf8" }),
      )
    try {
      return await send("evalsha", script.hash)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error
      return await send("eval", script.text)
    }
  }
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
