import { connect } from "node:net"

/** Longest that a connection may take. */
const CONNECT_MS = 2_000

/** Resolves when something listens on one of these `host:port`; rejects as the last of them did. */
export async function listening(addresses: readonly string[]): Promise<void> {
  await Promise.any(addresses.map(connects)).catch((cause) => {
    throw cause instanceof AggregateError ? cause.errors.at(-1) : cause
  })
}

function connects(address: string): Promise<void> {
  const [host = "", port] = address.split(":")
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), timeout: CONNECT_MS })
    socket.once("connect", resolve)
    socket.once("error", reject)
    socket.once("timeout", () => reject(new Error("no connection in time")))
    for (const end of ["connect", "error", "timeout"]) socket.once(end, () => socket.destroy())
  })
}
