import { Counter, type Registry } from "prom-client"

/** Counts what followers of the log could not do at once. Anything but 0 wants a look: that follower stands still meanwhile. */
export function countFailures(registry: Registry): (follower: string) => void {
  const failures = new Counter({
    name: "follower_failures_total",
    help: "Times that a follower of the log could not do its work and began again from its checkpoint",
    labelNames: ["follower"],
    registers: [registry],
  })
  return (follower) => failures.inc({ follower })
}
