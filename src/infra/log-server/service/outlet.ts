import type { ServerWritableStream } from "@grpc/grpc-js"
import { withStructuredId } from "../wire/recorded-event.ts"
import type { streams } from "./protocol.ts"

export type ReadCall = ServerWritableStream<streams.ReadReq, Buffer>

/** The sending side of a read: waits while the client reads slowly, and knows when it has gone. */
export interface Outlet {
  /** Sends one event or message; false once the client has gone. */
  send(message: Buffer): boolean | Promise<boolean>
  sendEvent(wire: Buffer): boolean | Promise<boolean>
  gone(): boolean
}

export function createOutlet(call: ReadCall, structuredIds: boolean): Outlet {
  function send(message: Buffer): boolean | Promise<boolean> {
    if (call.cancelled || call.destroyed) return false
    return call.write(message) || drained(call)
  }
  return {
    send,
    sendEvent: structuredIds ? (wire) => send(withStructuredId(wire)) : send,
    gone: () => call.cancelled || call.destroyed,
  }
}

function drained(call: ReadCall): Promise<boolean> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ENDS) call.off(event, done)
      resolve(!call.cancelled && !call.destroyed)
    }
    for (const event of ENDS) call.on(event, done)
  })
}

const ENDS = ["drain", "cancelled", "close", "error"] as const
