import type { EventStoreDBClient } from "@eventstore/db-client"
import type { StreamsClient } from "@eventstore/db-client/generated/streams_grpc_pb.js"
import type { CallOptions, Channel, ClientDuplexStream, Metadata } from "@grpc/grpc-js"

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
}

export const insideOf = (client: EventStoreDBClient): ClientInside => client as unknown as ClientInside
