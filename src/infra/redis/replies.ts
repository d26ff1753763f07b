import type {
  ApplyReply,
  ClaimReply,
  DropReply,
  FindReply,
  GateState,
  LookReply,
  Permit,
  ReserveReply,
  ReserveRequest,
} from "../../commands/ports/gate.ts"

/** A script's reply: a word, then what its header in `lua/` says. */
type Reply = readonly [string, ...unknown[]]

const stateOf = ([, epoch, rev, stock]: Reply): GateState => ({
  epoch: epoch as number,
  rev: rev as number,
  stock: stock as number,
})

const permitOf = (fields: readonly unknown[]): Permit => ({
  requestId: fields[0] as string,
  userId: fields[1] as string,
  quantity: fields[2] as number,
  payloadHash: fields[3] as string,
  grantedAtMs: fields[4] as number,
})

/** A reply that no script sends means that adapter and scripts do not match: a bug. */
const unexpected = (reply: unknown): Error =>
  new Error(`unexpected reply of the gate: ${JSON.stringify(reply)}`)

/** One reply for each request, in their order. */
export function reserveReplies(
  raw: unknown,
  asked: readonly { readonly request: ReserveRequest }[],
): ReserveReply[] {
  if (typeof raw !== "string") return asked.map(() => ({ kind: notLoaded(raw as Reply) }))
  const [epoch, rev, instant, before, replies] = JSON.parse(raw) as [...Shared, readonly (string | Reply)[]]
  if (replies.length !== asked.length) throw unexpected(raw)
  let stock = before
  return asked.map(({ request }, index) => {
    const reply = replies[index]!
    if (reply === "granted") stock -= request.quantity
    return reserveReply(reply, { epoch, rev, stock }, instant, request.requestId)
  })
}

/** What is the same for all requests of a script: epoch, rev, instant, and the stock before them. */
type Shared = [number, number, number, number]

function notLoaded(reply: Reply): "not_loaded" {
  if (reply[0] !== "not_loaded") throw unexpected(reply)
  return reply[0]
}

/** `reply` is a word, or a word and what the script's header says of it. */
function reserveReply(
  reply: string | Reply,
  state: GateState,
  instant: number,
  requestId: string,
): ReserveReply {
  const kind = typeof reply === "string" ? reply : reply[0]
  switch (kind) {
    case "granted":
      return { kind, ...state, grantedAtMs: instant }
    case "pending":
      return { kind, ...state, permit: permitOf([requestId, ...reply.slice(1)]) }
    case "request_conflict":
    case "sale_not_open":
    case "sale_paused":
    case "invalid_quantity":
    case "limit_exceeded":
      return { kind, ...state }
    case "sold_out":
      return { kind, ...state, permitsPending: reply[1] === 1 }
    case "wait":
      return { kind, ...state, waitMs: reply[1] as number }
    default:
      throw unexpected(reply)
  }
}

export function applyReply(raw: unknown): ApplyReply {
  const reply = raw as Reply
  const kind = reply[0]
  if (kind === "not_loaded") return { kind }
  if (kind === "applied" || kind === "gap") return { kind, ...stateOf(reply) }
  throw unexpected(reply)
}

export function dropReply(raw: unknown): DropReply {
  const reply = raw as Reply
  const kind = reply[0]
  if (kind === "not_loaded") return { kind }
  if (kind === "dropped" || kind === "absent" || kind === "behind") return { kind, ...stateOf(reply) }
  throw unexpected(reply)
}

export function claimReply(raw: unknown): ClaimReply {
  const reply = raw as Reply
  const kind = reply[0]
  if (kind === "busy") return { kind }
  if (kind === "claimed") return { kind, run: reply[1] as string }
  if (kind === "loaded") return { kind, ...stateOf(reply) }
  throw unexpected(reply)
}

export function lookReply(raw: unknown): LookReply {
  const reply = raw as Reply
  const kind = reply[0]
  if (kind === "not_loaded") return { kind }
  if (kind !== "loaded") throw unexpected(reply)
  return {
    kind,
    ...stateOf(reply),
    paused: reply[4] === 1,
    closed: reply[5] === 1,
    permits: reply[6] as number,
    pendingUnits: reply[7] as number,
    overdue: (reply[8] as unknown[][]).map(permitOf),
  }
}

export function findReply(raw: unknown, requestId: string): FindReply {
  const reply = raw as Reply
  const kind = reply[0]
  if (kind === "not_loaded") return { kind }
  if (kind === "absent") return { kind, ...stateOf(reply) }
  if (kind === "pending") {
    return { kind, ...stateOf(reply), permit: permitOf([requestId, ...reply.slice(4)]) }
  }
  throw unexpected(reply)
}

export function takenReply(raw: unknown): readonly string[] {
  const reply = raw as Reply
  if (reply[0] !== "taken") throw unexpected(reply)
  return reply[1] as string[]
}

/** A reply of one word: whether it is the one of success. */
export function isWord<Yes extends string>(raw: unknown, yes: Yes, no: string): boolean {
  const reply = raw as Reply
  if (reply[0] !== yes && reply[0] !== no) throw unexpected(reply)
  return reply[0] === yes
}
