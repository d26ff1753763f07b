import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http"
import type { FastifyReply } from "fastify"
import { securityLinesBeside } from "./security-headers.ts"

/** What answers tell and ask when their head is made. */
export interface AnswerDeps {
  /** A request was answered, `ms` milliseconds after its head had arrived. */
  observe(labels: { method: string; route: string; status: number }, ms: number): void
  /** True when the process lets its connections go. */
  isClosing(): boolean
}

/** What an answer has beyond Node's. */
interface Ending {
  /** The pattern of the route that answers. */
  route: string
  endWith(status: number, lines: string, text: string): void
}

/**
 * The class of all answers: with the security headers, timed, and with a goodbye while the process closes. All of it happens
 * in `_storeHeader`, where Node makes the head of an answer: as hooks of Fastify it would cost a crowd's answers several
 * times as much, and no hook runs for a path that the router cannot read. That every answer has it is tested on the wire.
 */
export const answerClass = ({ observe, isClosing }: AnswerDeps) =>
  class Answer<Request extends IncomingMessage = IncomingMessage>
    extends ServerResponse<Request>
    implements Ending
  {
    route = "none"
    readonly arrivedMs = performance.now()
    lines = ""

    endWith(status: number, lines: string, text: string): void {
      // Whoever was answered is not answered again: Node would end the process.
      if (this.headersSent) return
      this.statusCode = status
      this.lines = lines
      this.end(text)
    }

    _storeHeader(firstLine: string, headers: OutgoingHttpHeaders | undefined): void {
      const { route, statusCode: status, arrivedMs, lines } = this
      observe({ method: this.req.method as string, route, status }, performance.now() - arrivedMs)
      if (isClosing()) this.shouldKeepAlive = false
      storeHeader.call(this, firstLine + securityLinesBeside(headers) + lines, headers)
    }
  }

const { _storeHeader: storeHeader } = ServerResponse.prototype as unknown as {
  _storeHeader: (firstLine: string, headers: OutgoingHttpHeaders | undefined) => void
}

/** The content type of what is no problem. */
export const JSON_LINE = "content-type: application/json; charset=utf-8\r\n"

const answerOf = (reply: FastifyReply): Ending => reply.raw as unknown as Ending

/** Names the route that answers, for whoever measures. */
export function nameRoute(reply: FastifyReply, route: string): void {
  answerOf(reply).route = route
}

/**
 * Answers with a text, and with lines of headers that are known to be good, each with its end of line; Node adds the length.
 * Past Fastify, which reads the content type again and copies and checks each header of each answer; headers that were
 * given to `reply` before are not sent.
 */
export function endWith(reply: FastifyReply, status: number, lines: string, text: string): FastifyReply {
  answerOf(reply).endWith(status, lines, text)
  return reply
}
