import type { Mutation } from "./mutation.ts"

const twin = "src/infra/in-process-gate.ts"
const reserve = "src/infra/in-process-gate/reserve.ts"
/** Rules that only a server apart has are in `lua/_gate.lua`, and in the simulation's server. */
const server = "test/simulation/redis.ts"

/** Rules of the gate's scripts. */
export const gateMutations: readonly Mutation[] = [
  {
    name: "no sentinels",
    rule: "each of the three keys carries the load's token as a sentinel, so that a lost key is seen",
    edits: [
      { file: server, from: "const sentinelsThere = lostKeys.size === 0", to: "const sentinelsThere = true" },
    ],
    found: { seed: "69", invariant: "I9 gate = log" },
  },
  {
    name: "run not compared",
    rule: "after a restart or a fail-over the run differs, and the gate counts as not loaded",
    edits: [
      {
        file: server,
        from: "const underThisRun = loadedUnder === memory.run",
        to: "const underThisRun = true",
      },
    ],
    found: { seed: "28", invariant: "no sold cup is offered again" },
  },
  {
    name: "permit granted twice",
    rule: "a request id among the permits is answered with that permit",
    edits: [{ file: reserve, from: "  if (permit) {", to: "  if (permit && permit.quantity < 0) {" }],
    found: { seed: "7", invariant: "no order of a permit older than a refusal" },
  },
  {
    name: "drop before the outcome",
    rule: "drop gives a permit back only once rev has passed its outcome",
    edits: [{ file: twin, from: "if (gate.rev < outcomeRev) return", to: "if (gate.rev < -1) return" }],
    found: { seed: "40", invariant: "no sold cup is offered again" },
  },
  {
    name: "load without a claim",
    rule: "load checks that the claim is the caller's",
    edits: [{ file: twin, from: "if (ownerOf(saleId) !== token || claimedRun", to: "if (claimedRun" }],
    found: { seed: "2", invariant: "no loaded gate is replaced" },
  },
  {
    name: "load under another run",
    rule: "load checks that the run is that of the claim",
    edits: [{ file: twin, from: " || claimedRun !== memory.run)", to: " || !claimedRun)" }],
    found: { seed: "1047", invariant: "no sold cup is offered again" },
  },
  {
    name: "claim of a loaded gate",
    rule: "others ask claim again, which then says loaded",
    edits: [
      {
        file: twin,
        from: "if (gate && gate.epoch >= epoch) return",
        to: "if (gate && gate.epoch > 1_000) return",
      },
    ],
    found: { seed: "2", invariant: "no rebuild of a loaded gate" },
  },
  {
    name: "renew without the token",
    rule: "the claim is renewed with a check of the token",
    edits: [{ file: twin, from: "if (ownerOf(saleId) !== token) return false", to: "" }],
    found: { seed: "800", invariant: "no loaded gate is replaced" },
  },
  {
    name: "grants beside a memory, after a reply",
    rule: "a reply that may be remembered sets grantFrom",
    edits: [{ file: reserve, from: "gate.grantFromMs = nowMs + soldOutMemoryMs\n    return", to: "return" }],
    found: { seed: "24", invariant: "no grant beside a sold-out memory" },
  },
  {
    name: "grants beside a memory, after a load",
    rule: "each load but that of epoch 1 sets grantFrom",
    edits: [
      {
        file: twin,
        from: "image.epoch === 1 ? 0 : grantFromMs",
        to: "image.epoch === 1 ? grantFromMs - grantFromMs : 0",
      },
    ],
    found: { seed: "216", invariant: "no grant beside a sold-out memory" },
  },
]
