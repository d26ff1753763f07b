/**
 * The log server as a child of the product: `child.ts <folder> <port>`. Its parent hears over the IPC channel that it
 * is ready, or why not. The end of that channel, by the parent's wish or by its death, is the end of this process.
 */
import { enableCompileCache } from "node:module"

enableCompileCache()

// Signals reach the whole process group: the parent still needs its log while it closes, and ends it itself.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {})

let close = async () => {}
process.once("disconnect", () => {
  void close().finally(() => process.exit(0))
})

const [dataDir = "", port = ""] = process.argv.slice(2)
try {
  // Late, so that the compile cache serves it.
  const { serve } = await import("./serve.ts")
  const server = await serve({ dataDir, port: Number(port) })
  close = server.close
  // Without its parent it may be before it was ready.
  if (process.connected) process.send?.({ port: server.port })
  else process.exit(0)
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  process.send?.({ error: message }, () => process.exit(1))
}
