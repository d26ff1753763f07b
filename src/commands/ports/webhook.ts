/** What a receiver outside is told. */
export interface WebhookMessage {
  /** The same however often it is sent, so that the receiver can tell what it has already. */
  readonly id: string
  /** JSON. */
  readonly body: string
}

/**
 * Sends a message to the receiver; resolves once it has said that it took it. Rejects with why it did not: then it may
 * have it all the same. Gives up when `signal` aborts.
 */
export type Webhook = (message: WebhookMessage, signal: AbortSignal) => Promise<void>
