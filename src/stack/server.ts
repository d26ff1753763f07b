import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createWriteStream } from "node:fs"
import type { Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** How long a server may take to be ready, and to end when asked. */
const READY_MS = 60_000
const STOP_MS = 8_000
const RESTART_MS = 1_000

/** A program and when it can be used. */
export interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** What it prints once it answers. */
  readonly ready: string
  /** What it prints is kept there. */
  readonly logFile: string
}

export interface Kept {
  /** Ends it, gracefully if it can; its data stays. */
  stop(): Promise<void>
}

/**
 * Starts a server and keeps it: when it ends unasked it is started again. Resolves when it can be used; rejects when
 * its first start fails. It ends with this process, however that ends.
 */
export async function keepServer(program: Program, tell: (line: string) => void): Promise<Kept> {
  let stopping = false
  let child = run(program)
  await ready(child, program)
  const ended = keep()
  return {
    async stop() {
      stopping = true
      await end(child)
      await ended
    },
  }

  async function keep(): Promise<void> {
    for (;;) {
      const why = await exit(child)
      if (stopping) return
      tell(`${program.name} ended (${why}) and is started again; see ${program.logFile}`)
      await sleep(RESTART_MS)
      if (stopping) return
      child = run(program)
      await ready(child, program).then(
        () => tell(`${program.name} is up again`),
        () => {},
      )
    }
  }
}

/** In a group of its own, so that a signal to ours does not end it before its users. */
function run({ command, args, logFile }: Program): ChildProcess {
  const child = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] })
  const log = createWriteStream(logFile, { flags: "a" })
  for (const stream of [child.stdout, child.stderr]) stream?.pipe(log, { end: false })
  child.once("close", () => log.end())
  child.on("error", () => {})
  if (child.pid !== undefined) watch(child.pid, child)
  return child
}

/** Ends the server when this process is gone: only this process holds the pipe that the watcher reads. */
function watch(pid: number, child: ChildProcess): void {
  const script = 'read -r _ || kill -TERM "$0" 2>/dev/null'
  const watcher = spawn("sh", ["-c", script, String(pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  })
  watcher.unref()
  const pipe = watcher.stdin as Socket
  pipe.on("error", () => {})
  pipe.unref()
  child.once("exit", () => pipe.end("dismissed\n"))
}

async function ready(child: ChildProcess, { name, ready, logFile }: Program): Promise<void> {
  const late = sleep(READY_MS, "it did not get ready", { ref: false })
  const printed = new Promise<null>((resolve) => {
    let seen = ""
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk) => {
        seen = (seen + chunk).slice(-4_096)
        if (seen.includes(ready)) resolve(null)
      })
  })
  const failure = await Promise.race([printed, exit(child), late])
  if (failure === null) return
  await end(child)
  throw new Error(`${name} could not be started (${failure}); see ${logFile}`)
}

/** Why a process ended, once it has. */
function exit(child: ChildProcess): Promise<string> {
  const why = () => (child.signalCode ? `killed by ${child.signalCode}` : `exit code ${child.exitCode}`)
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
    return Promise.resolve(why())
  return once(child, "exit").then(why)
}

async function end(child: ChildProcess): Promise<void> {
  const ended = exit(child)
  child.kill("SIGTERM")
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS)
  await ended
  clearTimeout(timer)
}
