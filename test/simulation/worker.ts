/**
 * Runs seeds in a process of its own: `worker.ts FROM COUNT STEP`. Prints one line of JSON: the first seed that fails, or how
 * many passed. With `MUTATION` in the environment it is to be started with `--import mutations/hook.ts`.
 */
import { runSeed } from "./run.ts"

export interface Report {
  readonly ran: number
  readonly steps: number
  readonly failed: { readonly seed: string; readonly invariant: string; readonly message: string } | null
}

if (process.env.MUTATION) (await import("./mutations/hook.ts")).assertApplied()

const [from = 0, count = 0, step = 1] = process.argv.slice(2).map(Number)
let report: Report = { ran: 0, steps: 0, failed: null }
for (let seed = from; seed < from + count * step && !report.failed; seed += step) {
  const { violation, steps } = await runSeed(`${seed}`)
  const failed = violation && { seed: `${seed}`, invariant: violation.invariant, message: violation.message }
  report = { ran: report.ran + 1, steps: report.steps + steps, failed }
}
console.log(JSON.stringify(report))
