import type { handleUnaryCall } from "@grpc/grpc-js"
import type { Outcome } from "../storage/commands.ts"
import type { Log } from "../storage/log.ts"
import { expectedOf, isUsableName, nameOf } from "./append-request.ts"
import { streamDeleted, thrownByHandler, wrongExpectedVersion } from "./errors.ts"
import { shared, streams } from "./protocol.ts"

/** Delete hides what a stream holds until something new is written to it. */
export const deleteStream = (log: Log): handleUnaryCall<streams.DeleteReq, streams.DeleteResp> =>
  remove(log, "delete", (position) => {
    if (position === null) return new streams.DeleteResp().setNoPosition(new shared.Empty())
    const at = new streams.DeleteResp.Position()
    return new streams.DeleteResp().setPosition(at.setCommitPosition(position).setPreparePosition(position))
  })

/** Tombstone ends a stream for good. */
export const tombstoneStream = (log: Log): handleUnaryCall<streams.TombstoneReq, streams.TombstoneResp> =>
  remove(log, "tombstone", (position) => {
    if (position === null) return new streams.TombstoneResp().setNoPosition(new shared.Empty())
    const at = new streams.TombstoneResp.Position()
    return new streams.TombstoneResp().setPosition(
      at.setCommitPosition(position).setPreparePosition(position),
    )
  })

type RemoveRequest = streams.DeleteReq | streams.TombstoneReq

function remove<Response>(
  log: Log,
  kind: "delete" | "tombstone",
  answer: (position: string | null) => Response,
): handleUnaryCall<RemoveRequest, Response> {
  return ({ request }, callback) => {
    const options = request.getOptions()
    const stream = nameOf(options?.getStreamIdentifier())
    if (!options || !isUsableName(stream)) return callback(thrownByHandler())
    const expected = expectedOf({
      hasNoStream: () => options.hasNoStream(),
      hasStreamExists: () => options.hasStreamExists(),
      revision: () => (options.hasRevision() ? options.getRevision() : null),
    })
    log.submit({ kind, stream, expected }, (outcome: Outcome) => {
      switch (outcome.kind) {
        case "stream_deleted":
          return callback(streamDeleted(stream))
        case "wrong_version":
          return callback(wrongExpectedVersion(stream, NUMBERS[expected] ?? String(expected), outcome.actual))
        case "done":
          return callback(null, answer(outcome.position === null ? null : String(outcome.position)))
      }
    })
  }
}

/** The server's numbers for the special expectations, as its trailers show them. */
const NUMBERS: Record<string | number, string> = { no_stream: "-1", any: "-2", stream_exists: "-4" }
