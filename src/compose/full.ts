import { Kysely } from "kysely"
import pino from "pino"
import { defaultSaleTimes } from "../commands/sale/deps.ts"
import type { FullConfig } from "../config.ts"
import { developmentLogin } from "../infra/development-login.ts"
import { createEventStore } from "../infra/event-store.ts"
import { giveWay } from "../infra/give-way.ts"
import { createKafka } from "../infra/kafka.ts"
import { mysqlDialect } from "../infra/mysql.ts"
import { openRedis, openRedisCluster } from "../infra/redis/client.ts"
import { redisLeases } from "../infra/redis/lease.ts"
import { createRedisGate } from "../infra/redis/redis-gate.ts"
import { createRedisHandover } from "../infra/redis/redis-handover.ts"
import { unfitness } from "../infra/redis/requirements.ts"
import { systemClock as clock } from "../infra/system-clock.ts"
import { createWebhook } from "../infra/webhook.ts"
import type { Database } from "../projections/database.ts"
import { awaitServers, type Server, UnfitServer } from "./await-servers.ts"
import { listening } from "./listening.ts"
import { migrateMysql } from "./migrate-mysql.ts"
import { type Running, serve } from "./serve.ts"

/** On servers that others may share: any number of processes, each with its roles. */
export async function startFull(config: FullConfig, closing: AbortSignal): Promise<Running> {
  const logger = pino({ level: "warn" })
  // What follows from a sale can wait, a buyer cannot.
  if (!config.roles.has("api"))
    giveWay((err) => logger.warn({ err }, "the process does not give way to others"))
  const store = createEventStore({ url: config.eventStoreUrl })
  const redis = openGate(config.redisUrls, (err) => logger.warn({ err }, "Redis does not answer"))
  const db = new Kysely<Database>({ dialect: mysqlDialect(config.mysqlUrl) })
  const times = defaultSaleTimes
  const gate = createRedisGate({ redis, times })
  const unclaimed = (err: Error) => logger.warn({ err }, "a lease could not be claimed")
  const handover = createRedisHandover(redis, unclaimed)
  const gateName = `Redis at ${places(config.redisUrls)}`
  const servers: Server[] = [
    { name: `the event log at ${places([config.eventStoreUrl])}`, check: store.endPosition },
    {
      name: gateName,
      async check() {
        const reason = await unfitness(redis)
        if (reason) throw new UnfitServer(`${gateName} ${reason}`)
      },
    },
    { name: `MySQL at ${places([config.mysqlUrl])}`, check: () => migrateMysql(config.mysqlUrl) },
  ]
  const tell = (line: string) => console.log(line)
  const { waitingFor, wait } = awaitServers(servers, { clock, tell, signal: closing })
  const broker = createKafka({ brokers: config.kafkaBrokers, logger })
  // Told of only: nobody who buys waits for Kafka, and who needs it goes on from the log when it is there.
  if (config.roles.has("relay") || config.roles.has("consumer")) {
    const name = `Kafka at ${config.kafkaBrokers.join(",")}`
    const kafka = { name, check: () => listening(config.kafkaBrokers) }
    void awaitServers([kafka], { clock, tell, signal: closing })
      .wait()
      .catch(() => {})
  }

  return serve(config, {
    adapters: {
      ...{ store, gate, db, clock, loginProvider: developmentLogin, times, logger },
      jwtSecret: config.jwtSecret,
      broker,
      webhook: config.webhook && createWebhook({ ...config.webhook, now: clock.now }),
      handover,
      leaseOf: redisLeases(redis, unclaimed),
    },
    logUrl: null,
    waitingFor,
    prepare: wait,
    async close() {
      await broker.close()
      await store.close()
      await handover.close()
      await gate.close()
      await db.destroy()
    },
  })
}

/** Host and port of each URL, without user and password. */
const places = (urls: readonly string[]): string =>
  urls.map((url) => /^[^:]+:\/\/(?:[^/]*@)?([^/?]*)/.exec(url)?.[1] ?? "").join(",")

/** Tells of a server that went away once, not of each try to find it again. */
function openGate(urls: readonly string[], onLost: (error: Error) => void) {
  let told = false
  const onError = (error: Error) => {
    if (!told) onLost(error)
    told = true
  }
  const redis = urls.length === 1 ? openRedis(urls[0]!, onError) : openRedisCluster(urls, onError)
  return redis.on("ready", () => {
    told = false
  })
}
