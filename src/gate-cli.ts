import { Command } from "commander"
import { defaultSaleTimes, noObserver, type SaleDeps } from "./commands/sale/deps.ts"
import { type GateStatus, gateStatus } from "./commands/sale/gate-status.ts"
import { renewGate } from "./commands/sale/renew-gate.ts"
import { awaitServers } from "./compose/await-servers.ts"
import { parseConfig } from "./config.ts"
import { createEventStore } from "./infra/event-store.ts"
import { newId } from "./infra/new-id.ts"
import { openRedis, openRedisCluster } from "./infra/redis/client.ts"
import { createRedisGate } from "./infra/redis/redis-gate.ts"
import { systemClock as clock } from "./infra/system-clock.ts"
import { stayAwake } from "./stay-awake.ts"

// A sale's gate against its log. Exit code 1: they differ; 2: it could not be found out.

/** How long servers that do not answer are waited for, and how long a rebuild may take. */
const PATIENCE_MS = 10_000
const REBUILD_MS = 60_000

const program = new Command("gate").description(
  "A sale's gate against its log, number by number (full profile)",
)

program
  .command("status")
  .description("shows both and the drift between them; exit code 1 when there is any")
  .argument("<saleId>")
  .action((saleId: string) => withGate((deps) => show(deps, saleId)))

program
  .command("rebuild")
  .description("fences the gate and loads it anew from the log, then shows both")
  .argument("<saleId>")
  .action((saleId: string) =>
    withGate(async (deps) => {
      if (await renewGate(deps, saleId, AbortSignal.timeout(REBUILD_MS))) console.log("loaded from the log")
      await show(deps, saleId)
    }),
  )

const sleep = stayAwake()
try {
  await program.parseAsync()
} catch (cause) {
  fail(cause instanceof Error ? cause.message : String(cause))
} finally {
  sleep()
}

async function withGate(work: (deps: SaleDeps) => Promise<void>): Promise<void> {
  const config = parseConfig(process.env)
  if (config.stack === "embedded")
    return void console.log(
      "STACK=embedded: the gate lives inside the process of npm start, which loads it from the log at each start",
    )
  const { redisUrls, eventStoreUrl } = config
  const redis =
    redisUrls.length === 1 ? openRedis(redisUrls[0]!, () => {}) : openRedisCluster(redisUrls, () => {})
  const times = defaultSaleTimes
  const gate = createRedisGate({ redis, times })
  const store = createEventStore({ url: eventStoreUrl })
  const tell = (line: string) => console.error(line)
  const report: SaleDeps["report"] = (what, cause) => tell(`${what}: ${cause}`)
  const servers = [
    { name: "Redis", check: () => redis.ping() },
    { name: "the event log", check: store.endPosition },
  ]
  try {
    await awaitServers(servers, { clock, tell, signal: AbortSignal.timeout(PATIENCE_MS) }).wait()
    await work({
      ...{ store, gate, handover: null, clock, newId },
      ...{ random: Math.random, times, report, observer: noObserver },
    })
  } finally {
    await gate.close()
    await store.close()
  }
}

async function show(deps: SaleDeps, saleId: string): Promise<void> {
  const status = await gateStatus(deps, saleId)
  if (!status) return fail(`there is no sale ${saleId}`)
  console.log(table(status))
  if (status.drifted) process.exitCode = 1
}

function table({ log, gate, logAtGate, drift, drifted }: GateStatus): string {
  const row = (name: string, ofGate: unknown, atGate: unknown, atEnd: unknown) =>
    [name.padEnd(28), ...[ofGate, atGate, atEnd].map((value) => String(value ?? "-").padStart(16))].join("")
  const left = (numbers: typeof logAtGate) => numbers && numbers.capacity - numbers.taken
  return [
    row("", "gate", "log at its rev", "log at its end"),
    row("epoch", gate?.epoch, logAtGate?.epoch, log.epoch),
    row("rev", gate?.rev, logAtGate?.rev, log.rev),
    row("capacity", null, logAtGate?.capacity, log.capacity),
    row("held + sold", null, logAtGate?.taken, log.taken),
    row("capacity - held - sold", null, left(logAtGate), left(log)),
    row("stock", gate?.stock, null, null),
    row("permits", gate?.permits, null, null),
    row("units of permits", gate?.pendingUnits, null, null),
    row("stock + units of permits", gate && gate.stock + gate.pendingUnits, left(logAtGate), left(log)),
    row("drift", drift, null, null),
    gate
      ? drifted
        ? "the gate and the log differ"
        : "the gate and the log agree"
      : "the gate is not loaded",
  ].join("\n")
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 2
}
