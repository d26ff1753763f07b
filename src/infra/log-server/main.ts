import { enableCompileCache } from "node:module"
import { Command, InvalidArgumentError } from "commander"

enableCompileCache()

const HELP = `
Serves an event log over gRPC on 127.0.0.1, for any client of EventStoreDB (esdb://127.0.0.1:<port>?tls=false).
Ready when the port is open. What is acknowledged is on the disk. SIGTERM or SIGINT stops it.

Does: append (single and batch, every expected revision), read a stream and $all in both directions, filters,
catch-up subscriptions, delete, tombstone, stream metadata ($maxCount, $maxAge, $tb), server features, gossip.

Does not: persistent subscriptions, projections, users, operations such as scavenging, monitoring: calls for these are
answered UNIMPLEMENTED. Nor clusters of several nodes, TLS, access control (credentials are ignored) and links (they
are events like any other).`

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535")
  return port
}

const { port, dataDir } = new Command("eventstore")
  .description("the embedded event log, alone")
  .option("--port <port>", "where to listen; 0 picks a free port and prints it", parsePort, 2113)
  .option("--data-dir <folder>", "where the log is kept", "./data/log")
  .addHelpText("after", HELP)
  .parse()
  .opts<{ port: number; dataDir: string }>()

// Late, so that the compile cache serves it.
const { serve } = await import("./serve.ts")

try {
  const server = await serve({ dataDir, port })
  console.log(`event log in ${dataDir}: esdb://127.0.0.1:${server.port}?tls=false`)
  let closing = false
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      // npm passes on a signal that the whole group got already.
      if (closing) return
      closing = true
      void server.close().then(() => process.exit(0))
    })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
