import { setTimeout } from "node:timers/promises"
import { Redis } from "ioredis"
import { debianProgram } from "../../src/stack/debian.ts"
import { freePort, removeDir, type Server, startServer, tempDir } from "./process.ts"

const READY_TIMEOUT_MS = 10_000

export interface TestRedis {
  readonly url: string
  readonly port: number
  /** The process of the current run. */
  readonly pid: number
  /** Its temporary folder; a dump written by SAVE is `dump.rdb` there. */
  readonly dir: string
  /** One command over a connection of its own, as redis-cli would send it. */
  cli(command: string, ...args: (string | number)[]): Promise<unknown>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Kills it, if it still runs, and starts it again on its port and folder, with a dump that lies there. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A real Redis of the test's own, on a free port and in a temporary folder. `cluster`: one node with all slots. */
export async function startTestRedis(
  options: { cluster?: boolean; args?: readonly string[] } = {},
): Promise<TestRedis> {
  const program = await debianProgram("redis-server", "redis-server")
  const dir = tempDir("redis")
  const port = await freePort()
  const args = [
    ...["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no"],
    ...(options.cluster ? await clusterArgs() : []),
    ...(options.args ?? []),
  ]
  const start = async (): Promise<Server> => {
    const server = startServer(program, args, dir)
    await server.printed("Ready to accept connections", READY_TIMEOUT_MS)
    return server
  }
  let server = await start()
  const cli = (command: string, ...commandArgs: (string | number)[]) => callOnce(port, command, commandArgs)
  if (options.cluster) await takeAllSlots(cli)
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid
    },
    dir,
    cli,
    kill: () => server.kill(),
    async restart() {
      await server.kill()
      server = await start()
    },
    async close() {
      await server.kill()
      removeDir(dir)
    },
  }
}

/** For suites that neither kill nor flush it: the server of TEST_REDIS_URL, else one of their own. */
export async function sharedTestRedis(): Promise<Pick<TestRedis, "url" | "close">> {
  const url = process.env.TEST_REDIS_URL
  return url ? { url, close: async () => {} } : startTestRedis()
}

async function clusterArgs(): Promise<string[]> {
  const bus = String(await freePort())
  return [...["--cluster-enabled", "yes", "--cluster-port", bus], ...["--cluster-announce-ip", "127.0.0.1"]]
}

async function takeAllSlots(cli: TestRedis["cli"]): Promise<void> {
  await cli("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!String(await cli("CLUSTER", "INFO")).includes("cluster_state:ok")) {
    if (Date.now() > deadline) throw new Error("the one-node cluster did not come up")
    // A fresh node stays closed for two seconds, and nothing tells when it opens.
    await setTimeout(25)
  }
}

async function callOnce(port: number, command: string, args: (string | number)[]): Promise<unknown> {
  const redis = new Redis(port, "127.0.0.1", { retryStrategy: () => null, maxRetriesPerRequest: 0 })
  try {
    return await redis.call(command, args)
  } finally {
    redis.disconnect()
  }
}
