import { Metadata, status } from "@grpc/grpc-js"

/** An error that gRPC sends as it is: status, text and trailers. */
export interface CallError extends Error {
  readonly code: status
  readonly details: string
  readonly metadata: Metadata
}

function callError(code: status, details: string, trailers: Record<string, string> = {}): CallError {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, ascii(value))
  return Object.assign(new Error(details), { code, details, metadata })
}

/** Trailers hold ASCII only. */
const ascii = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : encodeURI(text))

export const streamDeleted = (stream: string): CallError =>
  callError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: "stream-deleted",
    "stream-name": stream,
  })

/** `expected` and `actual` in the server's numbers: -1 no stream, -2 any, -4 stream exists. */
export const wrongExpectedVersion = (stream: string, expected: string, actual: number): CallError =>
  callError(
    status.FAILED_PRECONDITION,
    `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: "wrong-expected-version",
      "stream-name": stream,
      "expected-version": expected,
      "actual-version": String(actual),
    },
  )

export const missingMetadata = (property: string): CallError =>
  callError(status.INVALID_ARGUMENT, `Required Metadata Property '${property}' is missing`, {
    exception: "missing-required-metadata-property",
    "required-metadata-properties": "type,content-type",
  })

export const appendTooLarge = (limitBytes: number): CallError =>
  callError(status.INVALID_ARGUMENT, `Maximum Append Size of ${limitBytes} Exceeded.`, {
    exception: "maximum-append-size-exceeded",
    "maximum-append-size": String(limitBytes),
  })

/** What EventStoreDB says when a request makes no sense to it. */
export const thrownByHandler = (): CallError => callError(status.UNKNOWN, "Exception was thrown by handler.")

export const unexpectedResult = (of: "ReadStreamResult" | "ReadAllResult"): CallError =>
  callError(status.UNKNOWN, `Unexpected ${of}: Error`)

export const malformed = (cause: unknown): CallError =>
  callError(
    status.INVALID_ARGUMENT,
    `the request cannot be read: ${cause instanceof Error ? cause.message : cause}`,
  )

export const stopping = (): CallError => callError(status.UNAVAILABLE, "The log server is stopping.")
