import { type Adapters, assemble } from "../assemble.ts"
import type { Config } from "../config.ts"
import { closeServer, listen } from "../http/server.ts"
import { jwtSigner } from "../infra/jwt.ts"
import { seedDemo } from "../seed.ts"
import type { Welcome } from "../welcome.ts"

/** How long connections that are still busy may take to finish when the system closes. */
const DRAIN_MS = 3_000

/** What a profile brings, opened or on its way. */
export interface Profile {
  readonly adapters: Adapters
  /** Where this process's log can be read; null when that is somebody else's to tell. */
  readonly logUrl: string | null
  /** The servers that are still waited for. */
  readonly waitingFor: () => readonly string[]
  /** Resolves when every server answers and the tables are there. */
  readonly prepare: () => Promise<void>
  /** Closes the adapters. */
  readonly close: () => Promise<void>
}

export interface Running extends Welcome {
  /** Answers what was accepted, finishes what is queued, and ends every part; within 8 seconds. */
  close(): Promise<void>
}

/**
 * Runs the system on a profile: listens at once, so that its health can be asked, and serves when its servers are
 * there. Resolves when `/readyz` answers 200; when it cannot start, closes what was opened and throws.
 */
export async function serve(config: Config, profile: Profile): Promise<Running> {
  const { adapters, logUrl, waitingFor, prepare } = profile
  const { app, saleDeps, sales, begin, ready, stop } = await assemble(config.roles, adapters, waitingFor)
  const close = async () => {
    await closeServer(app, DRAIN_MS)
    await stop()
    await profile.close()
  }
  try {
    const port = await listen(app, config)
    await prepare()
    begin()
    if (config.seedDemo) await seedDemo(saleDeps, sales)
    await ready()
    return {
      url: `http://${config.host}:${port}`,
      logUrl,
      buyerToken: jwtSigner(adapters.jwtSecret)({ userId: "alice", role: "user" }),
      seeded: config.seedDemo,
      close,
    }
  } catch (cause) {
    await close()
    throw cause
  }
}
