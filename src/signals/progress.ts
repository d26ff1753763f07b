import type { Registry } from "prom-client"
import { INBOX_GROUP } from "../consumers/inbox.ts"
import { WEBHOOK } from "../consumers/webhook.ts"
import { dueOrders } from "../projections/due-orders.ts"
import * as parkedMessages from "../projections/parked-messages.ts"
import * as refunds from "../projections/refunds.ts"
import * as deliveries from "../projections/webhook-deliveries.ts"
import { RELAY } from "../relay/relay.ts"
import { measureAtScrape } from "./at-scrape.ts"
import { createFollowerLags, type Followed, type LagDeps } from "./follower-lag.ts"

/**
 * Tells how far the work behind the API is, of all processes together: any one of them can be asked, so that also a
 * worker that runs nowhere is missed.
 */
export function measureProgress(registry: Registry, deps: LagDeps, followed: readonly Followed[]): void {
  const { db, clock } = deps
  measureAtScrape(registry, clock, {
    name: "follower_lag_seconds",
    help: "Age of the oldest event that a follower of the log has not done yet, in whatever process; 0 when it has done all",
    label: "follower",
    values: followed.map(({ name }) => name),
    read: createFollowerLags(deps, followed),
  })
  const late = (dueMs: number | undefined) => (dueMs === undefined ? 0 : (clock.now() - dueMs) / 1_000)
  measureAtScrape(registry, clock, {
    name: "timer_lag_seconds",
    help: "How long ago the oldest work was due that a timer has not done yet, in whatever process; 0 when none is due",
    label: "timer",
    values: ["cancel-unpaid", "refund-payments", WEBHOOK],
    async read() {
      const [order] = await dueOrders(db, clock.now(), 1)
      const refund = await refunds.oldestDueMs(db, clock.now())
      return new Map([
        ["cancel-unpaid", late(order?.payByMs)],
        ["refund-payments", late(refund)],
        [WEBHOOK, late(await deliveries.oldestMs(db))],
      ])
    },
  })
  measureAtScrape(registry, clock, {
    name: "parked",
    help: "What was given up after its last attempt and waits for a person; by what gave it up",
    label: "by",
    values: [RELAY, INBOX_GROUP, WEBHOOK, "refund-payments"],
    read: async () =>
      new Map([
        ...(await parkedMessages.count(db, [RELAY, INBOX_GROUP, WEBHOOK])),
        ["refund-payments", await refunds.countParked(db)],
      ]),
  })
}
