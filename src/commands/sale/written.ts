import { z } from "zod"
import * as FlashSale from "../../domain/flash-sale.ts"

/** What a process has appended to a sale's stream, as it tells those that hand over to it. */
export interface Written {
  readonly events: readonly FlashSale.Event[]
  readonly firstRevision: number
  /** Of the last of them; good for all. */
  readonly position: bigint
}

const Told = z.object({
  events: z.array(z.object({ type: z.string(), data: z.unknown() })),
  firstRevision: z.int(),
  position: z.string().transform(BigInt),
})

export const textOfWritten = ({ events, firstRevision, position }: Written): string =>
  JSON.stringify({ events, firstRevision, position: String(position) })

/** Throws for what no version of this code has told. */
export function parseWritten(text: string): Written {
  const { events, ...rest } = Told.parse(JSON.parse(text))
  return { events: events.map(({ type, data }) => FlashSale.parse(type, data)), ...rest }
}
