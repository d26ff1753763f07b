import type { ClientHttp2Stream } from "node:http2"
import type { EventStoreDBClient } from "@eventstore/db-client"
import { StreamsClient, StreamsService } from "@eventstore/db-client/generated/streams_grpc_pb.js"
import { pieceOf } from "../wire/piece.ts"
import { type AppendAnswer, readAnswer } from "./append-answer.ts"
import { type BatchAppendCall, insideOf, streamOf } from "./client-inside.ts"

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

/** Bytes of a piece: about what may be on its way to the server. */
const PIECE_BYTES = 65_536

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
  let scheduled = false
  let stream: ClientHttp2Stream | null = null
  let ended: Error | null = null

  /** Once for all appends of this moment. */
  function sendSoon(): void {
    if (scheduled) return
    scheduled = true
    process.nextTick(sendOn)
  }

  /** Hands over as much as is taken without collecting it in memory: one by one until the call has its stream, then in pieces. */
  function sendOn(): void {
    scheduled = false
    const way = stream ?? call
    while (unsent.length > 0 && !ended && way.writable && !way.writableNeedDrain) {
      const requests = nextRequests(stream ? PIECE_BYTES : 1)
      if (stream && requests.length > 0) stream.write(pieceOf(requests))
      else if (requests[0]) call.write(requests[0])
    }
  }

  /** What comes next and is still waited for: as many as make so many bytes. */
  function nextRequests(bytes: number): Buffer[] {
    const requests: Buffer[] = []
    let taken = 0
    for (let size = 0; taken < unsent.length && size < bytes; taken++) {
      const append = unanswered.get(unsent[taken]!)
      if (!append) continue
      requests.push(append.request)
      size += append.request.length
    }
    unsent = unsent.slice(taken)
    return requests
  }

  /** A call that was answered has its stream for good. */
  function goStraight(): void {
    stream = streamOf(call)
    stream.on("drain", sendSoon)
    sendSoon()
  }

  function end(cause: Error): void {
    ended ??= cause
    for (const { reject } of unanswered.values()) reject(cause)
    unanswered.clear()
  }

  call.on("drain", sendSoon)
  call.on("error", end)
  // Ended without an error the call would be kept for more, and its appends would wait for ever.
  call.on("end", () => call.destroy(ended ?? new Error("the server ended the call for appends")))
  call.on("data", (message: Buffer) => {
    try {
      const { correlationId, answer } = readAnswer(message)
      if (!stream) goStraight()
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
        sendSoon()
      })
    },
    forget(correlationId) {
      unanswered.delete(correlationId)
    },
    leave() {
      sendOn()
      if (!ended) call.end()
    },
  }
}
