import { readFileSync, writeFileSync } from "node:fs"
import { constants, setPriority } from "node:os"

/** Nice 10, a tenth of another's share. On a full machine a process at nice 19 did not answer for its health for a quarter of a minute. */
const { PRIORITY_BELOW_NORMAL: NICE } = constants.priority

/**
 * Lets other processes go first where cores are scarce, and takes what they leave. Where the system knows no such thing all
 * stay equal: it is about speed only.
 */
export function giveWay(): void {
  try {
    setPriority(NICE)
    // Linux divides cores among sessions first, and heeds the priority of a process only within one (sched(7), autogroup). A
    // session that others share is not this process's to rank.
    if (leadsItsSession()) writeFileSync("/proc/self/autogroup", String(NICE))
  } catch {}
}

/** As a process does that was started by a service manager, or detached; not one that was started from a shell. */
function leadsItsSession(): boolean {
  const stat = readFileSync("/proc/self/stat", "latin1")
  const [, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return Number(session) === process.pid
}
