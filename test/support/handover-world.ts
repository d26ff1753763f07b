import { expect } from "vitest"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import type { Gate } from "../../src/commands/ports/gate.ts"
import type { Handover } from "../../src/commands/ports/handover.ts"
import type * as FlashSale from "../../src/domain/flash-sale.ts"
import { createMemoryHandover, type HandoverServer } from "./memory-handover.ts"
import { type Process, saleWorld, type World } from "./sale-world.ts"

export const accepted = { kind: "accepted" }
export const context = { actor: "system:test", correlationId: "t", causationId: "t" }

export interface Scene {
  readonly world: World
  readonly server: HandoverServer
  /** Writes for both: it holds the lease. */
  readonly writer: Process
  /** Appends of the second process. */
  readonly appends: () => number
  readonly second: Process
  /** What happens between a grant to the second process and its hearing of it. */
  readonly between: { happens?: () => Promise<unknown> }
  /** How the second process hears what the writer tells: at once, unless something else is put here. */
  readonly telling: { hears: (text: string, hear: (text: string) => void) => void; times: number }
}

/** What of the port either process has another way, and of the second one's log. */
interface Tampered {
  readonly first?: Partial<Handover>
  readonly second?: Partial<Handover>
  readonly store?: (log: EventStore) => Partial<EventStore>
}

/** Two processes of one sale, of which the first is known to write. */
export async function twoProcesses(
  terms: Partial<FlashSale.Terms> = {},
  { first, second, store }: Tampered = {},
): Promise<Scene> {
  const world = await saleWorld(terms)
  const server = createMemoryHandover(world.clock.elapsed)
  const writer = await world.process({ handover: { ...server.process(), ...first } })
  void writer.live.rebuild.ensureLoaded()
  await world.clock.settle()
  let appends = 0
  const append: EventStore["append"] = (...args) => {
    appends += 1
    return world.log.append(...args)
  }
  const between: Scene["between"] = {}
  const reserve: Gate["reserve"] = async (...args) => {
    const reply = await world.gate.reserve(...args)
    await between.happens?.()
    return reply
  }
  const telling: Scene["telling"] = { hears: (text, hear) => hear(text), times: 0 }
  const port = server.process()
  const listen: Handover["listen"] = (saleId, listener) =>
    port.listen(saleId, {
      ...listener,
      told(text) {
        telling.times += 1
        telling.hears(text, listener.told)
      },
    })
  const other = await world.process({
    ...{ store: { append, ...store?.(world.log) }, gate: { reserve } },
    handover: { ...port, listen, ...second },
  })
  // Each learns who writes by writing; the one that was first has the lease.
  for (const [user, process] of [
    ["ann", writer],
    ["bob", other],
  ] as const)
    expect(await bought(world, process, user)).toMatchObject(accepted)
  appends = 0
  return { world, server, writer, second: other, appends: () => appends, between, telling }
}

export async function bought(world: World, process: Process, user: string, units = 1) {
  const answer = process.buy(user, units)
  await world.clock.settle()
  return answer
}

export const orders = (world: World) => world.events().filter(({ type }) => type === "StockReserved").length
