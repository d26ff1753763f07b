import { Counter, Gauge, type Registry } from "prom-client"

export interface RelayMetrics {
  readonly sent: (messages: number) => void
  readonly parked: (messages: number) => void
}

/**
 * The relay's numbers in a registry; asked for again, as after a lease was lost and won, they go on. `lagMs` is how old
 * the oldest event is that is not yet sent, 0 when there is none.
 */
export function relayMetrics(registry: Registry, lagMs: () => number): RelayMetrics {
  registry.removeSingleMetric("relay_lag_seconds")
  new Gauge({
    name: "relay_lag_seconds",
    help: "Age of the oldest event in hand that Kafka has not acknowledged; 0 when there is none",
    registers: [registry],
    collect() {
      this.set(lagMs() / 1_000)
    },
  })
  const sent = counter(registry, "relay_messages_total", "Messages that Kafka has acknowledged")
  const parked = counter(registry, "relay_parked_total", "Messages set aside because they were refused")
  return { sent: (messages) => sent.inc(messages), parked: (messages) => parked.inc(messages) }
}

const counter = (registry: Registry, name: string, help: string): Counter =>
  (registry.getSingleMetric(name) as Counter | undefined) ??
  new Counter({ name, help, registers: [registry] })
