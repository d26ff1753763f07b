import { setTimeout as sleep } from "node:timers/promises"
import { createEventStore } from "../../src/infra/event-store.ts"
import { apiOf } from "../../test/support/buyer.ts"
import { metricsOf } from "../../test/support/metrics.ts"
import { buyers } from "../harness/apis.ts"
import { growthOf, settledLag, watchLags } from "../harness/lags.ts"
import { inTurn } from "../harness/rounds.ts"
import type { Row, Scenario } from "../harness/scenario.ts"
import { type Product, type Servers, startServers } from "../harness/servers.ts"

const WORKERS = "projector,reactor,relay,consumer,timer"
const CONNECTIONS = 256
const PER_SECOND = 4_000
const STEADY_SECONDS = 20
const LOOK_MS = 100
/** A look reads what a follower has before it, for as long as half a second. */
const CATCH_UP_LOOK_MS = 1_000

export const coupled: Scenario = {
  name: "coupled",
  title: "orders while a second process projects, reacts, relays and notifies, against orders without it",
  async run(bench) {
    const servers = await startServers(bench.own, { kafka: true })
    const { url } = await servers.startProduct("api")
    const { buy, prove } = buyers(bench, servers)
    await buy({ connections: CONNECTIONS, urls: [url] })

    const workers = await servers.startProduct(WORKERS)
    bench.tell("the workers catch up")
    await caughtUp(url)
    bench.tell(`${PER_SECOND} orders/s`)
    const seconds = Math.max(STEADY_SECONDS * bench.scale, 8)
    const steady = await steadily(servers, () =>
      buy({ connections: 2 * CONNECTIONS, urls: [url], perSecond: PER_SECOND, until: { seconds } }),
    )
    await workers.close()

    bench.tell("as many orders as there can be")
    // What is left to be done keeps the workers busy from their first moment.
    await buy({ connections: CONNECTIONS, urls: [url] })
    const { ours, baseline } = await inTurn(bench.rounds, {
      async ours() {
        const working = await startBusy(servers)
        const { perSecond } = await buy({ connections: CONNECTIONS, urls: [url] })
        await working.close()
        return perSecond
      },
      baseline: async () => (await buy({ connections: CONNECTIONS, urls: [url] })).perSecond,
    })
    await prove()
    const goals = [{ of: "ratio", atLeast: 0.5 }] as const
    return [{ what: "free-running", unit: "orders/s", ours, baseline, goals }, ...steady]
  },
}

/**
 * Resolves when the followers have done all that is in the log: what was sold before they began is no part of a steady rate. The product
 * tells it of every follower, also of one that has no checkpoint yet.
 */
async function caughtUp(url: string): Promise<void> {
  const areThere = async () => {
    const samples = Object.entries(await metricsOf(apiOf(url)))
    const lags = samples.filter(([name]) => name.startsWith("follower_lag_seconds{"))
    return lags.length > 0 && lags.every(([, seconds]) => seconds === 0)
  }
  while (!(await areThere())) await sleep(CATCH_UP_LOOK_MS)
}

/** How far behind the followers are at a fixed rate. */
async function steadily(
  { logUrl, sql }: Servers,
  buy: () => Promise<{ perSecond: number; unsent: number }>,
): Promise<Row[]> {
  const store = createEventStore({ url: logUrl })
  const ending = new AbortController()
  const watching = watchLags(store, () => checkpoints(sql), ending.signal)
  const { perSecond, unsent } = await buy().finally(() => ending.abort())
  const lags = await watching.finally(() => store.close())

  const settled = new Map([...lags].map(([name, seen]) => [name, settledLag(seen)]))
  const what = `at ${PER_SECOND} orders/s, the slowest follower`
  return [
    {
      ...{ what: `at ${PER_SECOND} orders/s, accepted`, unit: "orders/s", ours: [perSecond] },
      goals: [{ of: "value", atLeast: 0.97 * PER_SECOND }],
      seen: { unsent },
    },
    {
      ...{ what: `${what} lags`, unit: "s", ours: [Math.max(...settled.values())] },
      goals: [{ of: "value", atMost: 2 }],
      seen: Object.fromEntries(settled),
    },
    {
      what: `${what} falls behind by`,
      unit: "s/s",
      ours: [Math.max(...[...lags.values()].map(growthOf))],
      goals: [{ of: "value", atMost: 0.05 }],
    },
  ]
}

/** The workers with much left to do: they work long before they have caught up and say that they are ready. */
async function startBusy({ startWorking, sql }: Servers): Promise<Product> {
  const before = await checkpoints(sql)
  const working = await startWorking(WORKERS)
  const hasMoved = async () =>
    [...(await checkpoints(sql))].every(([name, position]) => position > (before.get(name) ?? 0n))
  while (!(await hasMoved())) await sleep(LOOK_MS)
  return working
}

/** How far each follower has come. */
async function checkpoints(sql: Servers["sql"]): Promise<Map<string, bigint>> {
  const rows = (await sql("select name, position from hash_coffee.checkpoints")) as Checkpoint[]
  return new Map(rows.map(({ name, position }) => [name, BigInt(position)]))
}

interface Checkpoint {
  readonly name: string
  readonly position: string | number
}
