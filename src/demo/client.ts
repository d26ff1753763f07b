import { randomUUID } from "node:crypto"
import http from "node:http"

export interface Answer {
  /** `sold`, or the code of the refusal. */
  readonly word: string
  /** From the first try to the final answer. */
  readonly ms: number
}

export interface Client {
  post(path: string, token: string, body: object): Promise<Record<string, unknown>>
  /** Buys one cup; asks again with the same key until the answer is final. */
  buy(saleId: string, token: string): Promise<Answer>
}

interface Response {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Record<string, unknown>
}

const RETRY_MS = 200

/** A client as a user would write it, over a fixed number of kept connections. */
export function createClient(url: string, connections: number): Client {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections })

  function send(
    method: string,
    path: string,
    headers: http.OutgoingHttpHeaders,
    body?: object,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const text = body ? JSON.stringify(body) : ""
      const json = body
        ? { "content-type": "application/json", "content-length": Buffer.byteLength(text) }
        : {}
      const request = http.request(
        new URL(path, url),
        { method, agent, headers: { ...headers, ...json } },
        (response) => {
          const chunks: Buffer[] = []
          response.on("data", (chunk: Buffer) => chunks.push(chunk))
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: JSON.parse(Buffer.concat(chunks).toString()),
            }),
          )
          response.on("error", reject)
        },
      )
      request.on("error", reject)
      request.end(text)
    })
  }

  return {
    async post(path, token, body) {
      const headers = { authorization: `Bearer ${token}`, "idempotency-key": randomUUID() }
      const response = await send("POST", path, headers, body)
      if (response.status !== 201)
        throw new Error(`${path}: ${response.status} ${JSON.stringify(response.body)}`)
      return response.body
    },

    async buy(saleId, token) {
      const began = performance.now()
      const authorization = `Bearer ${token}`
      const headers = { authorization, "idempotency-key": randomUUID() }
      for (;;) {
        let response = await send("POST", `/v1/flash-sales/${saleId}/orders`, headers, { quantity: 1 })
        if (response.status === 202)
          response = await followed(String(response.headers.location), { authorization })
        const word = response.status < 300 ? wordOf(response.body) : String(response.body.code)
        if (response.status !== 503 && response.status !== 404) return { word, ms: performance.now() - began }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    },
  }

  /** Polls a 202's status until it tells the end. */
  async function followed(location: string, headers: http.OutgoingHttpHeaders): Promise<Response> {
    for (;;) {
      const response = await send("GET", location, headers)
      if (response.body.state !== "pending") return response
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

const wordOf = ({ state, code }: Record<string, unknown>): string =>
  state === "refused" ? String(code) : "sold"
