import type { Owner, Timeline } from "./timeline.ts"

export interface Cuts {
  /** For so long nothing arrives that a process sends to the server whose calls begin with this. */
  cut(owner: Owner, server: string, forMs: number): void
  isCut(owner: Owner, call: string): boolean
  mend(): void
}

/** Processes that do not reach a server for a while. */
export function createCuts({ nowMs }: Pick<Timeline, "nowMs">): Cuts {
  let cuts: { readonly owner: Owner; readonly server: string; readonly untilMs: number }[] = []
  return {
    cut: (owner, server, forMs) => void cuts.push({ owner, server, untilMs: nowMs() + forMs }),
    isCut: (owner, call) =>
      cuts.some((cut) => cut.owner === owner && call.startsWith(cut.server) && cut.untilMs > nowMs()),
    mend() {
      cuts = []
    },
  }
}
