import { Counter, Gauge, type Registry } from "prom-client"
import type { Clock } from "./commands/ports/clock.ts"
import type { LeaseOf } from "./commands/ports/leases.ts"
import { type Elect, elected } from "./reactors/elected.ts"

/** Has each worker run in the process that holds its lease, and measures it. */
export function amongMany(leaseOf: LeaseOf, clock: Clock, metrics: Registry): Elect {
  const active = new Gauge({
    name: "worker_active",
    help: "1 while this process does the work of which one process is enough",
    labelNames: ["worker"],
    registers: [metrics],
  })
  const lost = new Counter({
    name: "worker_leases_lost_total",
    help: "Times that another process took over a worker that was active here",
    labelNames: ["worker"],
    registers: [metrics],
  })
  return (worker, start) => {
    const onActive = (isActive: boolean) => active.set({ worker }, Number(isActive))
    const onLost = () => lost.inc({ worker })
    onActive(false)
    return elected({ clock, lease: leaseOf(worker), onActive, onLost }, start)
  }
}
