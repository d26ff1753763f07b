import { readFileSync } from "node:fs"

/** A recorded conversation with a real server: what to do, and what it answered. */
export interface Case {
  readonly group: string
  readonly name: string
  /** Answers show an event's content too. */
  readonly detail?: boolean
  /** Answers show an error's text too. */
  readonly message?: boolean
  readonly steps: readonly { readonly do: Step; readonly answer: unknown }[]
}

export interface EventSpec {
  readonly id: string
  readonly type?: string
  readonly data?: Record<string, unknown>
  readonly metadata?: Record<string, unknown>
  /** Binary data, in hex. */
  readonly bytes?: string
  /** Bytes of padding in the data. */
  readonly size?: number
}

type Expected = number | "any" | "no_stream" | "stream_exists"
type Direction = "forwards" | "backwards"

export interface AppendStep {
  readonly op: "append"
  readonly stream: string
  readonly events?: readonly EventSpec[]
  readonly expected?: Expected
  readonly via?: "batch" | "unary"
  readonly as?: string
  readonly samePositionAs?: string
}

export interface ReadStep {
  readonly op: "read"
  readonly stream: string
  readonly direction?: Direction
  readonly from?: number | "start" | "end"
  readonly max?: number
}

export interface ReadAllStep {
  readonly op: "readAll"
  readonly direction?: Direction
  readonly from?: string | { readonly commit: number; readonly prepare: number }
  readonly nudge?: number
  readonly max?: number
  readonly countOthers?: boolean
}

export interface FilterSpec {
  readonly on: "type" | "stream" | "system"
  readonly regex?: string
  readonly prefixes?: string[]
  readonly checkpointInterval?: number
  readonly maxSearchWindow?: number
}

export interface SubscribeStep {
  readonly op: "subscribe"
  readonly stream: string
  readonly from?: number | string
  readonly filter?: FilterSpec
  readonly until?: "caughtUp" | "confirmed"
  readonly as?: string
}

export type Step =
  | AppendStep
  | ReadStep
  | ReadAllStep
  | SubscribeStep
  | { readonly op: "positions"; readonly stream: string; readonly as?: string; readonly appended?: string }
  | { readonly op: "delete" | "tombstone"; readonly stream: string; readonly expected?: Expected }
  | {
      readonly op: "setMetadata"
      readonly stream: string
      readonly metadata: Record<string, unknown>
      readonly expected?: Expected
    }
  | { readonly op: "getMetadata"; readonly stream: string }
  | { readonly op: "received"; readonly as?: string; readonly wait?: number }
  | { readonly op: "restart" }

export const cases: readonly Case[] = readFileSync(new URL("recorded/cases.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line))

/** Cases that look at the whole log or restart the server need one to themselves. */
export const needsQuiet = ({ group, steps }: Case): boolean =>
  group === "$all" ||
  group === "restart" ||
  steps.some(({ do: step }) => step.op === "subscribe" && step.stream === "$all")
