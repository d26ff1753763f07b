import { type Message, MessageRefused } from "../commands/ports/message-broker.ts"

/** Values of one batch together: far below what a broker takes of one batch by default (1 MiB). */
const BATCH_BYTES = 512 * 1024

export type Send = (messages: readonly Message[]) => Promise<void>

export interface Refused {
  readonly message: Message
  readonly reason: string
}

/**
 * Sends in order and returns what the broker refuses. A batch that is refused is halved until the message is found,
 * so what stood beside it may be sent twice; the first copies keep their order. Any other failure is thrown.
 */
export async function deliver(send: Send, messages: readonly Message[]): Promise<Refused[]> {
  const refused: Refused[] = []
  for (const batch of bySize(messages)) refused.push(...(await deliverBatch(send, batch)))
  return refused
}

async function deliverBatch(send: Send, batch: readonly Message[]): Promise<Refused[]> {
  try {
    await send(batch)
    return []
  } catch (cause) {
    if (!(cause instanceof MessageRefused)) throw cause
    if (batch.length === 1) return [{ message: batch[0]!, reason: cause.message }]
    const middle = batch.length >> 1
    const first = await deliverBatch(send, batch.slice(0, middle))
    return [...first, ...(await deliverBatch(send, batch.slice(middle)))]
  }
}

function* bySize(messages: readonly Message[]): Generator<Message[]> {
  let batch: Message[] = []
  let bytes = 0
  for (const message of messages) {
    const size = Buffer.byteLength(message.value)
    if (batch.length > 0 && bytes + size > BATCH_BYTES) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(message)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
