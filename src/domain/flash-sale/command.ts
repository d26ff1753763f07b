import { z } from "zod"
import { type Decision, reject } from "../decision.ts"
import { adjustStock, close, pause, reserve, resume } from "./decisions.ts"
import type { Event } from "./events.ts"
import { lateRequestId, release, takeLate } from "./order-cups.ts"
import { rememberedAs, type Sale } from "./state.ts"

const asked = { requestId: z.string(), payloadHash: z.string(), nowMs: z.number() }
const ofOrder = { orderId: z.string(), nowMs: z.number() }
const Permit = z.object({
  requestId: z.string(),
  userId: z.string(),
  quantity: z.int().min(1),
  payloadHash: z.string(),
  grantedAtMs: z.number(),
})

/**
 * What is wanted of a sale whose stream may be hot, as data: so that one process may write for others. Each of them ends
 * in the fold by its own name, so that decided a second time, anywhere, it changes nothing.
 */
export const Command = z.discriminatedUnion("kind", [
  /** `epoch` is the gate's that granted the permit. */
  z.object({ kind: z.literal("reserve"), permit: Permit, epoch: z.int() }),
  z.object({ kind: z.literal("release"), ...ofOrder }),
  z.object({ kind: z.literal("take_late"), ...ofOrder }),
  z.object({ kind: z.literal("pause"), ...asked }),
  z.object({ kind: z.literal("resume"), ...asked }),
  z.object({ kind: z.literal("close"), ...asked }),
  z.object({ kind: z.literal("adjust_stock"), ...asked, delta: z.int(), reason: z.string() }),
])
export type Command = z.infer<typeof Command>
export type Kind = Command["kind"]

/** Why a command may be refused without an event. `permit_void`: a fence of a newer epoch came in between. */
interface Refusals {
  reserve: "not_found" | "request_conflict" | "permit_void"
  release: "not_found"
  take_late: "not_found"
  pause: "not_found" | "request_conflict" | "invalid_state"
  resume: Refusals["pause"]
  close: Refusals["pause"]
  adjust_stock: Refusals["pause"]
}
export type RefusalOf<K extends Kind> = Refusals[K]

/** Decides a command on the sale as it is. */
export const decide = <C extends Command>(sale: Sale, command: C) =>
  decideAny(sale, command) as Decision<Event, RefusalOf<C["kind"]>>

function decideAny(sale: Sale, command: Command): Decision<Event, RefusalOf<Kind>> {
  switch (command.kind) {
    case "reserve": {
      const { permit, epoch } = command
      return epoch < sale.epoch && !sale.outcomes.has(permit.requestId)
        ? reject("permit_void")
        : reserve(sale, permit)
    }
    case "release":
      return release(sale, command.orderId, command.nowMs)
    case "take_late":
      return takeLate(sale, command.orderId, command.nowMs)
    case "pause":
      return pause(sale, command)
    case "resume":
      return resume(sale, command)
    case "close":
      return close(sale, command)
    case "adjust_stock":
      return adjustStock(sale, command)
  }
}

/** The name under which a command ends: the same as that of the event that ends it. */
export function endOf(command: Command): string {
  switch (command.kind) {
    case "reserve":
      return command.permit.requestId
    case "release":
      return releaseOf(command.orderId)
    case "take_late":
      return lateRequestId(command.orderId)
    case "pause":
      return rememberedAs("FlashSalePaused", command.requestId)
    case "resume":
      return rememberedAs("FlashSaleResumed", command.requestId)
    case "close":
      return rememberedAs("FlashSaleClosed", command.requestId)
    case "adjust_stock":
      return rememberedAs("StockAdjusted", command.requestId)
  }
}

/** What an event ends, by name; null for one that nobody waits for. */
export function endedBy({ type, data }: Event): string | null {
  switch (type) {
    case "StockReserved":
    case "PermitRefused":
      return data.requestId
    case "ReservationReleased":
      return releaseOf(data.orderId)
    case "FlashSalePaused":
    case "FlashSaleResumed":
    case "FlashSaleClosed":
    case "StockAdjusted":
      return rememberedAs(type, data.requestId)
    case "FlashSaleScheduled":
    case "FlashSaleChanged":
    case "GateOpened":
      return null
  }
}

const releaseOf = (orderId: string): string => `release ${orderId}`
