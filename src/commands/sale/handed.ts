import { z } from "zod"
import { Command, type Permit } from "../../domain/flash-sale.ts"
import type { Context } from "../context.ts"

/** A command as one process lays it down for another: with who asks for it, and the ids that its events are to have. */
export const Handed = z.object({
  command: Command,
  context: z.object({ actor: z.string(), correlationId: z.string(), causationId: z.string() }),
  eventIds: z.array(z.uuid()),
})
export type Handed = z.infer<typeof Handed>

/** A permit is laid down in short: request id, user, quantity, payload hash, instant, epoch, ids. Half a crowd goes this way. */
const HandedPermit = z.tuple([
  z.string(),
  z.string(),
  z.int(),
  z.string(),
  z.number(),
  z.int(),
  z.array(z.uuid()),
])
type HandedPermit = z.infer<typeof HandedPermit>

/** In whose course a permit is committed. */
export const contextOfPermit = ({ requestId, userId }: Permit): Context => ({
  actor: `user:${userId}`,
  correlationId: requestId,
  causationId: requestId,
})

export function textOfHanded({ command, context, eventIds }: Handed): string {
  if (command.kind !== "reserve") return JSON.stringify({ command, context, eventIds } satisfies Handed)
  const { requestId, userId, quantity, payloadHash, grantedAtMs } = command.permit
  const { epoch } = command
  return JSON.stringify([
    requestId,
    userId,
    quantity,
    payloadHash,
    grantedAtMs,
    epoch,
    eventIds,
  ] satisfies HandedPermit)
}

/** Throws for what no version of this code has laid down. */
export function parseHanded(text: string): Handed {
  const laid: unknown = JSON.parse(text)
  if (!Array.isArray(laid)) return Handed.parse(laid)
  const [requestId, userId, quantity, payloadHash, grantedAtMs, epoch, eventIds] = HandedPermit.parse(laid)
  const permit = { requestId, userId, quantity, payloadHash, grantedAtMs }
  return { command: { kind: "reserve", permit, epoch }, context: contextOfPermit(permit), eventIds }
}

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
