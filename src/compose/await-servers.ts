import { type Clock, sleep } from "../commands/ports/clock.ts"

/** How often a server that does not answer is asked again, in milliseconds. */
const EVERY_MS = 250
/** A server that answers within this time was not waited for: nothing is said of it. */
const QUIET_MS = 1_000

/** A server that answers but cannot be used as it is: waiting would not help. */
export class UnfitServer extends Error {
  override readonly name = "UnfitServer"
}

export interface Server {
  /** What it is and where, as a person would look for it; without a password. */
  readonly name: string
  /** Resolves when it can be used. Rejects when not yet, or with `UnfitServer`. */
  readonly check: () => Promise<unknown>
}

export interface Arrival {
  /** Names of those that are not there yet. */
  waitingFor(): readonly string[]
  /** Resolves when all are there. Rejects with `UnfitServer`, or when `signal` aborts. */
  wait(): Promise<void>
}

/** Waits for servers side by side, as long as it takes, and tells which and why. */
export function awaitServers(
  servers: readonly Server[],
  { clock, tell, signal }: { clock: Clock; tell: (line: string) => void; signal: AbortSignal },
): Arrival {
  const missing = new Set(servers)
  return {
    waitingFor: () => [...missing].map(({ name }) => name),
    wait: async () => void (await Promise.all(servers.map(one))),
  }

  async function one(server: Server): Promise<void> {
    const beganMs = clock.elapsed()
    let told = ""
    for (;;) {
      try {
        await server.check()
        missing.delete(server)
        if (told) tell(`${server.name} is there`)
        return
      } catch (cause) {
        if (cause instanceof UnfitServer) throw cause
        const reason = reasonOf(cause)
        if (reason !== told && clock.elapsed() - beganMs >= QUIET_MS) {
          tell(`waiting for ${server.name}: ${reason}`)
          told = reason
        }
      }
      await sleep(clock, EVERY_MS, signal)
      signal.throwIfAborted()
    }
  }
}

/** What went wrong at the bottom of it: what is above says in the application's words that there is no answer. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.cause instanceof Error) return reasonOf(cause.cause)
  return cause.message || (cause as NodeJS.ErrnoException).code || cause.name
}
