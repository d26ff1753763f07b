import type { GateImage } from "../../commands/ports/gate.ts"

/** Users in one chunk: few enough that no script keeps Redis from others for long. */
const USERS_PER_CHUNK = 500

/** Fields and values of one hash, alternating. */
type Fields = (string | number)[]

/** An image as `stage.lua` takes it: chunk 0 is the gate's numbers, the others are users. */
export function chunksOf(image: GateImage): Fields[] {
  const chunks: Fields[] = [
    [
      ...["epoch", image.epoch, "rev", image.rev, "stock", image.stock],
      ...["perUserLimit", image.perUserLimit, "orderMax", image.orderMax],
      ...["startsAt", image.startsAtMs, "endsAt", image.endsAtMs],
      ...["paused", Number(image.paused), "closed", Number(image.closed)],
    ],
  ]
  let chunk: Fields = []
  for (const [userId, units] of image.users) {
    chunk.push(userId, units)
    if (chunk.length < 2 * USERS_PER_CHUNK) continue
    chunks.push(chunk)
    chunk = []
  }
  if (chunk.length > 0) chunks.push(chunk)
  return chunks
}
