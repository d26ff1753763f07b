import type { ServerHttp2Stream } from "node:http2"
import { Metadata } from "@grpc/grpc-js"

/** What a server's call keeps to itself and this service needs. */
interface CallInside {
  readonly call: { readonly stream: ServerHttp2Stream; sendMetadata(metadata: Metadata): void }
}

/**
 * The sending side of a call, past the library's own: that writes one message at a time and waits for each to reach the
 * socket, which for events costs several times as much as all the rest. Whoever sends here must send nothing over the call
 * itself, except its end.
 */
export interface Sender {
  /** Sends one piece. False when it is time to wait for `drained`. */
  send(piece: Buffer): boolean
  /** Resolves once there is room again, or nobody there any more. */
  drained(): Promise<void>
  /** Nothing can be sent any more: the client has gone, or the call has ended. */
  closed(): boolean
}

export function senderOf(call: object): Sender {
  const inside = (call as CallInside).call
  const { stream } = inside
  return {
    send(piece) {
      // Only the first time does this send anything.
      inside.sendMetadata(NO_METADATA)
      return stream.write(piece)
    },
    drained: () =>
      new Promise((resolve) => {
        const done = () => {
          for (const event of ENDS) stream.off(event, done)
          resolve()
        }
        for (const event of ENDS) stream.on(event, done)
      }),
    closed: () => !stream.writable,
  }
}

const NO_METADATA = new Metadata()
const ENDS = ["drain", "finish", "close"] as const
