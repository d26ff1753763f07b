/** Before each message: whether it is compressed, and its length. */
const HEAD_BYTES = 5

/** Messages one after the other, as gRPC has them on the wire, none of them compressed. */
export function pieceOf(messages: readonly Buffer[]): Buffer {
  let size = 0
  for (const message of messages) size += HEAD_BYTES + message.length
  const target = Buffer.allocUnsafe(size)
  let at = 0
  for (const message of messages) {
    target[at] = 0
    target.writeUInt32BE(message.length, at + 1)
    target.set(message, at + HEAD_BYTES)
    at += HEAD_BYTES + message.length
  }
  return target
}
