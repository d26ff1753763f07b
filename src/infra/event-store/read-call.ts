import type { EventStoreDBClient } from "@eventstore/db-client"
import { StreamsClient, StreamsService } from "@eventstore/db-client/generated/streams_grpc_pb.js"
import type streams from "@eventstore/db-client/generated/streams_pb.js"
import type { ClientReadableStream } from "@grpc/grpc-js"
import { insideOf } from "./client-inside.ts"
import { type ReadMessage, readMessage } from "./read-message.ts"

/** A read or a subscription: what the server sends, in order, until it ends. Throws when the call breaks. */
export interface Reading extends AsyncIterable<ReadMessage> {
  /** Ends it from here: whoever reads is thrown `cause`. */
  stop(cause?: Error): void
}

/** Opens a read on the channel that the client uses now. */
export function openReading(client: EventStoreDBClient, request: streams.ReadReq): Reading {
  const inside = insideOf(client)
  const opening = inside.GRPCStreamCreator(StreamsClient, "read", open)()
  const stopped = Promise.withResolvers<never>()
  // Who has not begun to read yet, or has stopped, is not there to hear of a failure.
  opening.catch(() => undefined)
  stopped.promise.catch(() => undefined)

  function open(channel: StreamsClient): ClientReadableStream<Buffer> {
    const { path, requestSerialize } = StreamsService.read
    const args = inside.callArguments({}, { deadline: Infinity })
    const call = channel.makeServerStreamRequest(path, requestSerialize, asItIs, request, ...args)
    // Errors come at any time, also when nobody reads any more; unheard they would end the process.
    return call.on("error", () => undefined)
  }

  return {
    async *[Symbol.asyncIterator]() {
      const call = await Promise.race([opening, stopped.promise])
      for await (const message of call) yield readMessage(message)
    },
    stop(cause = new Error("the read was stopped")) {
      stopped.reject(cause)
      opening.then(
        (call) => {
          call.destroy(cause)
          // Cancelled in the same turn as it began, a call may go on.
          setImmediate(() => call.cancel())
        },
        () => undefined,
      )
    },
  }
}

const asItIs = (bytes: Buffer): Buffer => bytes
