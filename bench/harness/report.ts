import type { Machine } from "./machine.ts"
import { median, ratios } from "./rounds.ts"
import type { Goal, Row } from "./scenario.ts"

/** A row as it is told: with medians, and each goal with whether it is met. */
export interface Measured extends Row {
  readonly scenario: string
  readonly median: number
  readonly baselineMedian: number | null
  /** Median of the rounds' ratios; null without a baseline. */
  readonly ratio: number | null
  readonly judged: readonly (Goal & { readonly met: boolean })[]
}

export interface Report {
  readonly at: string
  readonly machine: Machine
  readonly rounds: number
  readonly seconds: number
  readonly rows: readonly Measured[]
  /** Scenarios that threw, with the reason: their numbers do not count. */
  readonly failed: Readonly<Record<string, string>>
}

export function measured(scenario: string, row: Row): Measured {
  const ratio = row.baseline ? median(ratios(row.ours, row.baseline)) : null
  const value = median(row.ours)
  const judged = row.goals.map((goal) => {
    const number = goal.of === "ratio" ? ratio! : value
    const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = goal
    return { ...goal, met: number >= atLeast && number <= atMost }
  })
  return {
    ...{ scenario, ...row, median: value, ratio, judged },
    baselineMedian: row.baseline ? median(row.baseline) : null,
  }
}

const HEAD = ["scenario", "", "ours", "baseline", "ratio", "goal", "seen"]

/** A table in Markdown, which is also one on a terminal. */
export function tableOf(rows: readonly Measured[]): string {
  const lines = [HEAD, ...rows.map(cellsOf)]
  const widths = HEAD.map((_, column) => Math.max(3, ...lines.map((line) => line[column]!.length)))
  const text = lines.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`,
  )
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`
  return [text[0], rule, ...text.slice(1)].join("\n")
}

const cellsOf = (row: Measured): string[] => [
  row.scenario,
  row.what,
  `${short(row.median)} ${row.unit}`,
  row.baselineMedian === null ? "" : short(row.baselineMedian),
  row.ratio === null ? "" : `${row.ratio.toFixed(2)} (${spreadOf(row)})`,
  row.judged.map(goalText).join(", "),
  Object.entries(row.seen ?? {})
    .map(([name, value]) => `${name} ${typeof value === "number" ? short(value) : value}`)
    .join(", "),
]

/** The smallest and the largest ratio of a round. */
function spreadOf({ ours, baseline }: Measured): string {
  const all = ratios(ours, baseline!)
  return `${Math.min(...all).toFixed(2)}-${Math.max(...all).toFixed(2)}`
}

function goalText({ of, atLeast, atMost, met }: Measured["judged"][number]): string {
  const bound = atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`
  return `${of === "ratio" ? "ratio " : ""}${bound} ${met ? "met" : "NOT MET"}`
}

export const short = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : Number(value.toPrecision(3)).toString()
