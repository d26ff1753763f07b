import type { RequestStatus } from "../../../src/commands/request-status.ts"
import type { ReserveAnswer } from "../../../src/commands/reserve-stock.ts"
import type * as FlashSale from "../../../src/domain/flash-sale.ts"
import type { Decided, Ledger } from "./ledger.ts"
import { Violation } from "./violation.ts"

/** A request as it came to a process. */
export interface Asked {
  readonly requestId: string
  readonly payloadHash: string
  readonly arrivedAtMs: number
  /** What the log held of it when it came. */
  readonly decided: Decided | undefined
}

export interface Answers {
  /** Checks what a request for cups was answered. */
  answered(asked: Asked, answer: ReserveAnswer, strictly: boolean): void
  /** Checks what the status of a request was. */
  statusWas(asked: Asked, status: RequestStatus | null): void
  /** Checks that no order comes of a permit that is older than a refusal already told. */
  reserved(event: FlashSale.EventOf<"StockReserved">, strictly: boolean): void
}

/** No 201 without its event, no refusal after a 201, what the log holds is told for ever. `toMs`: from its instants to the run's time. */
export function createAnswers(ledger: Ledger, toMs: (instant: string) => number): Answers {
  /** When the last refused request came, by request id. */
  const refusedMs = new Map<string, number>()

  function mustBeInLog(requestId: string, outcome: FlashSale.Accepted): void {
    const event = ledger.decided.get(requestId)
    if (event?.type !== "StockReserved")
      throw new Violation(
        "no 201 without its event",
        `${requestId} is ${event?.data.reason ?? "not decided"}`,
      )
    const { orderId, quantity, amountFen, payBy, payloadHash } = event.data
    const same =
      outcome.orderId === orderId &&
      outcome.quantity === quantity &&
      outcome.amountFen === amountFen &&
      outcome.payByMs === Date.parse(payBy) &&
      outcome.payloadHash === payloadHash
    if (!same) throw new Violation("answers repeat", `${requestId} has another order than its event's`)
  }

  return {
    answered({ requestId, payloadHash, arrivedAtMs, decided }, answer, strictly) {
      if (answer.kind === "accepted") {
        if (answer.outcome.payloadHash === payloadHash) return mustBeInLog(requestId, answer.outcome)
        throw new Violation("answers repeat", `${requestId} is answered with the order of another payload`)
      }
      if (answer.kind !== "refused") return
      const { reason } = answer
      if (reason === "request_conflict") return
      if (decided && strictly) {
        const told =
          decided.data.payloadHash !== payloadHash
            ? "request_conflict"
            : decided.type === "StockReserved"
              ? "accepted"
              : decided.data.reason === "expired"
                ? "request_expired"
                : decided.data.reason
        if (told !== reason)
          throw new Violation("answers repeat", `${requestId} is ${told}, and was told ${reason}`)
      }
      refusedMs.set(requestId, Math.max(arrivedAtMs, refusedMs.get(requestId) ?? 0))
    },

    statusWas({ requestId, decided }, status) {
      if (status?.state === "accepted") return mustBeInLog(requestId, status.outcome)
      const event = ledger.decided.get(requestId)
      if (
        status?.state === "refused" &&
        (event?.type !== "PermitRefused" || event.data.reason !== status.reason)
      )
        throw new Violation("answers repeat", `${requestId} has the status ${status.reason}`)
      if (status === null && decided)
        throw new Violation("no 404 of what is there", `${requestId} is in the log, and its status is 404`)
    },

    reserved({ data: { requestId, reservedAt } }, strictly) {
      const atMs = refusedMs.get(requestId)
      if (strictly && atMs !== undefined && toMs(reservedAt) < Math.floor(atMs))
        throw new Violation(
          "no order of a permit older than a refusal",
          `${requestId} was refused at ${atMs.toFixed(1)}, and its permit is of ${toMs(reservedAt)}`,
        )
    },
  }
}
