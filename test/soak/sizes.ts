import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Fleet } from "../support/world.ts"

const MIB = 1_048_576
const WIDTH = 9

/** Memory that a process has in RAM; null while it does not run. */
function residentMib(pid: number): number | null {
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    return kib ? Number(kib) / 1_024 : null
  } catch {
    return null
  }
}

/** What a folder takes on the disk; a file that goes away meanwhile counts as nothing. */
function diskMib(dir: string): number {
  const blocks = readdirSync(dir, { recursive: true, encoding: "utf8" }).map(
    (file) => statSync(join(dir, file), { throwIfNoEntry: false })?.blocks ?? 0,
  )
  return (blocks.reduce((sum, each) => sum + each, 0) * 512) / MIB
}

const columns = (fleet: Fleet): Record<string, () => number | null> => {
  const { redis, mariadb, kafka, log } = fleet.servers
  const apis = fleet.processes.map((api, n) => [`api ${n + 1}`, () => residentMib(api.server.pid)] as const)
  return {
    ...Object.fromEntries(apis),
    workers: () => residentMib(fleet.workers.server.pid),
    log: () => residentMib(log.pid),
    redis: () => residentMib(redis.pid),
    mariadb: () => residentMib(mariadb.pid),
    kafka: () => residentMib(kafka.pid),
    "log/": () => diskMib(log.dataDir),
    "redis/": () => diskMib(redis.dir),
    "mariadb/": () => diskMib(mariadb.dir),
    "kafka/": () => diskMib(kafka.dir),
  }
}

/** A table of memory and files in MiB; a slash marks files. */
export function sizesOf(fleet: Fleet): { head: string; row(time: string, orders: number): string } {
  const all = columns(fleet)
  const line = (cells: readonly string[]) => cells.map((cell) => cell.padStart(WIDTH)).join("")
  return {
    head: line(["MiB", "orders", ...Object.keys(all)]),
    row: (time, orders) =>
      line([time, String(orders), ...Object.values(all).map((look) => look()?.toFixed(1) ?? "-")]),
  }
}
