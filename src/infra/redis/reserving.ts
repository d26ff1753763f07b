import type { Gate, ReserveReply, ReserveRequest } from "../../commands/ports/gate.ts"
import { gateKeys } from "./keys.ts"
import { reserveReplies } from "./replies.ts"
import type { RunScript } from "./scripts.ts"

/** Requests in one script: few enough that no script keeps Redis from others for long. */
const REQUESTS_PER_SCRIPT = 100

interface Asked {
  readonly request: ReserveRequest
  readonly resolve: (reply: ReserveReply) => void
  readonly reject: (cause: unknown) => void
}

/**
 * Asks for cups in the order in which they are wanted: all that one turn of the event loop brings for a sale goes to Redis as
 * one script, because under a crowd a command costs more than what it does. Whatever befalls the script befalls each of them.
 */
export function createReserving(run: RunScript, soldOutMemoryMs: number): Gate["reserve"] {
  const askedOf = new Map<string, Asked[]>()

  function sendAll(saleId: string): void {
    const asked = askedOf.get(saleId) ?? []
    askedOf.delete(saleId)
    for (let from = 0; from < asked.length; from += REQUESTS_PER_SCRIPT) {
      void send(saleId, asked.slice(from, from + REQUESTS_PER_SCRIPT))
    }
  }

  async function send(saleId: string, asked: readonly Asked[]): Promise<void> {
    const args: (string | number)[] = [soldOutMemoryMs]
    for (const { request } of asked) {
      args.push(request.requestId, request.userId, request.quantity, request.payloadHash)
    }
    try {
      const replies = reserveReplies(await run("reserve", gateKeys(saleId), args), asked)
      for (const [index, { resolve }] of asked.entries()) resolve(replies[index]!)
    } catch (cause) {
      for (const { reject } of asked) reject(cause)
    }
  }

  return (saleId, request) =>
    new Promise((resolve, reject) => {
      const own = { request, resolve, reject }
      const asked = askedOf.get(saleId)
      if (asked) asked.push(own)
      else {
        askedOf.set(saleId, [own])
        setImmediate(sendAll, saleId)
      }
    })
}
