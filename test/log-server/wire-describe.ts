import type shared from "@eventstore/db-client/generated/shared_pb.js"
import type pb from "@eventstore/db-client/generated/streams_pb.js"
import type { Metadata } from "@grpc/grpc-js"

export interface Status {
  readonly code: number
  readonly details: string
  readonly trailers: Record<string, unknown>
}

export const statusOf = ({
  code,
  details,
  metadata,
}: {
  code: number
  details: string
  metadata: Metadata
}): Status => {
  const { "content-type": _, date: __, ...trailers } = metadata.getMap()
  // grpc-js says OK where others say nothing.
  return { code, details: code === 0 ? "" : details, trailers }
}

const isPosition = (key: string) => key === "commitPosition" || key === "preparePosition"

/** Without what is absent, and without the positions themselves. */
export const cleaned = (object: unknown): unknown =>
  JSON.parse(JSON.stringify(object, (key, value) => (isPosition(key) ? "<position>" : value)))

export function whichOf(response: pb.AppendResp) {
  const wrong = response.getWrongExpectedVersion()
  return {
    result: response.getResultCase(),
    ...(wrong && {
      current: wrong.getCurrentRevisionOptionCase(),
      expected: wrong.getExpectedRevisionOptionCase(),
      current2060: wrong.getCurrentRevisionOption2060Case(),
      expected2060: wrong.getExpectedRevisionOption2060Case(),
    }),
  }
}

export function describeBatch(answer: pb.BatchAppendResp) {
  const error = answer.getError()
  const details = error?.getDetails()
  const success = answer.getSuccess()
  return {
    resultCase: answer.getResultCase(),
    expectedCase: answer.getExpectedStreamPositionCase(),
    ...(success && { success: cleaned(success.toObject()) }),
    ...(error &&
      details && {
        error: {
          code: error.getCode(),
          message: error.getMessage(),
          typeUrl: details.getTypeUrl(),
          detailsHex: Buffer.from(details.getValue_asU8()).toString("hex"),
        },
      }),
    streamIdentifier: { streamName: nameIn(answer.getStreamIdentifier()) },
    streamPosition: answer.getStreamPosition(),
  }
}

const nameIn = (named: shared.StreamIdentifier | undefined) =>
  Buffer.from(named?.getStreamName_asU8() ?? []).toString("utf8")

const CONTENT = ["", "EVENT", "CONFIRMATION", "CHECKPOINT", "STREAM_NOT_FOUND", "", "", "", "CAUGHT_UP"]

export function describeMessage(response: pb.ReadResp): Record<string, unknown> {
  const content = CONTENT[response.getContentCase()]
  const read = response.getEvent()
  const event = read?.getEvent()
  if (!read || !event) return { content, value: describeValue(response) }
  const { created: _, ...metadata } = Object.fromEntries(event.getMetadataMap().toObject(false, () => ""))
  return {
    content,
    event: {
      streamRevision: event.getStreamRevision(),
      commit: event.getCommitPosition() === read.getCommitPosition(),
      metadata,
      positionCase: read.getPositionCase(),
      hasLink: read.hasLink(),
      dataLength: event.getData_asU8().length,
      customMetadataLength: event.getCustomMetadata_asU8().length,
      idString: event.getId()?.hasString(),
      idStructured: event.getId()?.hasStructured(),
    },
  }
}

function describeValue(response: pb.ReadResp): unknown {
  if (response.hasConfirmation()) {
    const uuid = /^[0-9a-f-]{36}$/.test(response.getConfirmation()?.getSubscriptionId() ?? "") ? "<uuid>" : ""
    return { confirmation: { subscriptionId: uuid } }
  }
  if (response.hasCaughtUp()) return { caughtUp: {} }
  if (response.hasStreamNotFound()) {
    const streamName = nameIn(response.getStreamNotFound()?.getStreamIdentifier())
    return { streamNotFound: { streamIdentifier: { streamName } } }
  }
  return cleaned(response.toObject())
}
