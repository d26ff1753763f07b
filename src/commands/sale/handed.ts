import { z } from "zod"
import { Command } from "../../domain/flash-sale.ts"

/** A command as one process lays it down for another: with who asks for it, and the ids that its events are to have. */
export const Handed = z.object({
  command: Command,
  context: z.object({ actor: z.string(), correlationId: z.string(), causationId: z.string() }),
  eventIds: z.array(z.uuid()),
})
export type Handed = z.infer<typeof Handed>

/** Throws for what no version of this code has laid down. */
export const parseHanded = (text: string): Handed => Handed.parse(JSON.parse(text))

/** Makes the given ids first, in their order, then those of `newId`. */
export function idsFrom(eventIds: readonly string[], newId: () => string): () => string {
  let next = 0
  return () => eventIds[next++] ?? newId()
}

/** Makes each id once: every taker gets the same ones, in the same order. */
export function repeatable(newId: () => string): () => () => string {
  const made: string[] = []
  return () => {
    let next = 0
    return () => {
      const which = next++
      made[which] ??= newId()
      return made[which]
    }
  }
}
