import type { Api } from "./buyer.ts"

/** Every sample of a process, `name{labels}` to its number. */
export async function metricsOf(asked: Api): Promise<Record<string, number>> {
  const { body } = await asked("GET", "/metrics")
  const samples = String(body)
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
  return Object.fromEntries(
    samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
  )
}
