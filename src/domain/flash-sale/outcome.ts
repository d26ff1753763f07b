import { PermitRefusal } from "./events.ts"

/** What became of a request for cups. Enough to answer it again for ever. */
export type Outcome =
  | {
      readonly kind: "accepted"
      readonly orderId: string
      readonly requestId: string
      readonly userId: string
      readonly quantity: number
      readonly amountFen: number
      readonly payByMs: number
      readonly payloadHash: string
      readonly revision: number
      readonly position: bigint
      /** Revision of the event that gave the cups back; 0 while they are held or sold. */
      readonly releasedAt: number
    }
  | {
      readonly kind: "refused"
      readonly reason: PermitRefusal
      readonly requestId: string
      readonly payloadHash: string
      readonly revision: number
    }
export type Accepted = Extract<Outcome, { kind: "accepted" }>

/** The outcome once its cups were given back, by the event at this revision. */
export const released = (accepted: Accepted, releasedAt: number): Accepted => ({
  kind: accepted.kind,
  orderId: accepted.orderId,
  requestId: accepted.requestId,
  userId: accepted.userId,
  quantity: accepted.quantity,
  amountFen: accepted.amountFen,
  payByMs: accepted.payByMs,
  payloadHash: accepted.payloadHash,
  revision: accepted.revision,
  position: accepted.position,
  releasedAt,
})

/** Accepted, or why not. */
export const KINDS = ["accepted", ...PermitRefusal.options] as const

export const kindOf = (outcome: Outcome): (typeof KINDS)[number] =>
  outcome.kind === "accepted" ? outcome.kind : outcome.reason
