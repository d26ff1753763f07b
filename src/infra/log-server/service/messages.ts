import { shared, streams } from "./protocol.ts"

// The messages of a read that are not events, ready to be sent.

const encode = (message: streams.ReadResp): Buffer => Buffer.from(message.serializeBinary())

export const caughtUp: Buffer = encode(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()))

export const confirmation = (subscriptionId: string): Buffer =>
  encode(
    new streams.ReadResp().setConfirmation(
      new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(subscriptionId),
    ),
  )

export const checkpoint = (position: number): Buffer =>
  encode(
    new streams.ReadResp().setCheckpoint(
      new streams.ReadResp.Checkpoint()
        .setCommitPosition(String(position))
        .setPreparePosition(String(position)),
    ),
  )

export const streamNotFound = (stream: string): Buffer =>
  encode(
    new streams.ReadResp().setStreamNotFound(
      new streams.ReadResp.StreamNotFound().setStreamIdentifier(
        new shared.StreamIdentifier().setStreamName(Buffer.from(stream, "utf8")),
      ),
    ),
  )
