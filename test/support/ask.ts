import type { AddressInfo } from "node:net"
import type { FastifyInstance } from "fastify"
import { listen } from "../../src/http/server.ts"
import { type Answered as Answer, senderTo } from "./openapi/send.ts"

export interface Question {
  readonly method?: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** As it goes out; an object as JSON. In chunks if `headers` say so. */
  readonly payload?: string | object
}

export interface Answered extends Answer {
  /** The text as JSON; undefined if there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what tests look at
  readonly body: any
}

/** Asks an application over the wire. One that does not listen yet is made to. */
export async function ask(app: FastifyInstance, question: Question | string): Promise<Answered> {
  const asked = typeof question === "string" ? { url: question } : question
  const { method = "GET", url: path, headers = {}, payload }: Question = asked
  const port = app.server.listening
    ? (app.server.address() as AddressInfo).port
    : await listen(app, { host: "127.0.0.1", port: 0 })
  const isObject = typeof payload === "object"
  const text = isObject ? JSON.stringify(payload) : payload
  const answer = await senderTo(`http://127.0.0.1:${port}`)({
    method,
    path,
    headers: { ...(isObject ? { "content-type": "application/json" } : {}), ...headers },
    body: text === undefined ? undefined : Buffer.from(text),
    chunked: headers["transfer-encoding"] !== undefined,
  })
  const isJson = /json/.test(answer.headers["content-type"] ?? "") && answer.text !== ""
  return { ...answer, body: isJson ? JSON.parse(answer.text) : undefined }
}
