/** Runs Hash Coffee: configuration, the parts, and a close that loses nothing that was answered. */
import { enableCompileCache } from "node:module"

enableCompileCache()

const { stayAwake } = await import("./stay-awake.ts")
const { ConfigError, describeConfig, parseConfig } = await import("./config.ts")

if (process.argv.includes("--help")) {
  console.log(`Hash Coffee: flash sales that never oversell.

  npm start            serves HTTP until it is stopped (SIGINT or SIGTERM)
  npm start -- --help  this text

${describeConfig()}`)
  process.exit(0)
}

// Every end below says its code.
stayAwake()
const closing = new AbortController()
try {
  const config = parseConfig(process.env)
  const { start } = await import("./compose.ts")
  const { welcome } = await import("./welcome.ts")
  const starting = start(config, closing.signal)
  closeOnSignal(async () => {
    closing.abort()
    const running = await starting.catch(() => null)
    await running?.close()
  })
  console.log(welcome(await starting))
} catch (cause) {
  // Stopped before it had started: whoever stopped it knows, and the handler of the signal ends the process.
  if (closing.signal.aborted) await new Promise(() => {})
  if (cause instanceof ConfigError) console.error(cause.message)
  else console.error("Hash Coffee could not start:", cause instanceof Error ? cause.message : cause)
  process.exit(1)
}

function closeOnSignal(close: () => Promise<void>): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      // npm sends on what the process group has heard already: the second signal says nothing new.
      if (closing.signal.aborted) return
      close().then(
        () => process.exit(0),
        (cause) => {
          console.error("Closing failed:", cause)
          process.exit(1)
        },
      )
    })
}
