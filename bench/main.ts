/** `npm run bench`: each scenario against a bare baseline in the same run. */
import { writeFileSync } from "node:fs"
import { Command, InvalidArgumentError } from "commander"
import { startLoad } from "./harness/load.ts"
import { describeMachine } from "./harness/machine.ts"
import { type Measured, measured, type Report, tableOf } from "./harness/report.ts"
import type { Bench, Own } from "./harness/scenario.ts"
import { scenarios } from "./scenarios.ts"

const FULL = { rounds: 3, seconds: 4, scale: 1 }
const QUICK = { rounds: 2, seconds: 2, scale: 0.2 }

const names = scenarios.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`).join("\n")
const program = new Command("bench")
  .description(
    "Measures Hash Coffee against bare baselines in the same run, each in turn, and checks what came out.",
  )
  .argument("[names...]", "which scenarios; all by default")
  .option("--rounds <n>", "how often each side is measured", positive)
  .option("--seconds <n>", "of one measurement, a quarter of it warm-up", positive)
  .option("--quick", "fewer rounds, shorter, with fewer events: for a first impression", false)
  .option("--json <file>", "writes what was measured there, too")
  .option("--profile <folder>", "has every process write a CPU profile there as it ends")
  .addHelpText("after", `\nScenarios, in their order:\n${names}`)
  .parse()

interface Options {
  readonly rounds?: number
  readonly seconds?: number
  readonly quick: boolean
  readonly json?: string
  readonly profile?: string
}
const { quick, json, profile, ...given } = program.opts<Options>()
const settings = { ...(quick ? QUICK : FULL), ...given }
const unknown = program.args.filter((name) => !scenarios.some((scenario) => scenario.name === name))
if (unknown.length > 0) program.error(`no scenario ${unknown.join(", ")}; there are:\n${names}`)
if (profile) process.env.NODE_OPTIONS = `--cpu-prof --cpu-prof-dir=${profile}`

const rows: Measured[] = []
const failed: Record<string, string> = {}
const machine = await describeMachine()
const load = startLoad()
let owned = new AsyncDisposableStack()
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void owned.disposeAsync().finally(() => process.exit(130)))

for (const { name, title, run } of scenarios) {
  if (program.args.length > 0 && !program.args.includes(name)) continue
  console.error(`\n${name}: ${title}`)
  const began = performance.now()
  owned = new AsyncDisposableStack()
  const own: Own = (thing) => owned.adopt(thing, (opened) => opened.close() as Promise<void>)
  const bench: Bench = { ...settings, load, own, tell: (line) => console.error(`  ${line}`) }
  try {
    const found = (await run(bench)).map((row) => measured(name, row))
    rows.push(...found)
    console.error(tableOf(found))
  } catch (cause) {
    failed[name] = String(cause)
    console.error(`  FAILED: ${cause instanceof Error ? cause.stack : cause}`)
  }
  await owned.disposeAsync()
  console.error(`  ${((performance.now() - began) / 1_000).toFixed(0)} s`)
}
await load.close()

const { rounds, seconds } = settings
const report: Report = { at: new Date().toISOString(), machine, rounds, seconds, rows, failed }
if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
console.log(
  `\n${Object.entries(machine)
    .map(([what, value]) => `${what}: ${value}`)
    .join(", ")}`,
)
console.log(
  `${rounds} rounds of ${seconds} s each; medians, ratios round by round with the smallest and the largest\n`,
)
console.log(tableOf(rows))
for (const [name, reason] of Object.entries(failed)) console.log(`\n${name} FAILED: ${reason}`)
if (Object.keys(failed).length > 0) process.exitCode = 1

function positive(text: string): number {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError("a number above 0")
  return number
}
