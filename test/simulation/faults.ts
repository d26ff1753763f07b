import type { Fault, Plan } from "./plan.ts"
import type { World } from "./world.ts"

/** A graceful stop is cut short after so long. */
const STOP_MS = 3_000

/** Has every fault of the plan strike at its time, or around its call. */
export function unleash(world: World, { faults }: Plan): void {
  const waiting = new Map<string, { readonly nth: number; readonly fault: Fault }[]>()
  const counts = new Map<string, number>()
  for (const fault of faults) {
    const { when } = fault
    if ("atMs" in when) world.timeline.after(when.atMs, null, () => strike(world, fault, null))
    else {
      const name = `${when.moment} ${when.call}`
      waiting.set(name, [...(waiting.get(name) ?? []), { nth: when.nth, fault }])
    }
  }
  world.passing = (owner, call, moment) => {
    const name = `${moment} ${call}`
    const those = waiting.get(name)
    if (!those) return
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    for (const { nth, fault } of those) if (nth === count) strike(world, fault, owner.name)
  }
}

/** `caller`: whoever makes the call that the fault waited for; it is the one to be struck then. */
function strike(world: World, fault: Fault, caller: string | null): void {
  if (world.isCalm()) return
  const { redis, leases, handovers, note } = world
  note(() => `fault: ${JSON.stringify(fault)}`)
  switch (fault.kind) {
    case "wipe":
      redis.wipe()
      void handovers.wipe()
      break
    case "older copy":
      redis.restore(redis.copy(fault.ago), fault.sameRun)
      break
    case "two fail-overs": {
      const copy = redis.copy(fault.ago)
      redis.wipe()
      void handovers.wipe()
      world.timeline.after(fault.afterMs, null, () => redis.restore(copy, false))
      break
    }
    case "lose key":
      redis.loseKey(fault.key)
      break
    case "end leases":
      leases.end()
      handovers.endLeases()
      break
    default:
      strikeNode(world, fault, caller)
  }
}

function strikeNode(
  world: World,
  { kind, node: index, forMs }: Extract<Fault, { forMs: number }>,
  caller: string | null,
): void {
  const { timeline, nodes } = world
  const node = nodes.find(({ life }) => life && life.owner.name === caller) ?? nodes[index % nodes.length]!
  const { life } = node
  if (!life) return
  const startLater = () => timeline.after(forMs, null, () => world.start(node))
  switch (kind) {
    case "crash":
      world.crash(node)
      startLater()
      return
    case "sleep":
      life.owner.state = "asleep"
      timeline.after(forMs, null, () => timeline.wake(life.owner))
      return
    case "no log":
    case "no gate":
      world.cuts.cut(life.owner, kind === "no log" ? "log." : "gate.", forMs)
      return
    case "restart": {
      node.life = null
      const end = () => {
        if (life.owner.state === "dead") return
        timeline.wake(life.owner)
        life.owner.state = "dead"
        startLater()
      }
      timeline.after(STOP_MS, null, end)
      void life.workers
        .stop()
        .then(() => life.sales.stop())
        .then(end)
    }
  }
}
