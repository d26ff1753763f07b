import { setTimeout as sleep } from "node:timers/promises"
import { launchLogServer } from "./launch.ts"
import type { LogServerOptions } from "./serve.ts"

/** The log server as the product runs it: a child process that is started again whenever it is lost. */
export interface LogServerProcess {
  /** The same for all its runs. */
  readonly port: number
  /** The process of the current run. */
  readonly pid: number
  /** Resolves after `close`, when the last run has ended. */
  readonly exited: Promise<void>
  /** Ends the log server; call it when nobody writes any more. */
  close(): Promise<void>
}

const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 2_000

/**
 * Starts the log server in a child process. Rejects when the folder is in use or the port is taken. A run that ends
 * unasked, by a crash or a kill, is followed by another one on the same port; everything acknowledged is still there.
 */
export async function startLogServer(options: LogServerOptions): Promise<LogServerProcess> {
  let run = await launchLogServer(options)
  const { port } = run
  const closing = new AbortController()

  const exited = (async () => {
    for (;;) {
      const reason = await run.exited
      if (closing.signal.aborted) return
      console.error(`the log server was lost (${reason}) and is started again`)
      const next = await relaunch({ ...options, port }, closing.signal)
      if (!next) return
      run = next
      if (closing.signal.aborted) await run.close()
    }
  })()

  return {
    port,
    get pid() {
      return run.pid
    },
    exited,
    async close() {
      closing.abort()
      await run.close()
      await exited
    },
  }
}

/** Tries, with growing pauses, until it runs again or `signal` aborts. */
async function relaunch(options: LogServerOptions, signal: AbortSignal) {
  for (let delayMs = FIRST_DELAY_MS; !signal.aborted; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
    try {
      return await launchLogServer(options)
    } catch (error) {
      console.error(error instanceof Error ? error.message : error)
      await sleep(delayMs, undefined, { signal }).catch(() => {})
    }
  }
  return null
}
