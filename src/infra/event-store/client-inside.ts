import type { ClientHttp2Stream } from "node:http2"
import type { EventStoreDBClient } from "@eventstore/db-client"
import type { StreamsClient } from "@eventstore/db-client/generated/streams_grpc_pb.js"
import type { CallOptions, Channel, ChannelOptions, ClientDuplexStream, Metadata } from "@grpc/grpc-js"

export type BatchAppendCall = ClientDuplexStream<Buffer, Buffer>

/** What the client keeps to itself and this adapter needs. */
export interface ClientInside {
  /**
   * Answers the call that `cache` holds for the channel of now, else opens one there: the client finds the node, goes
   * over to another when that is lost or not the leader any more, and forgets a call that has ended.
   */
  GRPCStreamCreator<Call>(
    service: typeof StreamsClient,
    name: string,
    open: (channel: StreamsClient) => Call,
    cache?: WeakMap<StreamsClient, Call>,
  ): () => Promise<Call>
  /** The name of the connection, the credentials, and the deadline of a call. */
  callArguments(options: object, callOptions: CallOptions): [Metadata, CallOptions]
  /** Until when the server may take its time, by `defaultDeadline` in the URL. */
  createDeadline(): Date
  getChannel(): Promise<Channel>
  /** Makes a channel to the node that it finds, which connects at its first call. */
  createChannel(): Promise<Channel>
}

export const insideOf = (client: EventStoreDBClient): ClientInside => client as unknown as ClientInside

/** What may be on its way from the server before it has been read, in bytes. */
const WINDOW_BYTES = 1_048_576

/**
 * Gives the client's channels a larger window. By default 64 KiB are on their way at most, for all calls together: a
 * process that looks at its sockets ten times a second, because it has much to do, would read a thousand events a second.
 */
export function widenWindow(client: EventStoreDBClient): void {
  const inside = insideOf(client)
  const { createChannel } = inside
  inside.createChannel = async () => {
    const channel = await createChannel()
    const { internalChannel } = channel as unknown as { internalChannel: { options: ChannelOptions } }
    internalChannel.options["grpc-node.flow_control_window"] = WINDOW_BYTES
    return channel
  }
}

/** Where a call that is under way keeps the stream of its connection: behind its name, its retries, and its choice of a server. */
interface CallInside {
  readonly call: {
    readonly call: {
      readonly child: {
        readonly committedCallIndex: number
        readonly underlyingCalls: readonly {
          readonly call: { readonly child: { readonly http2Stream: ClientHttp2Stream } }
        }[]
      }
    }
  }
}

/**
 * The stream of a call that has been answered, past the library's own, which sends one message a turn of the event loop.
 * From then on the call keeps to this stream. What is written here are whole messages, as the library's are.
 */
export function streamOf(call: BatchAppendCall): ClientHttp2Stream {
  const { committedCallIndex, underlyingCalls } = (call as unknown as CallInside).call.call.child
  return underlyingCalls[committedCallIndex]!.call.child.http2Stream
}
