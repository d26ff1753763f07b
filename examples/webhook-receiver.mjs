// A service of somebody else that hears what Hash Coffee tells its users (docs/webhook.md).
//
//   NOTIFICATION_WEBHOOK_SECRET=... node examples/webhook-receiver.mjs 127.0.0.1 8080
//
// What every receiver must do is done here:
// - what is not signed with the secret, or was signed long ago, is refused before it is read;
// - a message is noted once, though it may come again: its id is kept together with the effect (here in memory; a service
//   keeps both in one transaction of its database);
// - it answers at once: what takes longer than 5 s counts as not taken, and comes again.
import { createHmac, timingSafeEqual } from "node:crypto"
import { createServer } from "node:http"

const TOLERANCE_SECONDS = 300
const BODY_MAX_BYTES = 64 * 1024

const secret = process.env.NOTIFICATION_WEBHOOK_SECRET
const [host, port] = process.argv.slice(2)
if (!secret || !port) {
  console.error("usage: NOTIFICATION_WEBHOOK_SECRET=... webhook-receiver.mjs <host> <port>")
  process.exit(2)
}

const seen = new Set()

/** Whether one of the signatures is ours; there are several while a secret is being changed. */
function isGenuine(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= TOLERANCE_SECONDS)) return false
  const right = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest()
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64")
    return given.length === right.length && timingSafeEqual(given, right)
  })
}

/** What a service does with it. */
function take(id, { type, data }) {
  if (seen.has(id)) return
  seen.add(id)
  console.log(JSON.stringify({ id, type, ...data }))
}

const server = createServer((request, response) => {
  const chunks = []
  let bytes = 0
  request.on("data", (chunk) => {
    bytes += chunk.length
    if (bytes > BODY_MAX_BYTES) request.destroy()
    chunks.push(chunk)
  })
  request.on("end", () => {
    const body = Buffer.concat(chunks)
    if (!isGenuine(request.headers, body)) return response.writeHead(401).end()
    take(request.headers["webhook-id"], JSON.parse(body))
    response.writeHead(204).end()
  })
})

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(0))
server.listen(Number(port), host, () => console.log(`listening on http://${host}:${port}`))
