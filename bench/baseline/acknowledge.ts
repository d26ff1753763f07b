/** A server that takes appends as the log does, stores nothing, and acknowledges at once. */
import { Server, ServerCredentials, type ServerDuplexStream } from "@grpc/grpc-js"
import { widenWindow } from "../../src/infra/log-server/server-inside.ts"
import { batchAnswer } from "../../src/infra/log-server/service/batch-answer.ts"
import { getSupportedMethods } from "../../src/infra/log-server/service/cluster.ts"
import {
  ServerFeaturesService,
  StreamsService,
  streams,
} from "../../src/infra/log-server/service/protocol.ts"
import { type Cursor, readBytes, readVarint, skip } from "../../src/infra/wire/reader.ts"
import { answerCalls } from "../harness/child.ts"

type Call = ServerDuplexStream<Buffer, Buffer>

const asItIs = (bytes: Buffer): Buffer => bytes
const service = {
  ...StreamsService,
  batchAppend: { ...StreamsService.batchAppend, requestDeserialize: asItIs, responseSerialize: asItIs },
}

answerCalls<null, string>(async () => {
  const server = new Server({ "grpc.max_receive_message_length": 16 * 2 ** 20, "grpc.enable_channelz": 0 })
  widenWindow(server)
  server.addService(service as never, { batchAppend: acknowledge })
  server.addService(ServerFeaturesService, { getSupportedMethods })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  return `esdb://127.0.0.1:${port}?tls=false`
})

/** One append may come in several messages, of which the first has the options. */
function acknowledge(call: Call): void {
  let options = new streams.BatchAppendReq.Options()
  let events = 0
  call.on("data", (message: Buffer) => {
    const cursor: Cursor = { bytes: message, at: 0 }
    let correlationId = message
    let isFinal = false
    while (cursor.at < message.length) {
      const tag = readVarint(cursor)
      if (tag === 0x0a) correlationId = readBytes(cursor)
      else if (tag === 0x12) options = streams.BatchAppendReq.Options.deserializeBinary(readBytes(cursor))
      else if (tag === 0x1a) {
        readBytes(cursor)
        events += 1
      } else if (tag === 0x20) isFinal = readVarint(cursor) !== 0
      else skip(cursor, tag)
    }
    if (!isFinal) return
    const stream = Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString()
    const last = options.hasNoStream() ? -1 : Number(options.getStreamPosition())
    const revision = last + events
    call.write(batchAnswer(correlationId, stream, "any", { kind: "done", revision, position: revision }))
    events = 0
  })
  call.on("end", () => call.end())
}
