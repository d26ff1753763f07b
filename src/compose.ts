import type { Running } from "./compose/serve.ts"
import type { Config } from "./config.ts"

/**
 * Opens the adapters of a profile and runs the system on them; resolves when `/readyz` answers 200. Throws with a
 * message for the operator. `closing` ends the wait for servers that do not come.
 */
export async function start(config: Config, closing: AbortSignal): Promise<Running> {
  // Late, so that neither profile loads what only the other one needs.
  if (config.stack === "embedded") return (await import("./compose/embedded.ts")).startEmbedded(config)
  return (await import("./compose/full.ts")).startFull(config, closing)
}
