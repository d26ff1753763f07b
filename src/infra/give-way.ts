import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { constants, setPriority } from "node:os"

/** Nice 10, a tenth of another's share. On a full machine a process at nice 19 did not answer for its health for a quarter of a minute. */
const { PRIORITY_BELOW_NORMAL: NICE } = constants.priority

/** Linux divides cores among sessions first, and heeds the priority of a process only within one (sched(7), autogroup). */
const SESSION_PRIORITY = "/proc/self/autogroup"

/**
 * Lets other processes go first where cores are scarce, and takes what they leave. It is about speed only: `onTrouble` hears
 * what the system has against it, and this process goes on as one among equals.
 */
export function giveWay(onTrouble: (cause: unknown) => void): void {
  try {
    setPriority(NICE)
    // A session that others share is not this process's to rank; other systems know no such thing.
    if (existsSync(SESSION_PRIORITY) && leadsItsSession()) writeFileSync(SESSION_PRIORITY, String(NICE))
  } catch (cause) {
    onTrouble(cause)
  }
}

/** As a process does that was started by a service manager, or detached; not one that was started from a shell. */
function leadsItsSession(): boolean {
  const stat = readFileSync("/proc/self/stat", "latin1")
  const [, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return Number(session) === process.pid
}
