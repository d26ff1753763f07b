import type { Gate, GateImage, GateTimes, ReserveRequest } from "../../../src/commands/ports/gate.ts"

/** A gate, and the power over its time and its memory that tests need. */
export interface GateWorld {
  /** The gate as it is now; another one after `lose` where losing means to begin anew. */
  readonly gate: Gate
  /** The gate's own clock, in milliseconds since the Unix epoch. */
  now(): number
  /** Lets `ms` pass for a sale at once; below zero, the gate's clock steps back. */
  forward(saleId: string, ms: number): Promise<void>
  /** All that the gate's server holds of the sale is gone. */
  lose(saleId: string): Promise<void>
  close(): Promise<void>
}

const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** Long, so that a slow machine changes no answer: time passes by `forward` only. */
export const times: GateTimes = { soldOutMemoryMs: MINUTE, graceMs: 10 * MINUTE, claimMs: 5 * MINUTE }

let sales = 0
/** A sale that no other test knows, also on a server that other runs use. */
export const newSaleId = (): string => `${process.pid}-${Date.now()}-${sales++}`

/** An open sale of 10 cups, 5 a user, that nobody has bought from. */
export const imageOf = (world: GateWorld, changes: Partial<GateImage> = {}): GateImage => ({
  epoch: 1,
  rev: 10,
  stock: 10,
  perUserLimit: 5,
  orderMax: 1_000,
  startsAtMs: world.now() - HOUR,
  endsAtMs: world.now() + 100 * HOUR,
  paused: false,
  closed: false,
  users: new Map(),
  ...changes,
})

/** Claims and loads, as a process does that finds the gate empty. */
export async function load(world: GateWorld, saleId: string, image: GateImage): Promise<void> {
  const claim = await world.gate.claim(saleId, "loader", image.epoch)
  if (claim.kind !== "claimed") throw new Error(`cannot claim: ${claim.kind}`)
  const loaded = await world.gate.load(saleId, "loader", claim.run, image)
  if (loaded !== "loaded") throw new Error("cannot load")
}

export async function openSale(world: GateWorld, changes: Partial<GateImage> = {}): Promise<string> {
  const saleId = newSaleId()
  await load(world, saleId, imageOf(world, changes))
  return saleId
}

/** A request of one cup; its key is also in its id. */
export const requestOf = (
  userId: string,
  key: string,
  changes: Partial<ReserveRequest> = {},
): ReserveRequest => ({
  requestId: `${userId}:${key}`,
  userId,
  quantity: 1,
  payloadHash: "hash-of-one",
  ...changes,
})

/** The word of the reply. */
export async function reserve(
  world: GateWorld,
  saleId: string,
  userId: string,
  key: string,
  changes: Partial<ReserveRequest> = {},
): Promise<string> {
  return (await world.gate.reserve(saleId, requestOf(userId, key, changes))).kind
}

/** What is free and what is under way. */
export async function stockOf(
  world: GateWorld,
  saleId: string,
): Promise<{ rev: number; stock: number; permits: number; pendingUnits: number }> {
  const look = await world.gate.look(saleId)
  if (look.kind !== "loaded") throw new Error("not loaded")
  const { rev, stock, permits, pendingUnits } = look
  return { rev, stock, permits, pendingUnits }
}
