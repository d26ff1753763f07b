import { IncomingMessage } from "node:http"

/** Largest body that is read, in bytes. */
const BODY_LIMIT_BYTES = 16 * 1024

/** Told of a body once it is whole, or of null as soon as it is longer than the limit. */
type OnBody = (body: Buffer | null) => void

/**
 * The class of all requests: keeps the body as Node brings it, part by part, until it is asked for. As a stream, which is
 * what Node makes of it, a body takes three turns of the queue of ticks and a dozen calls; the bodies here are short, and a
 * crowd's mostly come with their heads. What is beyond the limit is dropped.
 */
export class Asked extends IncomingMessage {
  private parts: Buffer[] = []
  private bytes = 0
  private onBody: OnBody | null = null

  /** Once a request; called back at once when the body is there, and never when the client goes away before its end. */
  readBody(onBody: OnBody): void {
    this.onBody = onBody
    this.tell()
  }

  /** Called by Node: with each part, and with null behind the last one, when the request is `complete`. */
  override push(part: Buffer | null): boolean {
    if (part === null) this.emit("end")
    else {
      this.bytes += part.length
      if (this.isTooLong()) this.parts = []
      else this.parts.push(part)
    }
    this.tell()
    return true
  }

  /** Called by Node when the request was answered, to read on to the next one: there is nothing left to be read. */
  _dump(): void {}

  private isTooLong(): boolean {
    return this.bytes > BODY_LIMIT_BYTES
  }

  private tell(): void {
    const { onBody, parts } = this
    if (!onBody || !(this.complete || this.isTooLong())) return
    this.onBody = null
    this.parts = []
    onBody(this.isTooLong() ? null : parts.length === 1 ? parts[0]! : Buffer.concat(parts))
  }
}

// Asked by Node when the request was answered: it lets go of one that has ended at once, else at its "end", or with the next one.
Object.defineProperty(Asked.prototype, "readableEnded", {
  get(this: Asked) {
    return this.complete
  },
})
