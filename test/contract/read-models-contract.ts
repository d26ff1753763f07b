import { afterAll, beforeAll, beforeEach } from "vitest"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import type { ReadModels } from "../support/read-side.ts"
import { checkpointsContract } from "./read-models/checkpoints.ts"
import { dueOrdersContract } from "./read-models/due-orders.ts"
import { historiesContract } from "./read-models/histories.ts"
import { notificationsContract } from "./read-models/notifications.ts"
import { ordersContract } from "./read-models/orders.ts"
import { paymentsContract } from "./read-models/payments.ts"
import { projectorContract } from "./read-models/projector.ts"
import { searchContract } from "./read-models/search.ts"

/** What the read models hold and answer, whatever database they are in. `open` is called once; each test begins empty. */
export function readModelsContract(open: () => Promise<ReadModels>): void {
  let opened: ReadModels
  const world = () => opened
  beforeAll(async () => {
    opened = await open()
  }, SERVER_START_TIMEOUT_MS)
  beforeEach(() => opened.wipe())
  afterAll(() => opened?.close())

  checkpointsContract(world)
  projectorContract(world)
  ordersContract(world)
  paymentsContract(world)
  dueOrdersContract(world)
  notificationsContract(world)
  searchContract(world)
  historiesContract(world)
}
