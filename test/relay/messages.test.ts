import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { RecordedEvent } from "../../src/domain/event.ts"
import * as FlashSale from "../../src/domain/flash-sale.ts"
import * as Order from "../../src/domain/order.ts"
import { catalogue } from "../../src/relay/catalogue.ts"
import { messageTypes, parseMessage, published } from "../../src/relay/messages.ts"
import { messageOf, traceparentOf } from "../../src/relay/outgoing.ts"
import { lifeOf, type Told } from "../support/order-life.ts"
import { SALE_ID, terms } from "../support/scenario.ts"

const life = lifeOf(SALE_ID, 7, "ann", 2)
const at = new Date(0).toISOString()
const asked = { requestId: "op:k", payloadHash: "h", at }
const onSale = (type: string, data: object): Told => ({
  stream: FlashSale.streamOf(SALE_ID),
  event: { type, data },
})

/** One event of each kind that is published. */
const examples: readonly Told[] = [
  ...[life.placed(), life.paid(), life.cancelled("timeout"), life.refunding(), life.refunded()],
  onSale("FlashSaleScheduled", { ...terms, saleId: SALE_ID, at }),
  onSale("FlashSaleChanged", { ...terms, stockDelta: -2, at }),
  ...["FlashSalePaused", "FlashSaleResumed", "FlashSaleClosed"].map((type) => onSale(type, asked)),
  onSale("StockAdjusted", { ...asked, delta: 5, reason: "found a box" }),
  ...[life.reserved(), life.released()],
]

const recorded = ({ stream, event }: Told, metadata: object | null = null): RecordedEvent => ({
  ...{ id: randomUUID(), stream, revision: 0n, position: 42n, metadata, recordedAtMs: 1_000 },
  ...event,
})

describe("messages", () => {
  it("are documented as they are: npm run messages writes the catalogue", () => {
    const url = new URL("../../docs/messages.md", import.meta.url)
    expect(readFileSync(url, "utf8")).toBe(catalogue())
    expect(catalogue()).not.toContain("undefined")
  })

  it("exist for every event of orders and flash sales but the gate's own", () => {
    const events = [...Object.keys(Order.schemas), ...Object.keys(FlashSale.schemas)]
    const kept = events.filter((type) => type !== "GateOpened" && type !== "PermitRefused")
    expect([...messageTypes].sort()).toEqual(kept.sort())
    expect(examples.map(({ event }) => event.type).sort()).toEqual(kept.sort())
  })

  it.each(examples.map((told) => [told.event.type, told] as const))(
    "%s arrives as it was sent",
    (type, told) => {
      const event = recorded(told)
      const { topic, key, value, headers } = messageOf(event)!
      expect(topic).toBe(published[type as keyof typeof published].topic)
      expect(key).toBe(told.stream.startsWith("order-") ? life.orderId : SALE_ID)
      expect(headers).toEqual({
        ...{ "event-id": event.id, "event-type": type, "schema-version": "1", position: "42" },
        traceparent: traceparentOf(event),
      })
      expect(JSON.parse(value)).toEqual(parseMessage(value))
      expect(value).not.toMatch(/requestId|payloadHash/)
      expect(value).toContain(`"saleId":"${SALE_ID}"`)
    },
  )

  it("are not made of what concerns the gate only, nor of what is unknown", () => {
    expect(messageOf(recorded(onSale("GateOpened", { epoch: 1 })))).toBeNull()
    expect(() => messageOf(recorded(onSale("SomethingNew", {})))).toThrow("unknown event type SomethingNew")
    expect(() => messageOf(recorded(onSale("FlashSalePaused", {})))).toThrow()
  })
})

describe("traceparent", () => {
  const valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  it("is the event's own where it has one", () =>
    expect(traceparentOf(recorded(life.placed(), { traceparent: valid }))).toBe(valid))
  it("else one trace for all that follows from one request, the same each time", () => {
    const [first, second] = [1, 2].map(() => recorded(life.placed(), { correlationId: "ann:k1" }))
    const traces = [first!, first!, second!].map(traceparentOf)
    for (const trace of traces) expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
    expect(traces[0]).toBe(traces[1])
    expect(traces[0]!.slice(0, 36)).toBe(traces[2]!.slice(0, 36))
    expect(traces[0]).not.toBe(traces[2])
  })
  it("is never taken over when it is none", () =>
    expect(traceparentOf(recorded(life.placed(), { traceparent: "00-x" }))).toMatch(/^00-[0-9a-f]{32}-/))
})
