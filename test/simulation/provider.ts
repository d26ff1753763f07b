import type { PaymentGateway } from "../../src/commands/ports/payment-gateway.ts"
import type { Owner } from "./timeline.ts"
import type { Wire } from "./wire.ts"

/** Money that the provider took, or gave back. */
export interface Moved {
  readonly transactionId: string
  readonly amountFen: number
}

export interface Provider {
  gatewayOf(owner: Owner): PaymentGateway
  take(money: Moved): void
  readonly taken: ReadonlyMap<string, Moved>
  /** By refund id: asked again under one id, it gives once. */
  readonly given: ReadonlyMap<string, Moved>
}

/** The payment provider, behind the wire: an answer that does not come is a refund that may have been made. */
export function createProvider(wire: Wire): Provider {
  const taken = new Map<string, Moved>()
  const given = new Map<string, Moved>()
  return {
    taken,
    given,
    take: (money) => void taken.set(money.transactionId, money),
    gatewayOf: (owner) => ({
      provider: "test",
      verify: () => null,
      refund: ({ refundId, transactionId, amountFen }) =>
        wire<void>(owner, {
          name: "provider.refund",
          detail: () => `${transactionId} ${amountFen}`,
          perform: () => void given.set(refundId, { transactionId, amountFen }),
          timeoutMs: 300,
          unanswered() {
            throw new ProviderUnavailable("no answer in time")
          },
        }),
    }),
  }
}

export class ProviderUnavailable extends Error {
  override readonly name = "ProviderUnavailable"
}
