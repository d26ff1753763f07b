import { randomUUID } from "node:crypto"
import { type ClientHttp2Stream, connect } from "node:http2"
import { StreamsService } from "@eventstore/db-client/generated/streams_grpc_pb.js"
import { expect, it } from "vitest"
import { startTestLogServer } from "../support/log-server.ts"
import { batchRequest, readRequest } from "./wire-requests.ts"

/** gRPC's five bytes before each message. */
const framed = (message: Uint8Array): Buffer => {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

/** Reads until `messages` have come, and answers in how many pieces they came. */
async function piecesOf(call: ClientHttp2Stream, messages: number): Promise<number> {
  let pieces = 0
  let bytes = Buffer.alloc(0)
  for await (const piece of call.iterator({ destroyOnReturn: false })) {
    pieces++
    bytes = Buffer.concat([bytes, piece])
    let seen = 0
    for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt32BE(at + 1)) seen++
    if (seen >= messages) return pieces
  }
  throw new Error("the call ended too early")
}

const APPENDS = 200

it("sends what there is at a time in one piece: the answers of a commit, the events of a page", async () => {
  const server = await startTestLogServer()
  const session = connect(`http://127.0.0.1:${server.port}`)
  const open = (path: string) =>
    session.request({ ":path": path, ":method": "POST", "content-type": "application/grpc", te: "trailers" })

  const appending = open(StreamsService.batchAppend.path)
  const requests = Array.from({ length: APPENDS }, (_, n) =>
    framed(
      batchRequest(
        randomUUID(),
        { stream: "s", expected: n === 0 ? "no_stream" : n - 1 },
        1,
      ).serializeBinary(),
    ),
  )
  appending.write(Buffer.concat(requests))
  expect(await piecesOf(appending, APPENDS)).toBeLessThan(APPENDS / 4)

  const reading = open(StreamsService.read.path)
  reading.end(framed(readRequest({ stream: "s", from: "start", count: APPENDS }).serializeBinary()))
  expect(await piecesOf(reading, APPENDS)).toBeLessThan(APPENDS / 4)

  session.destroy()
  await server.close()
})
