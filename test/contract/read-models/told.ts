import { expect } from "vitest"
import type { Told } from "../../support/order-life.ts"
import { type ReadModels, record, startReadSide } from "../../support/read-side.ts"

type Side = Awaited<ReturnType<typeof startReadSide>>

/** Records these events, each at the end of its stream; the position of the last one. */
export async function tell(log: Side["log"], ...told: readonly Told[]): Promise<bigint> {
  let position = 0n
  for (const { stream, event } of told) position = await record(log, stream, event)
  return position
}

/**
 * What `read` finds after these events: all of them in one batch, and each in a batch of its own. The two must be
 * alike; returns what they are.
 */
export async function afterEvents<Found>(
  models: ReadModels,
  told: readonly Told[],
  read: (side: Side) => Promise<Found>,
): Promise<Found> {
  const found: Found[] = []
  for (const atOnce of [true, false]) {
    await models.wipe()
    const side = await startReadSide({ models })
    if (atOnce) await tell(side.log, ...told)
    const projector = side.project()
    for (const one of atOnce ? [] : told) await side.watch.waitFor(await tell(side.log, one), 5_000)
    expect(await side.watch.waitFor(await side.log.endPosition(), 5_000)).toBe(true)
    found.push(await read(side))
    expect(side.failures).toEqual([])
    await projector.stop()
  }
  expect(found[1]).toEqual(found[0])
  return found[0]!
}
