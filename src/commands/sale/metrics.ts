import { Counter, Gauge, Histogram, type Registry } from "prom-client"
import type { LookReply } from "../ports/gate.ts"
import type { SaleObserver } from "./deps.ts"
import type { LiveSale } from "./live-sale.ts"
import type { LiveSales } from "./live-sales.ts"

/** Measures the write loops of all sales together: a group is one observation, however many orders it has. */
export function observeGroups(registry: Registry): SaleObserver {
  const registers = [registry]
  const size = new Histogram({
    name: "sale_group_events",
    help: "Events that went into a sale's stream with one append",
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers,
  })
  const seconds = new Histogram({
    name: "sale_append_seconds",
    help: "Time from the beginning of a group's append until its outcome was known",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const conflicts = new Counter({
    name: "sale_append_conflicts_total",
    help: "Groups that lost their place in the stream to another process and were decided again",
    registers,
  })
  return {
    appended(events, ms) {
      size.observe(events)
      seconds.observe(ms / 1_000)
    },
    conflicted: () => conflicts.inc(),
  }
}

/** Counts what failed behind a request's back and is done again. */
export function countTroubles(registry: Registry): () => void {
  const troubles = new Counter({
    name: "sale_troubles_total",
    help: "Failures around a sale's gate and stream that no request saw; each is in the log, and is tried again",
    registers: [registry],
  })
  return () => troubles.inc()
}

/**
 * What every sale that this process serves is like now. The sale's id is the label: at most `LIVE_MAX` of them, read
 * when somebody asks, so that a sale that was let go leaves no series behind. What is not known is not there.
 */
export function measureSales(registry: Registry, sales: Pick<LiveSales, "all">): void {
  const gauge = (name: string, help: string, measure: (live: LiveSale) => number | null) =>
    new Gauge({
      name,
      help,
      labelNames: ["sale"],
      registers: [registry],
      collect() {
        this.reset()
        for (const live of sales.all()) {
          const value = measure(live)
          if (value !== null) this.set({ sale: live.sale.id }, value)
        }
      },
    })
  const ofGate = (measure: (gate: LoadedGate) => number) => (live: LiveSale) => {
    const reply = live.sight.last()?.reply
    return reply?.kind === "loaded" ? measure(reply) : null
  }
  gauge("sale_gate_loaded", "1 while the sale's gate can be trusted, 0 while it is being loaded", (live) => {
    const seen = live.sight.last()
    return seen && Number(seen.reply.kind === "loaded")
  })
  gauge(
    "sale_gate_epoch",
    "How often the gate was opened in all",
    ofGate(({ epoch }) => epoch),
  )
  gauge(
    "sale_permits_pending",
    "Permits that the log has not decided yet",
    ofGate(({ permits }) => permits),
  )
  gauge(
    "sale_gate_lag_events",
    "Events of the sale that its gate had not applied at the last look",
    (live) => live.sight.last()?.gateLagEvents ?? null,
  )
  gauge(
    "sale_fold_lag_seconds",
    "For how long this process has lacked events of the sale that its gate has",
    (live) => live.sight.foldLagMs() / 1_000,
  )
  gauge(
    "sale_append_silent_seconds",
    "For how long the append under way has not been answered",
    (live) => live.writer.silentMs() / 1_000,
  )
  gauge(
    "sale_oversold_units",
    "Cups held and sold beyond the sale's capacity: must be 0 always",
    ({ sale }) => Math.max(sale.taken - sale.capacity, 0),
  )
}

type LoadedGate = Extract<LookReply, { kind: "loaded" }>
