import { createHash } from "node:crypto"
import { setImmediate as turn } from "node:timers/promises"
import type { RecordedEvent } from "../../domain/event.ts"
import * as FlashSale from "../../domain/flash-sale.ts"
import { appendDurably } from "../append.ts"
import { newEvent } from "../context.ts"
import { sleep } from "../ports/clock.ts"
import type { ExpectedRevision } from "../ports/event-store.ts"
import type { SaleDeps } from "./deps.ts"

/** After so many events of a sale the next snapshot of its fold is due. */
export const SNAPSHOT_EVERY = 20_000
/** How often it is looked whether one is due; jittered by a half, so that of many processes one comes first. */
const LOOK_EVERY_MS = 1_000
/** Between two parts: a large append keeps the log's disk busy, and buyers' appends are not to wait for many of them. */
const PART_PAUSE_MS = 20
const TYPE = "SnapshotPartTaken"

/** The stream of a sale's snapshots. */
export const snapshotStreamOf = (saleId: string): string => `snapshot-${FlashSale.streamOf(saleId)}`

export interface Snapshots {
  /**
   * The fold as the last snapshot has it, an empty one without a snapshot that can be used; null for a sale that does
   * not exist. Throws `EventStoreUnavailable`.
   */
  join(): Promise<FlashSale.Fold | null>
  /** Writes snapshots of the fold that `join` gave, whenever one is due, until `signal` aborts. */
  keep(sale: FlashSale.Fold, signal: AbortSignal): Promise<void>
}

/**
 * Snapshots of one sale's fold, in the stream `snapshot-flashSale-<id>`. Each holds what the fold has gained since the one
 * before, so that none is written twice; together they are the stream in a short form, and nothing but that: what is not
 * whole, of another version, damaged, or of another stream is ignored, and the sale's own stream tells the rest.
 */
export function createSnapshots(
  { store, clock, newId, random, report }: Pick<SaleDeps, "store" | "clock" | "newId" | "random" | "report">,
  saleId: string,
  every = SNAPSHOT_EVERY,
): Snapshots {
  const stream = FlashSale.streamOf(saleId)
  const own = snapshotStreamOf(saleId)
  const append = appendDurably(store, clock)
  /** The last revision of the snapshots' stream. */
  let tail: ExpectedRevision = "no_stream"
  /** The revision of the sale's stream that the last whole snapshot stands for; -1 without one. */
  let covered = -1
  /** Of a snapshot that is not whole yet. */
  let parts: FlashSale.SnapshotPart[] = []

  async function readOn(takeWhole: (parts: FlashSale.SnapshotPart[]) => Promise<boolean>): Promise<void> {
    const from = tail === "no_stream" ? 0n : tail + 1n
    for await (const event of store.readStream(own, { from })) {
      tail = event.revision
      const part = partOf(event, saleId)
      parts = part && continues(parts, part) ? [...(part.part === 0 ? [] : parts), part] : []
      if (!part || parts.length < part.parts) continue
      // One that begins at the empty fold stands in place of all before it.
      if (part.after === -1 || part.after === covered) covered = (await takeWhole(parts)) ? part.revision : -1
    }
  }

  /** Whether the sale's stream is the one that the fold was taken of. */
  async function isOfStream({ revision, position }: FlashSale.Fold): Promise<boolean> {
    for await (const event of store.readStream(stream, { from: BigInt(revision), limit: 1 }))
      return event.position === position
    return false
  }

  async function exists(): Promise<boolean> {
    for await (const _ of store.readStream(stream, { limit: 1 })) return true
    return false
  }

  async function write(sale: FlashSale.Fold, signal: AbortSignal): Promise<void> {
    const before = tail
    await readOn(async () => true)
    // One that grew since the last look is being written by another process.
    const isUnderWay = parts.length > 0 && tail !== before
    if (isUnderWay || sale.revision - covered < every) return
    const { revision } = sale
    const context = { actor: "system:snapshot", correlationId: saleId, causationId: saleId }
    for (const part of FlashSale.snapshotOf(sale, covered)) {
      const event = newEvent(newId(), { type: TYPE, data: { ...part, sum: sumOf(part) } }, context)
      const result = await append(own, tail, [event], signal)
      // Another process writes it: one is enough.
      if (result.kind === "conflict") return
      tail = result.revision
      await sleep(clock, PART_PAUSE_MS, signal)
    }
    covered = revision
  }

  return {
    async join() {
      if (!(await exists())) return null
      let sale = FlashSale.initial(saleId)
      await readOn(async (whole) => {
        if (whole[0]!.after === -1) sale = FlashSale.initial(saleId)
        const restoring = FlashSale.restore(sale, whole)
        for (;;) {
          const { done, value } = restoring.next()
          if (done) return value
          await turn()
        }
      })
      if (covered >= 0 && (await isOfStream(sale))) return sale
      covered = -1
      return FlashSale.initial(saleId)
    },
    async keep(sale, signal) {
      while (!signal.aborted) {
        await sleep(clock, LOOK_EVERY_MS * (0.5 + random()), signal)
        if (signal.aborted || sale.revision - covered < every) continue
        await write(sale, signal).catch((cause) => {
          if (!signal.aborted) report("a snapshot was not written; it is tried again", cause, saleId)
        })
      }
    },
  }
}

/** The part that an event holds; null when it cannot be used. */
function partOf({ type, data }: RecordedEvent, saleId: string): FlashSale.SnapshotPart | null {
  if (type !== TYPE || typeof data !== "object" || data === null) return null
  const { sum, ...rest } = data as { sum?: unknown }
  const part = FlashSale.SnapshotPart.safeParse(rest)
  return part.success && part.data.saleId === saleId && sum === sumOf(rest) ? part.data : null
}

const continues = (parts: readonly FlashSale.SnapshotPart[], next: FlashSale.SnapshotPart): boolean => {
  const last = parts.at(-1)
  if (next.part === 0) return true
  return last?.part === next.part - 1 && last.after === next.after && last.revision === next.revision
}

/** Tells a part that was damaged. */
const sumOf = (part: object): string =>
  createHash("sha256").update(JSON.stringify(part)).digest("base64url").slice(0, 22)
