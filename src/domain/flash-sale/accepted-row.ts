import { bigUint64s, float64s, uint32s } from "../columns/column.ts"
import type { Names } from "../columns/names.ts"
import { orderIdAt } from "./events.ts"
import type { Accepted } from "./outcome.ts"

/** What the requests of one sale have, by row. */
export const createColumns = (saleId: string, users: Names) => ({
  saleId,
  users,
  kinds: uint32s(),
  revisions: uint32s(),
  positions: bigUint64s(),
  userNumbers: uint32s(),
  quantities: uint32s(),
  amounts: float64s(),
  payBys: float64s(),
  releasedAts: uint32s(),
  /** An order is named after the event that began it; here are the others, of cups taken again. */
  otherOrders: new Map<number, string>(),
})

/** An accepted outcome whose fields are read from their columns when they are asked for: few ever are. */
export class AcceptedRow implements Accepted {
  readonly kind = "accepted"
  readonly requestId: string
  readonly payloadHash: string
  readonly revision: number
  readonly #columns: ReturnType<typeof createColumns>
  readonly #row: number

  constructor(
    columns: ReturnType<typeof createColumns>,
    row: number,
    requestId: string,
    payloadHash: string,
    revision: number,
  ) {
    this.#columns = columns
    this.#row = row
    this.requestId = requestId
    this.payloadHash = payloadHash
    this.revision = revision
  }

  get orderId() {
    return this.#columns.otherOrders.get(this.#row) ?? orderIdAt(this.#columns.saleId, this.revision)
  }
  get userId() {
    return this.#columns.users.at(this.#columns.userNumbers.get(this.#row))
  }
  get quantity() {
    return this.#columns.quantities.get(this.#row)
  }
  get amountFen() {
    return this.#columns.amounts.get(this.#row)
  }
  get payByMs() {
    return this.#columns.payBys.get(this.#row)
  }
  get position() {
    return this.#columns.positions.get(this.#row)
  }
  get releasedAt() {
    return this.#columns.releasedAts.get(this.#row)
  }
}
