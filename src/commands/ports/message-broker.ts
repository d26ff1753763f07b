/** A message to other services. Those of one key keep their order. */
export interface Message {
  readonly topic: string
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/** A message as a consumer gets it; anybody may have written it. */
export interface ReceivedMessage {
  readonly topic: string
  readonly partition: number
  /** Its place in the partition, a decimal text. */
  readonly offset: string
  /** Empty when it has none. */
  readonly key: string
  readonly value: string
}

/** The broker does not take these messages: too large or invalid, so that asking again will not help. */
export class MessageRefused extends Error {
  override readonly name = "MessageRefused"
}

export interface MessageProducer {
  /**
   * Resolves once all are stored, durably, in order for each key. One call at a time. Rejects with `MessageRefused`, or
   * with what else went wrong: then some of them may be stored.
   */
  send(messages: readonly Message[]): Promise<void>
  close(): Promise<void>
}

export interface ConsumerOptions {
  /** Members of one group divide the messages; a stored name is never changed. */
  readonly group: string
  readonly topic: string
  /** What it has resolved for is not delivered again to this group; what it rejects for is, and so may anything be. */
  readonly onBatch: (messages: readonly ReceivedMessage[]) => Promise<void>
  /** Told of each failure, before the retry. */
  readonly onFailure: (cause: unknown) => void
}

export interface Span {
  readonly begin: bigint
  readonly end: bigint
}

/**
 * The way to other services. While it is away, producers reject, and consumers wait and go on by themselves. Topics are
 * created when they are first used.
 */
export interface MessageBroker {
  openProducer(topics: readonly string[]): MessageProducer
  startConsumer(options: ConsumerOptions): { stop(): Promise<void> }
  /** Where each partition of a topic begins and ends: the offsets of its oldest and of its next message. */
  topicSpan(topic: string): Promise<ReadonlyMap<number, Span>>
  /** How far a group has come: by partition the offset of its next message, below 0 before the first. */
  groupOffsets(group: string, topic: string): Promise<ReadonlyMap<number, bigint>>
  close(): Promise<void>
}
