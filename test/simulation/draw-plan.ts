import { type Action, type Fault, type NodeFault, type Plan, sequels, TROUBLE_MS, type When } from "./plan.ts"
import { type Random, randomOf } from "./random.ts"
import { themed } from "./themes.ts"
import type { Weather } from "./wire.ts"

const FIVE_MINUTES = 300_000

export const drawPlan = (seed: string): Plan => themed(drawBare(seed))

function drawBare(seed: string): Plan {
  const random = randomOf(`${seed}/plan`)
  const nodes = 1 + random.int(3)
  const endsSoon = random.chance(0.1)
  const skewed = !endsSoon && random.chance(0.4)
  const storm = random.chance(0.25)
  const stock = 1 + random.int(3)
  return {
    seed,
    terms: { stock, perUserLimit: 1 + random.int(2), paymentWindowSeconds: 1 + random.int(4) },
    endsAfterMs: endsSoon ? random.between(500, TROUBLE_MS) : 3_600_000,
    skewsMs: Array.from({ length: nodes }, () =>
      skewed ? random.pick([-FIVE_MINUTES, 0, random.between(-2_000, 2_000), FIVE_MINUTES]) : 0,
    ),
    elected: random.chance(0.3),
    projects: random.chance(0.1),
    handsOver: nodes > 1 && random.chance(0.5),
    readLagMs: random.pick([0, 50, 800]),
    weather: drawWeather(random, storm),
    actions: drawActions(random, nodes, stock),
    faults: drawFaults(random, nodes, storm),
  }
}

function drawWeather(random: Random, storm: boolean): Weather {
  const rate = () => random.pick([0, 0, 0.01, 0.04, 0.15])
  const rates = () => ({ lost: rate(), answerLost: rate(), late: rate(), slow: random.pick([0, 0.1, 0.5]) })
  const other = { lost: rate() / 2, answerLost: rate() / 2, late: 0, slow: 0.1 }
  const log = rates()
  const gate = storm ? { ...rates(), late: 0.25 } : rates()
  const lag = random.pick([0, 0.1, 0.5, 1])
  return { log, gate, other, lag, workersLag: lag, beaten: rate() }
}

function drawActions(random: Random, nodes: number, stock: number): Action[] {
  const actions: Action[] = []
  const users = 2 + random.int(4)
  // A rush at once, or purchases here and there.
  const spreadMs = random.pick([5, 100, 1_500, TROUBLE_MS])
  const purchases = stock + 1 + random.int(7)
  for (let n = 0; n < purchases; n++) {
    actions.push({
      kind: "buy",
      atMs: random.between(0, spreadMs),
      user: `u${1 + random.int(users)}`,
      key: `k${1 + random.int(2)}`,
      quantity: random.chance(0.8) ? 1 : 2,
      node: random.int(nodes),
      againMs: Array.from({ length: random.int(5) }, () => random.pick([1, 20, 200, 1_000, 2_500])),
      keen: random.pick([0, 0, 3, 10]),
      sequel: random.chance(0.15) ? "cancels" : random.pick(sequels),
      paceMs: random.pick([1, 50, 800]),
    })
  }
  const kinds = ["adjust", "adjust", "pause", "resume", "rename", "renew gate"] as const
  for (let n = random.int(4); n > 0; n--)
    actions.push({
      kind: random.pick(kinds),
      atMs: random.between(0, TROUBLE_MS),
      node: random.int(nodes),
      delta: random.pick([-1, 1, 1]),
    })
  return actions.sort((one, other) => one.atMs - other.atMs)
}

const momentous = [
  ...["log.append", "log.append", "log.read", "gate.reserve", "gate.apply", "gate.apply", "gate.claim"],
  ...[
    "gate.load",
    "gate.load",
    "gate.drop",
    "gate.look",
    "gate.offer",
    "gate.take",
    "checkpoint.save",
    "provider.refund",
  ],
]

/** In fair weather few faults of every kind; in a storm the gate is lost again and again, mostly while it is rebuilt. */
function drawFaults(random: Random, nodes: number, storm: boolean): Fault[] {
  const sameRun = random.chance(0.15)
  const call = () => random.pick(storm ? ["gate.claim", "gate.load", "gate.reserve"] : momentous)
  const drawWhen = (): When =>
    random.chance(0.4)
      ? { atMs: random.between(0, TROUBLE_MS) }
      : {
          call: call(),
          nth: 1 + random.int(random.pick([2, 8, 40])),
          moment: random.pick(["before", "after"]),
        }
  const nodeFaults: NodeFault[] = storm
    ? ["crash", "sleep", "sleep", "sleep"]
    : ["crash", "crash", "restart", "sleep", "sleep", "no log", "no gate"]
  return Array.from({ length: storm ? 2 + random.int(8) : random.int(6) }, (): Fault => {
    const when = drawWhen()
    if (random.chance(storm ? 0.4 : 0.6)) {
      const forMs = random.pick([0, 100, 700, 1_500, 3_500])
      return { kind: random.pick(nodeFaults), when, node: random.int(nodes), forMs }
    }
    switch (random.int(5)) {
      case 0:
        return { kind: "wipe", when }
      case 3:
        return { kind: "two fail-overs", when, ago: random.int(10), afterMs: random.between(20, 400) }
      case 1:
        return { kind: "older copy", when, ago: random.int(10), sameRun }
      case 2:
        return { kind: "lose key", when, key: random.pick(["gate", "users", "permits"]) }
      default:
        return { kind: "end leases", when }
    }
  })
}
