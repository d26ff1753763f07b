import type { ServerWritableStream } from "@grpc/grpc-js"
import { pieceOf } from "../../wire/piece.ts"
import { withStructuredId } from "../wire/recorded-event.ts"
import { senderOf } from "./call-inside.ts"
import type { streams } from "./protocol.ts"

export type ReadCall = ServerWritableStream<streams.ReadReq, Buffer>

/** The sending side of a read: waits while the client reads slowly, and knows when it has gone. */
export interface Outlet {
  /** Sends messages, stored events among them, in their order; false once the client has gone. */
  send(messages: readonly Buffer[]): Promise<boolean>
  /** A stored event as this client wants it. */
  event(wire: Buffer): Buffer
  gone(): boolean
}

/** Most bytes that go out in one piece, so that a slow client has no more of them waiting here. */
const PIECE_BYTES = 65_536

export function createOutlet(call: ReadCall, structuredIds: boolean): Outlet {
  const sender = senderOf(call)
  const gone = () => call.cancelled || sender.closed()
  return {
    async send(messages) {
      // All of them at once, as stored events may not be there any more after a wait.
      for (const piece of piecesOf(messages)) {
        if (gone()) return false
        if (!sender.send(piece)) await sender.drained()
      }
      return !gone()
    },
    event: structuredIds ? withStructuredId : (wire) => wire,
    gone,
  }
}

function piecesOf(messages: readonly Buffer[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let next = 0; next < messages.length; ) {
    const first = next
    for (let bytes = 0; next < messages.length && bytes < PIECE_BYTES; next++) bytes += messages[next]!.length
    pieces.push(pieceOf(messages.slice(first, next)))
  }
  return pieces
}
