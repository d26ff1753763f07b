import type { Http2Server, Settings } from "node:http2"
import type { Server } from "@grpc/grpc-js"
import { MAX_APPEND_BYTES } from "./service/append-request.ts"

/** What a server keeps to itself and this one needs. */
interface ServerInside {
  readonly commonServerOptions: { settings?: Settings }
  createHttp2Server(...args: unknown[]): Http2Server
}

/** What may be on its way from a client before it has been read, in bytes. */
export const WINDOW_BYTES = MAX_APPEND_BYTES

/**
 * Gives the connections of a server that is not bound yet a larger window, for which the library has an option at clients only.
 * By default 64 KiB are on their way at most: an append of a hundred events would stand still in its midst, until this process
 * has looked at its sockets and told the client to go on.
 */
export function widenWindow(server: Server): void {
  const inside = server as unknown as ServerInside
  const { createHttp2Server } = inside
  inside.commonServerOptions.settings = {
    ...inside.commonServerOptions.settings,
    initialWindowSize: WINDOW_BYTES,
  }
  inside.createHttp2Server = (...args) =>
    createHttp2Server
      .apply(server, args)
      // The setting is of each call; this is of all calls of a connection together.
      .on("session", (session) => session.setLocalWindowSize(WINDOW_BYTES))
}
