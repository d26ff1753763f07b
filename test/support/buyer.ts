import { randomUUID } from "node:crypto"
import http from "node:http"

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
}

export interface Ask {
  readonly token?: string
  readonly body?: object
  /** Of a POST; a new one unless given. */
  readonly key?: string
}

export type Api = (method: string, path: string, ask?: Ask) => Promise<Answer>

const RETRY_MS = 100
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** HTTP as a user's program speaks it, over at most `sockets` kept connections. */
export function apiOf(url: string, sockets = 200): Api {
  const agent = new http.Agent({ keepAlive: true, maxSockets: sockets })
  return (method, path, { token, body, key = randomUUID() } = {}) =>
    new Promise((resolve, reject) => {
      const text = body ? JSON.stringify(body) : ""
      const headers = {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(method === "POST" ? { "idempotency-key": key } : {}),
        ...(body ? { "content-type": "application/json", "content-length": Buffer.byteLength(text) } : {}),
      }
      const request = http.request(
        new URL(path, url),
        { method, agent, headers, timeout: 15_000 },
        (response) => {
          const chunks: Buffer[] = []
          response.on("data", (chunk: Buffer) => chunks.push(chunk))
          response.on("error", reject)
          response.on("end", () => {
            const answered = Buffer.concat(chunks).toString()
            const json = response.headers["content-type"]?.includes("json")
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: json ? JSON.parse(answered) : answered,
            })
          })
        },
      )
      request.on("timeout", () => request.destroy(new Error("timeout")))
      request.on("error", reject)
      request.end(text)
    })
}

export interface Purchase {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
  readonly key: string
}

/** One purchase as a careful client makes it: followed through 202, 404, 503 and a lost connection to its end. */
export async function buy(
  api: Api,
  saleId: string,
  token: string,
  { quantity = 1, key = randomUUID() as string, patienceMs = 20_000 } = {},
): Promise<Purchase> {
  const untilMs = performance.now() + patienceMs
  for (;;) {
    const answer = await api("POST", `/v1/flash-sales/${saleId}/orders`, {
      token,
      key,
      body: { quantity },
    }).catch(() => null)
    const final = answer?.status === 202 ? await followed(String(answer.headers.location)) : answer
    if (final && final.status !== 503 && final.status !== 404)
      return { status: final.status, body: final.body, key }
    if (performance.now() > untilMs)
      throw new Error(`no answer in ${patienceMs} ms; the last: ${answer?.status}`)
    await wait(RETRY_MS)
  }

  async function followed(location: string): Promise<{ status: number; body: unknown } | null> {
    for (;;) {
      const answer = await api("GET", location, { token }).catch(() => null)
      if (answer?.body.state === "accepted") return { status: 201, body: answer.body.order }
      if (answer?.body.state === "refused") return { status: 409, body: answer.body }
      if (answer?.status === 404 || performance.now() > untilMs) return null
      await wait(RETRY_MS)
    }
  }
}

/** Asks with one key until there is an answer other than 503: the system fails meanwhile. */
export async function patiently(
  api: Api,
  method: string,
  path: string,
  { key = randomUUID() as string, ...ask }: Ask,
  patienceMs = 30_000,
): Promise<Answer> {
  return eventually(
    () => api(method, path, { ...ask, key }).catch(() => ({ status: 503, headers: {}, body: {} })),
    ({ status }) => status !== 503,
    patienceMs,
  )
}

/** As a load balancer does: each request goes to the next of several processes. */
export function anyOf(apis: readonly Api[]): Api {
  let next = 0
  return (...asked) => apis[next++ % apis.length]!(...asked)
}

/** Opens a sale that runs now; returns its id. */
export async function openSale(api: Api, adminToken: string, terms: object = {}): Promise<string> {
  const now = Date.now()
  const body = {
    title: "A sale",
    priceFen: 990,
    stock: 100,
    perUserLimit: 1,
    startsAt: new Date(now - 1_000).toISOString(),
    endsAt: new Date(now + 3_600_000).toISOString(),
    ...terms,
  }
  const { status, body: sale } = await api("POST", "/v1/flash-sales", { token: adminToken, body })
  if (status !== 201) throw new Error(`no sale: ${status} ${JSON.stringify(sale)}`)
  return sale.id
}

/** Asks `n` times, `atOnce` at a time. */
export async function crowd<T>(n: number, atOnce: number, ask: (index: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(atOnce, n) }, async () => {
      while (next < n) {
        const index = next++
        answers[index] = await ask(index)
      }
    }),
  )
  return answers
}

/** How often each word occurs. */
export function tally(words: readonly (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** Asks until `check` holds; the last value is the failure's message. */
export async function eventually<T>(
  ask: () => Promise<T>,
  check: (value: T) => boolean,
  ms = 10_000,
): Promise<T> {
  const untilMs = performance.now() + ms
  for (;;) {
    const value = await ask()
    if (check(value)) return value
    if (performance.now() > untilMs) throw new Error(`not so after ${ms} ms: ${JSON.stringify(value)}`)
    await wait(50)
  }
}
