import { randomBytes } from "node:crypto"
import { type FullProcess, startFullProcess } from "../../test/support/full.ts"
import { startTestKafka } from "../../test/support/kafka.ts"
import { startTestLogServer } from "../../test/support/log-server.ts"
import { startTestMariaDb } from "../../test/support/mariadb.ts"
import { startTestRedis } from "../../test/support/redis.ts"
import type { Own } from "./scenario.ts"

/** The servers of one scenario, each in a process of its own, and the product's processes on them. */
export interface Servers {
  readonly redisUrl: string
  readonly mysqlUrl: string
  readonly logUrl: string
  readonly brokers: string
  /** Of the tokens. */
  readonly secret: string
  /** One statement to MariaDB as root. */
  sql(statement: string): Promise<unknown[]>
  /** The product, as a user starts it; resolves when it is ready. */
  startProduct(roles: string, env?: Readonly<Record<string, string>>): Promise<Product>
  /** The same, not yet ready: what waits in the log is still being worked on. */
  startWorking(roles: string): Promise<Product>
}

export interface Product extends Pick<FullProcess, "url" | "server"> {
  /** Stops it by SIGTERM, as often as it is called. */
  close(): Promise<void>
}

/** Where nobody listens: an API never talks to Kafka. */
const NO_KAFKA = "127.0.0.1:9"

export async function startServers(own: Own, { kafka = false } = {}): Promise<Servers> {
  const redis = own(await startTestRedis())
  const mariadb = own(await startTestMariaDb())
  const log = own(await startTestLogServer())
  const brokers = kafka ? own(await startTestKafka()).brokers : NO_KAFKA
  const secret = randomBytes(32).toString("hex")
  const env = {
    STACK: "full",
    EVENTSTORE_URL: log.url,
    REDIS_URL: redis.url,
    MYSQL_URL: mariadb.url,
    KAFKA_BROKERS: brokers,
    JWT_SECRET: secret,
    LOGIN_PROVIDER: "development",
    PAYMENT_PROVIDER: "simulator",
  }
  return {
    redisUrl: redis.url,
    mysqlUrl: mariadb.url,
    logUrl: log.url,
    brokers,
    secret,
    sql: (statement) => mariadb.sql(statement),
    startWorking: async (roles) => (await start(roles)).product,
    async startProduct(roles, more) {
      const { product, ready } = await start(roles, more)
      await ready()
      return product
    },
  }

  async function start(ROLES: string, more = {}) {
    const { url, server, ready } = await startFullProcess({ ...env, ...more, ROLES })
    return { product: own({ url, server, close: () => server.kill("SIGTERM") }), ready }
  }
}
