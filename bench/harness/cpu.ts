import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import type { Loaded } from "../load/job.ts"

let ticksPerSecond = 0

/** Processor time that a process has used. */
function cpuSecondsOf(pid: number): number {
  ticksPerSecond ||= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }))
  // The name in parentheses may hold anything; utime and stime are the 12th and 13th field after it.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/**
 * Sums up the processor time that a process spends on its answers. By it two servers can be compared also while others use
 * the machine.
 */
export function cpuMeter(pid: number) {
  let seconds = 0
  let answers = 0
  return {
    async during(work: () => Promise<Loaded>): Promise<Loaded> {
      const before = cpuSecondsOf(pid)
      const loaded = await work()
      seconds += cpuSecondsOf(pid) - before
      answers += Object.values(loaded.answers).reduce((sum, count) => sum + count, 0)
      return loaded
    },
    microsPerAnswer: () => (seconds * 1e6) / answers,
  }
}
