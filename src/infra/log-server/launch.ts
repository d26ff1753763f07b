import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { LogServerOptions } from "./serve.ts"

/** One run of the log server in a child process of its own. */
export interface LogServerChild {
  readonly port: number
  readonly pid: number
  /** Resolves with the reason once the process is gone, whoever ended it. */
  readonly exited: Promise<string>
  /** Lets it finish what it has accepted; after four seconds it is killed. */
  close(): Promise<void>
}

const CLOSE_MS = 4_000

/**
 * Most of what an append leaves behind are buffers outside the heap, which only a collection of their small objects
 * gives back. With the young generation that V8 allows by itself they pile up until it collects everything, three times
 * a second under load: more often a little is a third less work, and never takes more than a few milliseconds.
 */
const NODE_FLAGS = ["--max-semi-space-size=8"]

/**
 * Starts the log server and resolves once its port is open. Rejects with its own message when the folder is in use or
 * the port is taken. The child is never detached: it ends with this process, also when that is killed.
 */
export function launchLogServer({ dataDir, port }: LogServerOptions): Promise<LogServerChild> {
  const child = fork(fileURLToPath(new URL("./child.ts", import.meta.url)), [dataDir, String(port)], {
    execArgv: NODE_FLAGS,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ? `killed by ${signal}` : `exit code ${code}`))
    child.once("error", (error) => resolve(error.message))
  })
  const close = async () => {
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill("SIGKILL"), CLOSE_MS)
    await exited
    clearTimeout(timer)
  }
  return new Promise((resolve, reject) => {
    child.once("message", (message: { port: number } | { error: string }) => {
      if ("port" in message) resolve({ port: message.port, pid: child.pid as number, exited, close })
      else reject(new Error(`the log server cannot start: ${message.error}`))
    })
    void exited.then((reason) => reject(new Error(`the log server ended while it was starting: ${reason}`)))
  })
}
