import type { Server } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { FastifyInstance } from "fastify"
import { endWithProblem } from "./errors.ts"

/** How many connections may wait to be accepted when a crowd arrives at once; the kernel may allow fewer. */
const BACKLOG = 4_096

/** Listens and tells the port, which the system picks when 0 is asked for. */
export async function listen(app: FastifyInstance, at: { host: string; port: number }): Promise<number> {
  await app.listen({ ...at, backlog: BACKLOG })
  return (app.server.address() as AddressInfo).port
}

/**
 * Takes no new connections, answers what was accepted, and ends. Connections that are still busy after `drainMs`
 * are cut.
 */
export async function closeServer(app: FastifyInstance, drainMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), drainMs)
  try {
    await app.close()
  } finally {
    clearTimeout(cut)
  }
}

/** Has a close end the connections on which nothing was ever asked: Node would wait for their first request. */
export function endUnusedConnections(app: FastifyInstance): void {
  const open = new Set<Socket>()
  app.server.on("connection", (socket) => {
    open.add(socket)
    socket.once("close", () => open.delete(socket))
  })
  app.addHook("preClose", (done) => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    done()
  })
}

/** Takes over what Node would end without an answer, or with one that is no problem. */
export function answerInPlaceOfNode(server: Server): void {
  // Of expectations, Node meets 100-continue itself; a server may overlook any other.
  server.on("checkExpectation", (request, response) => server.emit("request", request, response))
  server.on("connect", (_request, socket) => endWithProblem(socket as Socket, "invalid_request"))
}
