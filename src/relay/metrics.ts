import { Counter, type Registry } from "prom-client"

export interface RelayMetrics {
  readonly sent: (messages: number) => void
  readonly parked: (messages: number) => void
}

/** The relay's numbers in a registry; asked for again, as after a lease was lost and won, they go on. */
export function relayMetrics(registry: Registry): RelayMetrics {
  const sent = counter(registry, "relay_messages_total", "Messages that Kafka has acknowledged")
  const parked = counter(registry, "relay_parked_total", "Messages set aside because they were refused")
  return { sent: (messages) => sent.inc(messages), parked: (messages) => parked.inc(messages) }
}

const counter = (registry: Registry, name: string, help: string): Counter =>
  (registry.getSingleMetric(name) as Counter | undefined) ??
  new Counter({ name, help, registers: [registry] })
