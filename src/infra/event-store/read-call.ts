import type { EventStoreDBClient } from "@eventstore/db-client"
import { StreamsClient, StreamsService } from "@eventstore/db-client/generated/streams_grpc_pb.js"
import type streams from "@eventstore/db-client/generated/streams_pb.js"
import type { ClientReadableStream } from "@grpc/grpc-js"
import { burstsOf } from "./bursts.ts"
import { insideOf } from "./client-inside.ts"
import { type IsKnown, type ReadMessage, readMessage } from "./read-message.ts"

/**
 * A read or a subscription: what the server sends, in order, in bursts of what has arrived, until it ends. Throws when the
 * call breaks.
 */
export interface Reading extends AsyncIterable<readonly ReadMessage[]> {
  /** Ends it from here: whoever reads is thrown `cause`. */
  stop(cause?: Error): void
}

/** Opens a read on the channel that the client uses now. Events that `isKnown` are not decoded. */
export function openReading(
  client: EventStoreDBClient,
  request: streams.ReadReq,
  isKnown?: IsKnown,
): Reading {
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
      yield* burstsOf(call, (message) => readMessage(message, isKnown))
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
