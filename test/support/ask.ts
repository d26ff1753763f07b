import { type IncomingHttpHeaders, request } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import type { FastifyInstance } from "fastify"
import { listen } from "../../src/http/server.ts"

export interface Question {
  readonly method?: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** As it goes out; an object as JSON. */
  readonly payload?: string | object
}

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The text as JSON; undefined if there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what tests look at
  readonly body: any
}

/** Asks over a connection of its own. An application that does not listen yet is made to. */
export async function ask(app: FastifyInstance, question: Question | string): Promise<Answered> {
  const {
    method = "GET",
    url,
    headers = {},
    payload,
  } = typeof question === "string" ? { url: question } : question
  const port = app.server.listening
    ? (app.server.address() as AddressInfo).port
    : await listen(app, { host: "127.0.0.1", port: 0 })
  const isObject = typeof payload === "object"
  const sent = isObject ? JSON.stringify(payload) : payload
  const asked = request({
    ...{ host: "127.0.0.1", port, method, path: url, agent: false },
    headers: { ...(isObject ? { "content-type": "application/json" } : {}), ...headers },
  })
  const answered = Promise.withResolvers<Answered>()
  asked.on("error", answered.reject)
  asked.on("response", async (response) => {
    const body = await text(response)
    const isJson = /json/.test(response.headers["content-type"] ?? "") && body !== ""
    answered.resolve({
      ...{ status: response.statusCode as number, headers: response.headers, text: body },
      body: isJson ? JSON.parse(body) : undefined,
    })
  })
  asked.end(sent)
  return answered.promise
}
