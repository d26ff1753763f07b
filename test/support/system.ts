import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import type { Identity } from "../../src/http/auth.ts"
import { jwtSigner } from "../../src/infra/jwt.ts"
import { freePort, removeDir, type Server, startServer, tempDir } from "./process.ts"
import { program } from "./program.ts"

const START_MS = 20_000

export interface System {
  readonly url: string
  readonly eventStorePort: number
  readonly dataDir: string
  /** Its `JWT_SECRET`. */
  readonly secret: string
  token(userId: string, role?: Identity["role"]): string
  /** Starts it again on the same folder and ports; returns how long it took until `/readyz` answered 200. */
  start(): Promise<number>
  /** Ends it at once, with every process that it started, as a power cut would. */
  kill(): Promise<void>
  /** The process of the moment. */
  server(): Server
  /** Stops it by SIGTERM and removes its folder. */
  close(): Promise<void>
}

/** The embedded profile as a user starts it, in processes of its own, on free ports and a folder of its own. */
export async function startSystem(env: Record<string, string> = {}): Promise<System> {
  const dataDir = tempDir("system")
  const secret = randomBytes(32).toString("hex")
  const sign = jwtSigner(secret)
  const [port, eventStorePort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const variables = {
    SEED_DEMO: "false",
    ...env,
    PORT: String(port),
    EVENTSTORE_PORT: String(eventStorePort),
    DATA_DIR: dataDir,
    JWT_SECRET: secret,
  }
  let server: Server

  async function start(): Promise<number> {
    const began = performance.now()
    server = startServer(
      "env",
      [...Object.entries(variables).map(([k, v]) => `${k}=${v}`), ...program],
      dataDir,
    )
    await server.printed("serves http", START_MS)
    const ready = await fetch(`${url}/readyz`)
    if (ready.status !== 200) throw new Error(`printed its address before it was ready: ${ready.status}`)
    return performance.now() - began
  }

  await start()
  return {
    url,
    eventStorePort,
    dataDir,
    secret,
    token: (userId, role = "user") => sign({ userId, role }),
    start,
    kill: () => server.kill("SIGKILL"),
    server: () => server,
    async close() {
      await server.kill("SIGTERM")
      if (existsSync(dataDir)) removeDir(dataDir)
    },
  }
}
