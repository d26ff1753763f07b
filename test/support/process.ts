import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises"

/** Long enough for a server's first start on a machine that must install it before. */
export const SERVER_START_TIMEOUT_MS = 180_000

/** A TCP port of 127.0.0.1 that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0))
    })
  })
}

/** A fresh folder of its own, `<tmp>/hash-coffee-<name>-xxxxxx`. */
export const tempDir = (name: string): string => mkdtempSync(join(tmpdir(), `hash-coffee-${name}-`))

export const removeDir = (dir: string): void => rmSync(dir, { recursive: true, force: true })

export interface Server {
  readonly pid: number
  /** Resolves once the process is gone, whoever ended it. */
  readonly exited: Promise<void>
  /** Resolves with the output when it has held `text`; rejects with it when the process ends first or `ms` pass. */
  printed(text: string, ms: number): Promise<string>
  /** Ends the process at once, as a crash would, and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
}

/**
 * Starts a server that cannot outlive this process: a watcher reads from a pipe which only this process holds
 * open, so that it learns of any end of it, also by SIGKILL, and then ends the server and removes `dir`.
 */
export function startServer(command: string, args: readonly string[], dir: string): Server {
  const child = spawn(command, args, { cwd: dir, detached: true, stdio: ["ignore", "pipe", "pipe"] })
  const dismissWatcher = child.pid === undefined ? () => {} : watch(child.pid, dir)
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve())
    child.once("error", () => resolve())
  })
  void exited.then(dismissWatcher)
  const output = collect(child)
  return {
    pid: child.pid ?? 0,
    exited,
    printed: (text, ms) => output.printed(text, ms, exited),
    async kill(signal = "SIGKILL") {
      child.kill(signal)
      await exited
    },
  }
}

/** The processes that this one started and that still run. */
export const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number)

/** Stops a process in its tracks, its connections open and silent, and lets it go on after `ms`. */
export async function pause(pid: number, ms: number): Promise<void> {
  const goOn = await stop(pid)
  await delay(ms)
  goOn()
}

/**
 * Stops a process until the function that it resolves with is called. The signal alone is not enough: a thread on another
 * core hears of it a moment later, and may answer one more question until then.
 */
export async function stop(pid: number): Promise<() => void> {
  process.kill(pid, "SIGSTOP")
  while (!isStopped(pid)) await turn()
  return () => process.kill(pid, "SIGCONT")
}

/** Whether each thread stands still; one that has ended meanwhile says nothing more either. */
const isStopped = (pid: number): boolean =>
  readdirSync(`/proc/${pid}/task`).every((thread) => {
    try {
      return /\) [TtZX] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, "latin1"))
    } catch {
      return true
    }
  })

/** Returns how to dismiss the watcher: a line on its pipe, in place of the pipe's end, makes it leave quietly. */
function watch(pid: number, dir: string): () => void {
  const script = 'read -r _ && exit; kill -KILL "$0" 2>/dev/null; rm -rf -- "$1"'
  const watcher = spawn("sh", ["-c", script, String(pid), dir], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  })
  watcher.unref()
  const pipe = watcher.stdin as Socket
  pipe.on("error", () => {})
  pipe.unref()
  return () => pipe.end("dismissed\n")
}

/** Keeps what the process printed, its last 64 KiB. */
function collect(child: ChildProcess) {
  let printed = ""
  const seen = new Set<() => void>()
  const take = (chunk: string) => {
    printed = (printed + chunk).slice(-65_536)
    for (const check of [...seen]) check()
  }
  child.on("error", (error) => take(`${error.message}\n`))
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", take)
  return {
    async printed(text: string, ms: number, exited: Promise<void>): Promise<string> {
      let check = () => {}
      let timer: NodeJS.Timeout | undefined
      const found = new Promise<boolean>((resolve) => {
        check = () => printed.includes(text) && resolve(true)
        seen.add(check)
        timer = setTimeout(() => resolve(false), ms)
        void exited.then(() => resolve(false))
        check()
      })
      const ok = await found
      seen.delete(check)
      clearTimeout(timer)
      if (!ok) throw new Error(`${child.spawnfile} did not print "${text}"; it printed:\n${printed}`)
      return printed
    },
  }
}
