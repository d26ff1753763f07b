import { describe, expect, it } from "vitest"
import type * as FlashSale from "../../src/domain/flash-sale.ts"
import { accepted, bought, context, orders, twoProcesses } from "../support/handover-world.ts"
import { SALE_ID } from "../support/scenario.ts"

describe("one process writes for another", () => {
  it("permits, which end as if they had been written here", async () => {
    const { world, second, appends } = await twoProcesses()
    const answer = await bought(world, second, "cat")
    expect(answer).toMatchObject(accepted)
    expect(await bought(world, second, "cat")).toEqual(answer)
    expect(appends()).toBe(0)
    expect(orders(world)).toBe(3)
    expect(await world.drift()).toBe(0)
    expect(await world.gate.look(SALE_ID)).toMatchObject({ permits: 0 })
  })

  it("permits that the log refuses", async () => {
    const { world, writer, second, appends, between } = await twoProcesses()
    const asked = { requestId: "boss:p", payloadHash: "h", nowMs: world.clock.now() }
    between.happens = () => writer.live.commit({ kind: "pause", ...asked }, context)
    expect(await bought(world, second, "cat")).toEqual({ kind: "refused", reason: "sale_paused" })
    expect(appends()).toBe(0)
    expect(await world.drift()).toBe(0)
  })

  it("releases, late cups, and what staff does", async () => {
    const { world, second, appends } = await twoProcesses()
    const nowMs = world.clock.now()
    const asked = (requestId: string) => ({ requestId, payloadHash: "h", nowMs })
    const commands: FlashSale.Command[] = [
      { kind: "release", orderId: `${SALE_ID}-2`, nowMs },
      { kind: "take_late", orderId: `${SALE_ID}-2`, nowMs },
      { kind: "pause", ...asked("boss:p") },
      { kind: "resume", ...asked("boss:r") },
      { kind: "adjust_stock", ...asked("boss:a"), delta: 5, reason: "more milk" },
      { kind: "close", ...asked("boss:c") },
    ]
    for (const command of commands) {
      const committing = second.live.commit(command, context)
      await world.clock.settle()
      expect(await committing).toEqual({ ok: true, appended: true })
    }
    expect(appends()).toBe(0)
    expect(
      world
        .events()
        .slice(-6)
        .map(({ type }) => type),
    ).toEqual([
      ...["ReservationReleased", "StockReserved", "FlashSalePaused", "FlashSaleResumed"],
      ...["StockAdjusted", "FlashSaleClosed"],
    ])
  })

  it("under the ids that were given", async () => {
    const { world, second } = await twoProcesses()
    const id = "00000000-0000-4000-8000-00000000abcd"
    const releasing = second.live.commit(
      { kind: "release", orderId: `${SALE_ID}-2`, nowMs: world.clock.now() },
      context,
      () => id,
    )
    await world.clock.settle()
    expect(await releasing).toMatchObject({ ok: true })
    expect(world.log.all.at(-1)).toMatchObject({ id, type: "ReservationReleased" })
  })
})
