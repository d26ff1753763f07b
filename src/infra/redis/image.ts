import type { GateImage } from "../../commands/ports/gate.ts"

/** Users in one chunk: few enough that no script keeps Redis from others for long. */
const USERS_PER_CHUNK = 500

/** Fields and values of one hash, alternating. */
type Fields = (string | number)[]

/**
 * An image as `stage.lua` takes it: chunk 0 is the gate's numbers, the others are users. Each is made when it is asked for,
 * so that a large image keeps this process from nothing else.
 */
export function* chunksOf(image: GateImage): Generator<Fields> {
  yield [
    ...["epoch", image.epoch, "rev", image.rev, "stock", image.stock],
    ...["perUserLimit", image.perUserLimit, "orderMax", image.orderMax],
    ...["startsAt", image.startsAtMs, "endsAt", image.endsAtMs],
    ...["paused", Number(image.paused), "closed", Number(image.closed)],
  ]
  let chunk: Fields = []
  for (const [userId, units] of image.users) {
    chunk.push(userId, units)
    if (chunk.length < 2 * USERS_PER_CHUNK) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
