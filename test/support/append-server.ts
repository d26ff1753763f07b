import { Server, ServerCredentials, type ServerDuplexStream, type ServerWritableStream } from "@grpc/grpc-js"
import { getSupportedMethods } from "../../src/infra/log-server/service/cluster.ts"
import {
  ServerFeaturesService,
  StreamsService,
  shared,
  streams,
} from "../../src/infra/log-server/service/protocol.ts"

/** The server's side of a call for appends; requests come as bytes. */
export type AppendSide = ServerDuplexStream<Buffer, streams.BatchAppendResp>

export interface AppendServer {
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

/** A server that answers appends as `onCall` says, also as no real one should, and is unavailable to reads. */
export async function startAppendServer(
  onCall: (call: AppendSide) => void,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<AppendServer> {
  const server = new Server()
  const { batchAppend, read } = StreamsService
  const asItIs = (bytes: Buffer): Buffer => bytes
  server.addService({ batchAppend: { ...batchAppend, requestDeserialize: asItIs }, read } as never, {
    batchAppend: onCall as never,
    read: (call: ServerWritableStream<unknown, unknown>) =>
      call.emit("error", { code: 14, details: "no reads" }),
  })
  server.addService(ServerFeaturesService, { getSupportedMethods })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  return {
    port,
    url: `esdb://127.0.0.1:${port}?tls=false`,
    async close() {
      server.forceShutdown()
    },
  }
}

/** Reads a request by the generated code. */
export const readRequest = (message: Buffer): streams.BatchAppendReq =>
  streams.BatchAppendReq.deserializeBinary(message)

/** "Appended, the last event at this revision and position", to a request. */
export function success(request: Buffer, revision = "0", position = "0"): streams.BatchAppendResp {
  const place = new shared.AllStreamPosition().setCommitPosition(position).setPreparePosition(position)
  return new streams.BatchAppendResp()
    .setCorrelationId(readRequest(request).getCorrelationId())
    .setSuccess(new streams.BatchAppendResp.Success().setCurrentRevision(revision).setPosition(place))
}
