import type { Handover } from "../ports/handover.ts"
import type { SaleDeps } from "./deps.ts"
import { type Handed, parseHanded } from "./handed.ts"

/** Most commands of one taking. */
const TAKEN_MAX = 500

export interface Takings {
  /** Takes all that lies in the sale's list. One taking is under way at a time, and looks once more for whoever asks meanwhile. */
  take(): Promise<void>
  stop(): void
}

/** The commands that other processes lay down for this one: `receive` does each, as long as `hasRoom`. */
export function createTakings(
  { handover, report }: { readonly handover: Handover; readonly report: SaleDeps["report"] },
  saleId: string,
  hasRoom: () => boolean,
  receive: (handed: Handed) => void,
): Takings {
  let taking = false
  let again = false
  let stopped = false

  /** One that cannot be read, of another version say, does not stop those behind it: whoever laid it does it. */
  function receiveText(text: string): void {
    try {
      receive(parseHanded(text))
    } catch (cause) {
      report("a command that was handed over is not known here", cause, saleId)
    }
  }

  return {
    async take() {
      again = true
      if (taking) return
      taking = true
      try {
        while (again && !stopped && hasRoom()) {
          again = false
          const texts = await handover.take(saleId, TAKEN_MAX)
          if (texts.length === TAKEN_MAX) again = true
          for (const text of texts) receiveText(text)
        }
      } catch (cause) {
        report("what other processes handed over was not taken; they write it themselves", cause, saleId)
      }
      taking = false
    },
    stop() {
      stopped = true
    },
  }
}
