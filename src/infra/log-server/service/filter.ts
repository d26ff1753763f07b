import type { PlacedEvent } from "../storage/reader.ts"
import type { LogEvent } from "../storage/tail.ts"
import { readRecordedEvent } from "../wire/recorded-event.ts"
import type { streams } from "./protocol.ts"

export interface EventFilter {
  matches(event: PlacedEvent | LogEvent): boolean
  /** A subscription says how far it is whenever it has looked at this many events. */
  readonly checkpointEvery: number
}

/** What EventStoreDB looks at between checkpoints when the client sets no window. */
const DEFAULT_WINDOW = 32

/** Builds the filter that a request describes. Throws when its regular expression is none. */
export function createFilter(options: streams.ReadReq.Options.FilterOptions): EventFilter {
  const onStream = options.hasStreamIdentifier()
  const expression = onStream ? options.getStreamIdentifier() : options.getEventType()
  const prefixes = expression?.getPrefixList() ?? []
  const pattern = expression?.getRegex() ?? ""
  const regex = prefixes.length === 0 ? new RegExp(pattern) : null
  const accepts = (text: string) =>
    regex ? regex.test(text) : prefixes.some((prefix) => text.startsWith(prefix))
  return {
    matches(event) {
      const { stream, type } = "stream" in event ? event : readRecordedEvent(event.wire)
      return accepts(onStream ? stream : type)
    },
    checkpointEvery:
      Math.max(1, options.hasMax() ? options.getMax() : DEFAULT_WINDOW) *
      Math.max(1, options.getCheckpointintervalmultiplier()),
  }
}
