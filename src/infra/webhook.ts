import { createHmac } from "node:crypto"
import type { Webhook } from "../commands/ports/webhook.ts"

/** A receiver notes a message down and answers; what it does with it is not waited for. */
const TIMEOUT_MS = 5_000

export interface WebhookOptions {
  readonly url: string
  /** The key of the signatures: its UTF-8 bytes. */
  readonly secret: string
  readonly now: () => number
  readonly timeoutMs?: number
}

/** A receiver over HTTP: a POST, signed as the Standard Webhooks specification says. Only a 2xx counts as taken. */
export function createWebhook({ url, secret, now, timeoutMs = TIMEOUT_MS }: WebhookOptions): Webhook {
  return async ({ id, body }, signal) => {
    const timestamp = Math.floor(now() / 1_000)
    const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": id,
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": `v1,${signature}`,
      },
      body,
      // What is signed for one place is not sent on to another.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    }).catch((cause: Error) => {
      // What fetch says is always the same; the reason is beneath.
      throw new Error(cause.cause instanceof Error ? cause.cause.message : cause.message, { cause })
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`the receiver answered ${response.status}`)
  }
}
