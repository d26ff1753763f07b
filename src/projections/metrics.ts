import { Counter, type Registry } from "prom-client"

/** Counts the batches that could not be written. Anything but 0 wants a look: the read models stand still meanwhile. */
export function countFailures(registry: Registry): () => void {
  const failures = new Counter({
    name: "read_models_failures_total",
    help: "Times that the read models could not follow the log and began again from their checkpoint",
    registers: [registry],
  })
  return () => failures.inc()
}
