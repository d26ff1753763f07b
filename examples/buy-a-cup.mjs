// Buys cups the way docs/clients.md says: one key for one purchase, whatever happens in between.
//
//   node examples/buy-a-cup.mjs http://127.0.0.1:3000 <sale> <token> [quantity]
import { randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"

const PATIENCE_MS = 30_000
const ANSWER_WITHIN_MS = 5_000

const [url, saleId, token, quantity = "1"] = process.argv.slice(2)
if (!token) {
  console.error("usage: buy-a-cup.mjs <url> <sale> <token> [quantity]")
  process.exit(2)
}

try {
  console.log(JSON.stringify(await buy(Number(quantity))))
} catch (refusal) {
  console.error(refusal.message)
  process.exit(1)
}

/** The order; throws when the purchase is refused, or when nobody can say in time what became of it. */
async function buy(quantity) {
  const orders = `/v1/flash-sales/${saleId}/orders`
  const until = Date.now() + PATIENCE_MS
  // A program that may crash stores the key before it sends it.
  let key = randomUUID()
  let path = null
  for (let attempt = 0; Date.now() < until; attempt++) {
    const answer = path ? await ask("GET", path) : await ask("POST", orders, { key, body: { quantity } })
    const { status, body = {} } = answer
    const code = body.state === "refused" ? body.code : status === 409 ? body.code : null

    if (status === 201) return body
    if (body.state === "accepted") return body.order
    // The log holds that this key bought nothing and never will: only now may there be another one.
    if (code === "request_expired") {
      key = randomUUID()
      path = null
    } else if (code) throw new Error(`refused: ${code}`)
    // Not decided yet: from now on the request is asked for, not repeated.
    else if (status === 202) path = answer.location
    // Nothing is known of it: it is sent again, with its key.
    else if (status === 404 && path) path = null
    // No answer, 429 and 5xx leave open what became of it; whatever else there is will not get better.
    else if (status >= 400 && status < 500 && status !== 429) throw new Error(`${status} ${body.code}`)
    await sleep(pauseMs(answer, attempt))
  }
  throw new Error(`no outcome in ${PATIENCE_MS} ms; ask again with the key ${key}`)
}

/** One request; without a status when there was no answer. */
async function ask(method, path, { key, body } = {}) {
  try {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(key ? { "idempotency-key": key, "content-type": "application/json" } : {}),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    const location = response.headers.get("location")
    const retryAfter = response.headers.get("retry-after")
    return { status: response.status, location, retryAfter, body: await response.json() }
  } catch {
    // A lost connection says nothing of the request: it may have been carried out.
    return {}
  }
}

/** As long as the server asks for, else longer each time; never the same for everybody. */
function pauseMs({ retryAfter, status }, attempt) {
  if (retryAfter) return Number(retryAfter) * 1_000 * (1 + Math.random() / 4)
  if (status === 200 || status === 202) return 100
  return Math.min(100 * 2 ** attempt, 2_000) * (0.5 + Math.random() / 2)
}
