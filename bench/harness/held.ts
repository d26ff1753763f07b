import { readFileSync } from "node:fs"
import type { Server } from "../../test/support/process.ts"

const ANSWER_MS = 10_000

export interface Held {
  /** Bytes in the heap and in buffers that are alive. */
  readonly live: number
  /** Resident bytes before anything was collected. */
  readonly rss: number
}

/** What a Node process needs in its environment to be asked for its memory. */
export const PROBE = {
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${new URL("./heap-probe.ts", import.meta.url)}`,
}

/** Asks a process that was started with `PROBE`. */
export function memoryOf(server: Server) {
  let asked = 0
  return {
    async held(): Promise<Held> {
      asked += 1
      process.kill(server.pid, "SIGUSR2")
      const printed = await server.printed(`held ${asked}: `, ANSWER_MS)
      return JSON.parse([...printed.matchAll(/held \d+: (\{.*?\})/g)].at(-1)![1]!) as Held
    },
    /** Most resident bytes that it ever had. */
    peakRss: () =>
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))![1]) * 1_024,
  }
}
