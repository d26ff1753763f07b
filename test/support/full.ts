import { randomBytes } from "node:crypto"
import type { Identity } from "../../src/http/auth.ts"
import { jwtSigner } from "../../src/infra/jwt.ts"
import { startTestKafka, type TestKafka } from "./kafka.ts"
import { startTestLogServer, type TestLogServer } from "./log-server.ts"
import { startTestMariaDb, type TestMariaDb } from "./mariadb.ts"
import { freePort, removeDir, type Server, startServer, tempDir } from "./process.ts"
import { program } from "./program.ts"
import { startTestRedis, type TestRedis } from "./redis.ts"

const START_MS = 30_000

/** The servers of the full profile, and what a process needs to know of them. */
export interface FullServers {
  readonly redis: TestRedis
  readonly mariadb: TestMariaDb
  readonly kafka: TestKafka
  readonly log: TestLogServer
  readonly env: Record<string, string>
  token(userId: string, role?: Identity["role"]): string
  close(): Promise<void>
}

export interface FullProcess {
  readonly url: string
  /** The current run. */
  readonly server: Server
  /** Resolves when it has printed its address: it is ready. */
  ready(): Promise<void>
  /** Kills it, if it still runs, and starts it again on its port; resolves when it is ready. */
  restart(): Promise<void>
}

/** Real servers of the test's own. */
export async function startFullServers(): Promise<FullServers> {
  const [redis, mariadb, kafka, log] = await Promise.all([
    startTestRedis(),
    startTestMariaDb(),
    startTestKafka(),
    startTestLogServer(),
  ])
  const JWT_SECRET = randomBytes(32).toString("hex")
  const sign = jwtSigner(JWT_SECRET)
  return {
    redis,
    mariadb,
    kafka,
    log,
    env: {
      STACK: "full",
      EVENTSTORE_URL: log.url,
      REDIS_URL: redis.url,
      MYSQL_URL: mariadb.url,
      KAFKA_BROKERS: kafka.brokers,
      JWT_SECRET,
      LOGIN_PROVIDER: "development",
      PAYMENT_PROVIDER: "simulator",
    },
    token: (userId, role = "user") => sign({ userId, role }),
    close: async () => void (await Promise.all([redis, mariadb, kafka, log].map((server) => server.close()))),
  }
}

/** One process of the full profile, as a user starts it, on a free port. */
export async function startFullProcess(env: Record<string, string>): Promise<FullProcess> {
  const port = await freePort()
  const variables = Object.entries({ ...env, PORT: String(port) }).map(([name, value]) => `${name}=${value}`)
  const start = () => {
    const dir = tempDir("full")
    const server = startServer("env", [...variables, ...program], dir)
    void server.exited.then(() => removeDir(dir))
    return server
  }
  let server = start()
  const ready = async () => void (await server.printed("serves http", START_MS))
  return {
    url: `http://127.0.0.1:${port}`,
    get server() {
      return server
    },
    ready,
    async restart() {
      await server.kill()
      server = start()
      await ready()
    },
  }
}
