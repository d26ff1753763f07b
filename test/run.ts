/** Runs every suite in turn, each within its budget (20 minutes in all), and says what each took. `npm test -- NAME` runs some. */
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import type { JsonTestResults } from "vitest/node"

interface Suite {
  readonly name: string
  readonly commands: readonly string[]
  /** Longest that it may take; beyond it the run fails. */
  readonly budgetSeconds: number
}

const reports = mkdtempSync(join(tmpdir(), "hash-coffee-test-"))
process.on("exit", () => rmSync(reports, { recursive: true, force: true }))
const reportOf = (name: string) => join(reports, `${name}.json`)
const vitest = (name: string, folders: string) =>
  `vitest run --reporter=default --reporter=json --outputFile=${reportOf(name)} ${folders}`

// Of e2e and faults one file runs at a time: they measure times, and each brings a load of its own.
const suites: readonly Suite[] = [
  {
    name: "static",
    commands: [
      "tsc -p .",
      "biome ci --error-on-warnings .",
      "eslint src test bench",
      "depcruise src --config .dependency-cruiser.js",
      "knip",
    ],
    budgetSeconds: 60,
  },
  {
    name: "unit",
    commands: [
      vitest(
        "unit",
        "test/tidy test/config test/token test/domain test/commands test/reactors test/http test/projections test/signals test/stack",
      ),
    ],
    budgetSeconds: 80,
  },
  { name: "simulation", commands: [vitest("simulation", "test/simulation")], budgetSeconds: 120 },
  { name: "adapters", commands: [vitest("adapters", "test/infra")], budgetSeconds: 130 },
  { name: "log-server", commands: [vitest("log-server", "test/log-server")], budgetSeconds: 70 },
  { name: "kafka", commands: [vitest("kafka", "test/relay test/consumers")], budgetSeconds: 130 },
  { name: "e2e", commands: [vitest("e2e", "--no-file-parallelism test/e2e")], budgetSeconds: 240 },
  { name: "full", commands: [vitest("full", "test/full")], budgetSeconds: 160 },
  {
    name: "faults",
    commands: [vitest("faults", "--no-file-parallelism test/faults")],
    budgetSeconds: 210,
  },
]

// What a user has set for the product must not reach the tests' own processes.
const productVariables =
  /^(STACK|ROLES|HOST|PORT|DATA_DIR|EVENTSTORE_|REDIS_URL|MYSQL_URL|KAFKA_BROKERS|JWT_SECRET|LOGIN_|NOTIFICATION_|PAYMENT_|SEED_)/
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !productVariables.test(name)))

let child: ReturnType<typeof spawn> | null = null
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    // The children hear it too and stop their servers; this process only sees to it that nothing follows.
    child?.kill(signal)
    process.exitCode = 130
  })

/** Runs one command; true when it succeeded in time. */
function run(command: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    child = spawn("sh", ["-c", `exec ${command}`], { stdio: ["ignore", "inherit", "inherit"], env })
    const timer = setTimeout(() => {
      console.error(`\n${command}\n  took longer than its budget and was stopped`)
      child?.kill("SIGTERM")
    }, timeoutMs)
    child.on("exit", (code) => {
      clearTimeout(timer)
      resolve(code === 0)
    })
  })
}

/** What came of a suite: how many passed, and what failed with the first lines of why. */
interface Outcome {
  readonly passed: number
  readonly failures: readonly string[]
}

/** A suite's outcome, as vitest reported it; a static check counts as one. A suite that failed without a failing test is a failure itself. */
function outcomeOf({ name, commands }: Suite, failed: readonly string[]): Outcome {
  if (!commands[0]!.startsWith("vitest"))
    return {
      passed: commands.length - failed.length,
      failures: failed.map((command) => `${name}: ${command}`),
    }
  try {
    const report: JsonTestResults = JSON.parse(readFileSync(reportOf(name), "utf8"))
    const failures = report.testResults.flatMap(failuresOf)
    const silent = failed.length > 0 && failures.length === 0
    return {
      passed: report.numPassedTests,
      failures: silent ? [`${name}: failed, though no test did`] : failures,
    }
  } catch {
    return { passed: 0, failures: [`${name}: left no report`] }
  }
}

/** The failing tests of one file of the report, or the file itself where it could not be loaded. */
function failuresOf({
  name,
  status,
  message,
  assertionResults,
}: JsonTestResults["testResults"][number]): string[] {
  const path = relative(process.cwd(), name)
  const tests = assertionResults
    .filter((result) => result.status === "failed")
    .map(({ fullName, failureMessages }) => `${path}: ${fullName}\n${why(failureMessages?.join("\n") ?? "")}`)
  return tests.length === 0 && status === "failed" ? [`${path}\n${why(message)}`] : tests
}

/** The first lines of a failure's message, without the places in the test runner that it went through. */
const why = (message: string) =>
  message
    .split("\n")
    .filter((line) => !/^ +at .*(node_modules|Promise \(<anonymous>\))/.test(line))
    .slice(0, 20)
    .map((line) => `    ${line}`)
    .join("\n")

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name))
if (unknown.length > 0) {
  console.error(`no suite ${unknown.join(", ")}; there are: ${suites.map(({ name }) => name).join(", ")}`)
  process.exit(2)
}

const rows: string[] = []
const failures: string[] = []
let passed = 0
for (const suite of suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  if (process.exitCode === 130) break
  const began = performance.now()
  const failed: string[] = []
  for (const command of suite.commands) {
    if (process.exitCode === 130) break
    console.log(`\n── ${suite.name}: ${command.replace(/--reporter.*?\.json/, "").trim()}`)
    const leftMs = suite.budgetSeconds * 1_000 - (performance.now() - began)
    if (!(await run(command, Math.max(leftMs, 1)))) failed.push(command)
  }
  const outcome = outcomeOf(suite, failed)
  passed += outcome.passed
  failures.push(...outcome.failures)
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const word = failed.length === 0 ? "ok    " : "FAILED"
  rows.push(`${word} ${suite.name.padEnd(12)} ${seconds.padStart(6)} s of ${suite.budgetSeconds} s`)
}

// At the very end, where whoever reads only the last lines finds what failed, and why.
for (const failure of failures) console.log(`\nFAILED ${failure}`)
console.log(`\n${rows.join("\n")}\n${passed} passed, ${failures.length} failed`)
if (failures.length > 0) process.exitCode ||= 1
