import { execFile } from "node:child_process"
import { cpus, loadavg, release, totalmem } from "node:os"
import { promisify } from "node:util"
import { debianProgram } from "../../src/stack/debian.ts"

/** What the numbers were measured on. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly redis: string
  readonly mariadb: string
  /** Processes that ran or wanted to, on average over the minute before; above 0.3 something else ran. */
  readonly loadBefore: number
}

export async function describeMachine(): Promise<Machine> {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `Linux ${release()}`,
    node: process.version,
    redis: await versionOf("redis-server", /v=(\S+)/),
    mariadb: await versionOf("mariadbd", /Ver (\S+)/),
    loadBefore: loadavg()[0]!,
  }
}

async function versionOf(program: keyof typeof PACKAGES, pattern: RegExp): Promise<string> {
  const { stdout } = await promisify(execFile)(await debianProgram(program, PACKAGES[program]), ["--version"])
  return pattern.exec(stdout)?.[1] ?? "unknown"
}

const PACKAGES = { "redis-server": "redis-server", mariadbd: "mariadb-server" } as const
