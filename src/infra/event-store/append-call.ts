import type { EventStoreDBClient } from "@eventstore/db-client"
import { StreamsClient, StreamsService } from "@eventstore/db-client/generated/streams_grpc_pb.js"
import { type AppendAnswer, readAnswer } from "./append-answer.ts"
import { type BatchAppendCall, insideOf } from "./client-inside.ts"

/** One long call over which appends go out and their answers come back, in whatever order. */
export interface AppendCall {
  /** Sends an append; rejects when the call ends before the answer, which then nobody knows. */
  send(correlationId: string, request: Buffer): Promise<AppendAnswer>
  /** Nobody waits for this answer any more: an append that still stands in the queue is not sent. */
  forget(correlationId: string): void
  /** No more appends are sent; the other end closes the call once it has answered those that were. */
  leave(): void
}

interface Unanswered {
  readonly request: Buffer
  readonly resolve: (answer: AppendAnswer) => void
  readonly reject: (cause: Error) => void
}

const asItIs = (bytes: Buffer): Buffer => bytes

/** Answers the call of a client for appends; opens it at first, and again whenever it has ended. */
export function appendCallOf(client: EventStoreDBClient): () => Promise<AppendCall> {
  const inside = insideOf(client)
  const calls = new WeakMap<BatchAppendCall, AppendCall>()
  const kept = new WeakMap<StreamsClient, BatchAppendCall>()
  let last: AppendCall | null = null

  function open(channel: StreamsClient): BatchAppendCall {
    const { path } = StreamsService.batchAppend
    const [metadata, options] = inside.callArguments({}, { deadline: Infinity })
    const call = channel.makeBidiStreamRequest(path, asItIs, asItIs, metadata, options)
    // One on a channel that the client has left may live on.
    last?.leave()
    last = createAppendCall(call)
    calls.set(call, last)
    return call
  }

  return async () => calls.get(await inside.GRPCStreamCreator(StreamsClient, "appends", open, kept)())!
}

function createAppendCall(call: BatchAppendCall): AppendCall {
  const unanswered = new Map<string, Unanswered>()
  let unsent: string[] = []
  let ended: Error | null = null

  /** Hands over as much as the call takes without collecting it in memory. */
  function sendOn(): void {
    let sent = 0
    while (sent < unsent.length && !ended && !call.writableNeedDrain) {
      const append = unanswered.get(unsent[sent++]!)
      if (append) call.write(append.request)
    }
    unsent = unsent.slice(sent)
  }

  function end(cause: Error): void {
    ended ??= cause
    for (const { reject } of unanswered.values()) reject(cause)
    unanswered.clear()
  }

  call.on("drain", sendOn)
  call.on("error", end)
  // Ended without an error the call would be kept for more, and its appends would wait for ever.
  call.on("end", () => call.destroy(ended ?? new Error("the server ended the call for appends")))
  call.on("data", (message: Buffer) => {
    try {
      const { correlationId, answer } = readAnswer(message)
      const append = unanswered.get(correlationId)
      unanswered.delete(correlationId)
      append?.resolve(answer)
    } catch (cause) {
      end(cause as Error)
      call.cancel()
    }
  })

  return {
    send(correlationId, request) {
      return new Promise((resolve, reject) => {
        if (ended) return reject(ended)
        unanswered.set(correlationId, { request, resolve, reject })
        unsent.push(correlationId)
        sendOn()
      })
    },
    forget(correlationId) {
      unanswered.delete(correlationId)
    },
    leave() {
      if (!ended) call.end()
    },
  }
}
