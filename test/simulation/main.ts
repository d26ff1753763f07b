/**
 * `npm run test:simulation`: runs seeds, and shows the shortest history of the first that fails. `SEED=...` replays one;
 * `--seeds N` and `--from N` say which; `--mutants` searches for every mutation, `--mutant NAME` for one.
 */
import { parseArgs } from "node:util"
import { drawPlan } from "./draw-plan.ts"
import { mutations } from "./mutations/index.ts"
import { runPlan } from "./run.ts"
import { search } from "./search.ts"
import { shrink } from "./shrink.ts"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "2000" },
    from: { type: "string", default: "1" },
    mutants: { type: "boolean", default: false },
    mutant: { type: "string" },
  },
})
const [from, count] = [Number(values.from), Number(values.seeds)]

if (process.env.SEED) await replay(process.env.SEED)
else if (values.mutants || values.mutant) await findMutants()
else await run()

async function run(): Promise<void> {
  const began = performance.now()
  const reports = await search({ from, count })
  const failed = reports.flatMap((report) => report.failed ?? [])
  const [ran, steps] = [sum(reports.map((each) => each.ran)), sum(reports.map((each) => each.steps))]
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  console.log(`${ran} seeds, ${steps} steps in ${seconds} s, ${failed.length} failed`)
  if (failed[0]) await replay(failed[0].seed)
}

/** Tells a seed's story; when it fails, in the shortest way that still fails. */
async function replay(seed: string): Promise<void> {
  const plan = drawPlan(seed)
  const first = await runPlan(plan, true)
  const shortest = first.violation ? await shrink(plan, first.violation.invariant) : plan
  const { history, violation } = shortest === plan ? first : await runPlan(shortest, true)
  console.log(JSON.stringify(shortest, null, 2))
  console.log(history.join("\n"))
  console.log(violation ? `\nseed ${seed} breaks "${violation.message}"` : `\nseed ${seed} holds`)
  if (!violation) return
  console.log(`replay it: SEED=${seed} npm run test:simulation`)
  process.exitCode = 1
}

async function findMutants(): Promise<void> {
  for (const { name, rule } of mutations) {
    if (values.mutant && values.mutant !== name) continue
    const reports = await search({ from, count, mutation: name })
    const [found] = reports
      .flatMap(({ failed }) => failed ?? [])
      .sort((a, b) => Number(a.seed) - Number(b.seed))
    console.log(
      `${name}: ${found ? `seed ${found.seed}, ${found.message.slice(0, 160)}` : `NOT FOUND (${rule})`}`,
    )
    if (!found) process.exitCode = 1
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
