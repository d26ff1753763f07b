import { createHmac, randomUUID } from "node:crypto"
import { once } from "node:events"
import { createServer, type IncomingMessage, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, expect, it } from "vitest"
import { createWebhook } from "../../src/infra/webhook.ts"

const SECRET = "a secret that is long enough for a test"
const NOW_MS = 1_767_225_600_789
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A receiver that answers as it is told; `url` leads to it. */
async function receiver(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1")
  await once(server, "listening")
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`
}
const webhookTo = (url: string, timeoutMs = 5_000) =>
  createWebhook({ url, secret: SECRET, now: () => NOW_MS, timeoutMs })
const message = { id: randomUUID(), body: '{"type":"order_paid","who":"安"}' }
const never = new AbortController().signal

it("posts the message under its id, signed", async () => {
  const asked = Promise.withResolvers<{ request: IncomingMessage; body: Buffer }>()
  const url = await receiver(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    asked.resolve({ request, body })
    response.writeHead(204).end()
  })
  await webhookTo(url)(message, never)
  const { request, body } = await asked.promise
  expect(`${request.method} ${request.url}`).toBe("POST /told")
  expect(body.toString()).toBe(message.body)
  const signed = `${message.id}.1767225600.${message.body}`
  expect(request.headers).toMatchObject({
    "content-type": "application/json",
    "idempotency-key": message.id,
    "webhook-id": message.id,
    "webhook-timestamp": "1767225600",
    "webhook-signature": `v1,${createHmac("sha256", Buffer.from(SECRET)).update(signed).digest("base64")}`,
  })
})

it.each([200, 201, 299])(
  "takes %i for taken, and does not wait for the rest of a long answer",
  async (status) => {
    const url = await receiver((_, response) => void response.writeHead(status).write("and so on"))
    await webhookTo(url)(message, never)
  },
)

it.each([301, 307, 400, 404, 410, 500, 503])("does not take %i for taken", async (status) => {
  let asked = 0
  const url = await receiver((_, response) => {
    asked += 1
    response.writeHead(status, { location: "/elsewhere" }).end()
  })
  await expect(webhookTo(url)(message, never)).rejects.toThrow(`the receiver answered ${status}`)
  expect(asked).toBe(1)
})

it("gives up on silence, on a lost connection, on nobody there, and when it is told to", async () => {
  const silent = await receiver(() => {})
  await expect(webhookTo(silent, 50)(message, never)).rejects.toThrow(/timeout/)
  const broken = await receiver((request) => request.destroy())
  await expect(webhookTo(broken)(message, never)).rejects.toThrow(/socket|other side/)
  await expect(webhookTo("http://127.0.0.1:9/told")(message, never)).rejects.toThrow(/ECONNREFUSED|bad port/)
  const ending = new AbortController()
  const sent = webhookTo(silent)(message, ending.signal)
  ending.abort()
  await expect(sent).rejects.toThrow(/aborted/)
})
