import { createHistogram } from "node:perf_hooks"
import { type Connection, openConnection } from "./connection.ts"
import type { Job, Loaded } from "./job.ts"

/** Longest wait for the answers that are under way when the last request was sent. */
const DRAIN_MS = 10_000
/** How often an open loop looks which requests are due. */
const TICK_MS = 1

/** Puts the load on; `requestOf` makes the bytes of the next request. */
export async function run(job: Job, requestOf: () => string): Promise<Loaded> {
  const connections = await Promise.all(
    Array.from({ length: job.connections }, (_, index) => openConnection(job.urls[index % job.urls.length]!)),
  )
  const answers: Record<string, number> = {}
  const tenths = createHistogram()
  const beganMs = performance.now()
  const countFromMs = beganMs + job.warmUpSeconds * 1_000
  const endMs = "seconds" in job.until ? beganMs + job.until.seconds * 1_000 : Number.POSITIVE_INFINITY
  let left = "requests" in job.until ? job.until.requests : Number.POSITIVE_INFINITY
  let counted = 0
  let broken = 0
  let underWay = 0
  let lastMs = countFromMs

  const mayAsk = (nowMs: number) => left > 0 && nowMs < endMs

  function ask(connection: Connection, dueMs: number, then: (nowMs: number) => void): void {
    left -= 1
    underWay += 1
    connection.ask(requestOf(), (word) => {
      underWay -= 1
      const nowMs = performance.now()
      if (word === null) broken += 1
      else answers[word] = (answers[word] ?? 0) + 1
      if (word !== null && nowMs >= countFromMs && nowMs <= endMs) {
        counted += 1
        lastMs = nowMs
        tenths.record(Math.max(1, Math.round((nowMs - dueMs) * 10_000)))
      }
      then(nowMs)
    })
  }

  const unsent = await (job.perSecond === undefined ? closedLoop() : openLoop(job.perSecond))
  for (const connection of connections) connection.close()
  const percentile = (share: number) => tenths.percentile(share) / 10_000
  return {
    perSecond: counted === 0 ? 0 : counted / ((Math.min(endMs, lastMs) - countFromMs) / 1_000),
    answers,
    // What is not answered by now never will be.
    broken: broken + underWay,
    unsent,
    latencyMs: {
      ...{ p50: percentile(50), p90: percentile(90), p99: percentile(99), p999: percentile(99.9) },
      max: counted === 0 ? 0 : tenths.max / 10_000,
    },
  }

  /** Resolves with 0: nothing is ever due here. */
  function closedLoop(): Promise<number> {
    return new Promise((resolve) => {
      const next = (connection: Connection, nowMs: number) => {
        if (mayAsk(nowMs)) ask(connection, nowMs, (answeredMs) => next(connection, answeredMs))
        else if (underWay === 0) resolve(0)
      }
      for (const connection of connections) next(connection, performance.now())
      atLatest(() => resolve(0))
    })
  }

  /**
   * What is due and finds no free connection waits for one, and its wait counts. Resolves with the number of those that
   * still waited at the end.
   */
  function openLoop(perSecond: number): Promise<number> {
    return new Promise((resolve) => {
      const idle = [...connections]
      let sent = 0
      const dueMs = () => beganMs + (sent / perSecond) * 1_000
      const unsent = () => Math.max(0, Math.floor(((endMs - dueMs()) / 1_000) * perSecond))
      const isDue = (nowMs: number) => mayAsk(nowMs) && dueMs() <= nowMs
      const send = () => {
        while (idle.length > 0 && isDue(performance.now())) {
          const connection = idle.pop()!
          const due = dueMs()
          sent += 1
          ask(connection, due, () => {
            idle.push(connection)
            send()
          })
        }
      }
      const tick = () => {
        send()
        if (mayAsk(performance.now()) || underWay > 0) setTimeout(tick, TICK_MS)
        else resolve(unsent())
      }
      tick()
      atLatest(() => resolve(unsent()))
    })
  }

  function atLatest(run: () => void): void {
    if (Number.isFinite(endMs)) setTimeout(run, endMs - performance.now() + DRAIN_MS).unref()
  }
}
