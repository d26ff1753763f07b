import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Report } from "./worker.ts"

const PROCESSES = 2
const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export interface Search {
  readonly from: number
  readonly count: number
  /** Name of the mutation to run with. */
  readonly mutation?: string
}

/** Runs seeds in processes of their own, as many as there are cores here; ends with the first failure of each. */
export async function search({ from, count, mutation }: Search): Promise<readonly Report[]> {
  const processes = Math.min(PROCESSES, count)
  return Promise.all(
    Array.from({ length: processes }, (_, nth) =>
      work([from + nth, Math.ceil((count - nth) / processes), processes], mutation),
    ),
  )
}

function work(args: readonly number[], mutation: string | undefined): Promise<Report> {
  const hook = mutation ? ["--import", pathOf("mutations/hook.ts")] : []
  const env = mutation ? { ...process.env, MUTATION: mutation } : process.env
  const child = spawn(process.execPath, [...hook, pathOf("worker.ts"), ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  })
  let output = ""
  child.stdout.on("data", (chunk) => {
    output += chunk
  })
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(output))
      else reject(new Error(`seeds ${args} ended with ${code}`))
    })
  })
}
