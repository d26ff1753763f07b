import type { handleBidiStreamingCall, ServerDuplexStream } from "@grpc/grpc-js"
import { pieceOf } from "../../wire/piece.ts"
import type { Log } from "../storage/log.ts"
import type { ProposedEvent } from "../wire/proposed-event.ts"
import { bytesOf, isUsableName, MAX_APPEND_BYTES, validate } from "./append-request.ts"
import { badRequest, batchAnswer, timeout, tooLarge } from "./batch-answer.ts"
import { type BatchOptions, readPart } from "./batch-request.ts"
import { senderOf } from "./call-inside.ts"
import { malformed } from "./errors.ts"

/** An append of which some messages have come. */
interface Unfinished {
  readonly correlationId: Buffer
  readonly options: BatchOptions
  readonly events: ProposedEvent[]
  bytes: number
}

/** Most appends of one call that may have begun and not ended. */
const MOST_UNFINISHED = 256

/** One long call carries all appends of a client; each answer names its append by a correlation id. */
export function batchAppend(log: Log): handleBidiStreamingCall<Buffer, Buffer> {
  return (call) => {
    const unfinished = new Map<string, Unfinished>()
    let unanswered = 0
    let clientDone = false

    const sender = senderOf(call)
    let answers: Buffer[] = []

    /** The answers of one turn, which are many after a commit, go out together. */
    function answer(response: Buffer): void {
      if (answers.push(response) === 1) queueMicrotask(sendAnswers)
    }
    function sendAnswers(): void {
      const ready = answers
      answers = []
      if (call.cancelled || sender.closed()) return
      // A client that does not read its answers is not read either: nothing piles up here.
      if (!sender.send(pieceOf(ready)) && !call.isPaused()) {
        call.pause()
        void sender.drained().then(() => call.resume())
      }
      endWhenDone()
    }
    const endWhenDone = () => {
      if (clientDone && unanswered === 0 && answers.length === 0) call.end()
    }

    function take(message: Buffer): void {
      const part = readPart(message)
      const key = part.correlationId.toString("latin1")
      let append = unfinished.get(key)
      if (!append) {
        // Without options nobody knows what to append to: EventStoreDB never answers either.
        if (!part.options) return
        append = { correlationId: part.correlationId, options: part.options, events: [], bytes: 0 }
        if (unfinished.size >= MOST_UNFINISHED) throw new RangeError("too many unfinished appends")
        unfinished.set(key, append)
      }
      for (const event of part.events) {
        append.bytes += bytesOf(event)
        // Beyond the limit the append is refused anyway: only its size is still of interest.
        if (append.bytes <= MAX_APPEND_BYTES) append.events.push(event)
      }
      if (!part.isFinal) return
      unfinished.delete(key)
      finish(append)
    }

    function finish({ correlationId, options, events, bytes }: Unfinished): void {
      const { stream, expected, deadlineMs } = options
      const valid = validate(events)
      const reply = (outcome: Parameters<typeof batchAnswer>[3]) =>
        answer(batchAnswer(correlationId, stream, expected, outcome))
      if (!isUsableName(stream)) reply(badRequest("a stream needs a name of at most 32,768 characters"))
      else if (bytes > MAX_APPEND_BYTES) reply(tooLarge(MAX_APPEND_BYTES))
      else if (!valid.ok) reply(badRequest(`an event's ${valid.property} is ${valid.problem}`))
      else if (deadlineMs < Date.now()) reply(timeout())
      else {
        unanswered++
        log.submit({ kind: "append", stream, expected, events: valid.events }, (outcome) => {
          unanswered--
          reply(outcome)
        })
      }
    }

    call.on("data", (message: Buffer) => {
      try {
        take(message)
      } catch (error) {
        call.emit("error", malformed(error))
      }
    })
    call.on("end", () => {
      clientDone = true
      endWhenDone()
    })
  }
}

export type BatchCall = ServerDuplexStream<Buffer, Buffer>
