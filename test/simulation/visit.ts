import { asViolation } from "./invariants/violation.ts"
import type { Life } from "./node.ts"
import { isOutage, type World } from "./world.ts"

/** How long a client waits for an answer. */
const PATIENCE_MS = 1_500

/** Where a request was answered, and by what time it came. */
export interface Visit {
  readonly life: Life
  readonly arrivedAtMs: number
  /** Whether its client has gone. */
  readonly isGone: () => boolean
}

/**
 * Sends a request to a process as a client does. Null when nobody answers: the process is down, stalls or dies over it,
 * or answers 503. What it does goes on all the same.
 */
export function visit<Answer>(
  world: World,
  nodeIndex: number,
  what: string,
  handle: (visit: Visit) => Promise<Answer>,
): Promise<Answer | null> {
  const { timeline, nodes, note, fail } = world
  const random = world.draw(what)
  return new Promise((resolve) => {
    let gone = false
    const hangUp = timeline.after(PATIENCE_MS, null, () => {
      gone = true
      resolve(null)
    })
    timeline.after(random.between(0.1, 1), null, () => {
      const { life } = nodes[nodeIndex % nodes.length]!
      if (life) timeline.after(0, life.owner, () => void arrive(life))
      else leave(null)
    })

    async function arrive(life: Life): Promise<void> {
      note(() => `${what} comes to ${life.owner.name}`)
      const answer = await handle({ life, arrivedAtMs: timeline.nowMs(), isGone: () => gone }).catch(
        (cause: unknown) => {
          note(() => `${life.owner.name} cannot answer ${what}: ${cause}`)
          if (!isOutage(cause)) fail(asViolation(cause))
          return null
        },
      )
      leave(answer)
    }

    function leave(answer: Answer | null): void {
      hangUp()
      timeline.after(random.between(0.1, 1), null, () => resolve(answer))
    }
  })
}

/** Sends a request again and again, to one process after the other, until somebody answers it. */
export async function visitUntilAnswered<Answer>(
  world: World,
  nodeIndex: number,
  what: string,
  handle: (visit: Visit) => Promise<Answer | null>,
): Promise<Answer> {
  const random = world.draw(`${what}, until answered`)
  for (let node = nodeIndex; ; node = random.int(world.nodes.length)) {
    const answer = await visit(world, node, what, handle)
    if (answer !== null) return answer
    await world.timeline.sleep(random.between(20, 200), null)
  }
}
