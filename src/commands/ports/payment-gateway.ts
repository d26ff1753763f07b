import type { Notification } from "../../domain/payment.ts"

/** A message of the provider whose signature holds. */
export interface VerifiedNotification {
  readonly paymentId: string
  readonly notification: Notification
}

export interface RefundOrder {
  /** The provider makes a refund of one id once, however often it is asked. */
  readonly refundId: string
  readonly paymentId: string
  readonly transactionId: string
  readonly amountFen: number
}

/** A payment provider. Money moves at the provider; what moved is told by its notifications. */
export interface PaymentGateway {
  /** Its name in `/v1/payments/notifications/:provider`, and the `method` of its payments. */
  readonly provider: string
  /** Null when the signature does not hold or the message is not one of the provider's: nothing is to be done then. */
  verify(body: Buffer, signature: string | undefined): VerifiedNotification | null
  /** Resolves once the money is on its way back; rejects when the provider refuses or cannot be reached. */
  refund(order: RefundOrder): Promise<void>
}
