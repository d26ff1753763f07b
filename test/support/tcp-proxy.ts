import { type AddressInfo, connect, createServer, type Socket } from "node:net"

export interface TcpProxy {
  readonly port: number
  /** From now on what the server says is thrown away, and the connections stay open. */
  muteServer(): void
  /** Nothing passes on the connections of now any more, and nobody is told. New ones are not touched. */
  freeze(): void
  /** Breaks every connection and lets new ones through again, with all that is said. */
  cut(): void
  /** Breaks every connection; new ones go to this port of 127.0.0.1, as after a failover. */
  switchTo(port: number): void
  close(): Promise<void>
}

/** Stands between a client and a server on 127.0.0.1, to lose answers as a network does. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let frozen = new Set<Socket>()
  let muted = false
  let currentPort = targetPort

  const server = createServer((client) => {
    const target = connect(currentPort, "127.0.0.1")
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on("error", () => undefined)
      socket.on("close", () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on("data", (chunk) => {
      if (!frozen.has(client)) target.write(chunk)
    })
    target.on("data", (chunk) => {
      if (!muted && !frozen.has(client)) client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))

  function cut(): void {
    for (const socket of sockets) socket.destroy()
    muted = false
  }
  return {
    port: (server.address() as AddressInfo).port,
    muteServer() {
      muted = true
    },
    freeze() {
      frozen = new Set(sockets)
    },
    cut,
    switchTo(port) {
      currentPort = port
      cut()
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
