import { Counter, Histogram, type Registry } from "prom-client"
import type { SaleObserver } from "./deps.ts"

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
