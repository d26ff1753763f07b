import type { RecordedEvent } from "@eventstore/db-client"
import type { Names } from "./names.ts"

const GREATEST = 2n ** 63n - 1n

/** A revision or version as the recordings write it. */
const plain = (value: unknown): unknown =>
  typeof value !== "bigint" ? value : value === GREATEST ? "max" : Number(value)

const ERROR_FIELDS = ["code", "expectedVersion", "actualVersion", "maxAppendSize"] as const

/** An error as the recordings write it: its class, and the fields that it has. */
export function describeError(error: unknown, names: Names, withMessage: boolean): Record<string, unknown> {
  const fields = error as Record<string, unknown>
  const described: Record<string, unknown> = { error: (error as Error).constructor.name }
  for (const field of ERROR_FIELDS) if (fields[field] !== undefined) described[field] = plain(fields[field])
  if (typeof fields.streamName === "string") described.streamName = names.localStream(fields.streamName)
  if (withMessage || described.error === "UnknownError") described.message = textOf(error as Error)
  return described
}

/** Without the status that gRPC puts in front, and with the stream's name in the case. */
const textOf = ({ message }: Error): string =>
  message.replace(/^\d+ [A-Z_]+: /, "").replace(/-[0-9a-f]{8} not found$/, " not found")

/** An event as the recordings write it; `detail` shows its content. */
export function describeEvent(
  event: RecordedEvent,
  names: Names,
  options: { detail: boolean; withStream: boolean; hasPosition: boolean },
): Record<string, unknown> {
  const { id, revision, type, isJson, data, metadata } = event
  const described: Record<string, unknown> = { id: names.symbol(id), revision: plain(revision) }
  if (options.withStream) described.stream = names.localStream(event.streamId)
  if (!options.detail) return described
  Object.assign(described, {
    type,
    isJson,
    data: isJson ? data : Buffer.from(data as Uint8Array).toString("hex"),
  })
  if (metadata !== undefined) described.metadata = metadata
  described.commitPosition = options.hasPosition
  return described
}

export const describeMetadata = (metadata: unknown): unknown =>
  metadata === undefined
    ? null
    : JSON.parse(JSON.stringify(metadata), (_, value) => (value === Number(GREATEST) ? "max" : plain(value)))
