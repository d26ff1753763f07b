import type { GateWorld } from "../contract/gate/world.ts"
import type { Command, Request } from "./gate-commands.ts"
import { MINUTE, type SaleModel, STEP_MINUTES } from "./gate-model.ts"

/** One random history of a sale. */
export interface Run {
  readonly saleId: string
  readonly model: SaleModel
  /** World and token -> the run that its server answered with that claim. */
  readonly claimed: Map<string, string>
}

const idOf = ({ userId, key }: Request): string => `${userId}:${key}`

/** Performs a command on the model's log, or on every world; the replies are made comparable. */
export async function perform(run: Run, worlds: readonly GateWorld[], command: Command): Promise<unknown[]> {
  if (appended(run.model, command)) return []
  if (command.kind === "forward") run.model.pass(command.steps * STEP_MINUTES)
  if (command.kind === "rebuild") run.model.append({ kind: "gate_opened", epoch: epochOf(run.model) + 1 })
  const replies: unknown[] = []
  for (const [index, world] of worlds.entries()) {
    const reply = await ask(run, world, index, command)
    replies.push(comparable(reply, world.now()))
  }
  return replies
}

const epochOf = (model: SaleModel): number => model.foldAt(model.head()).epoch

/** True for a command that is an event of the log. */
function appended(model: SaleModel, command: Command): boolean {
  switch (command.kind) {
    case "log_reserved":
    case "log_refused": {
      const requestId = idOf(command.request)
      if (model.outcomes.has(requestId)) return true
      if (command.kind === "log_refused") model.append({ kind: "refused", requestId })
      else {
        const { userId } = command.request
        model.append({ kind: "reserved", requestId, userId, quantity: command.quantity })
      }
      return true
    }
    case "log_released": {
      const [released] = model.held.splice(command.pick % Math.max(model.held.length, 1), 1)
      if (released) model.append({ kind: "released", userId: released.userId, quantity: released.quantity })
      return true
    }
    case "log":
      model.append(command.change)
      return true
    case "log_changed": {
      const [startsAt, endsAt] = [model.clock() + command.from, model.clock() + command.to]
      model.append({ kind: "changed", ...command.terms, startsAt, endsAt })
      return true
    }
    case "log_fence":
      model.append({ kind: "gate_opened", epoch: epochOf(model) + 1 })
      return true
    default:
      return false
  }
}

async function ask(run: Run, world: GateWorld, index: number, command: Command): Promise<unknown> {
  const { saleId, model } = run
  const { gate } = world
  switch (command.kind) {
    case "reserve": {
      const { request, quantity, payload } = command
      const { userId } = request
      return gate.reserve(saleId, { requestId: idOf(request), userId, quantity, payloadHash: payload })
    }
    case "apply": {
      const look = await gate.look(saleId)
      const firstRev = Math.max(0, (look.kind === "loaded" ? look.rev : 0) + 1 - command.back)
      return gate.apply(saleId, firstRev, model.changesFor(world.now(), firstRev, command.count))
    }
    case "drop": {
      const requestId = idOf(command.request)
      return gate.drop(saleId, requestId, model.outcomes.get(requestId) ?? command.outcomeRev)
    }
    case "find":
      return gate.find(saleId, idOf(command.request))
    case "forward":
      return world.forward(saleId, command.steps * STEP_MINUTES * MINUTE)
    case "claim":
      return claim(run, world, index, command.token, epochOf(model) + command.ahead)
    case "renew":
      return gate.renew(saleId, command.token)
    case "load":
      return load(run, world, index, command.token)
    case "rebuild": {
      const reply = await claim(run, world, index, "a", epochOf(model))
      return [reply, await load(run, world, index, "a")]
    }
    case "lose":
      return world.lose(saleId)
    case "retire":
      return gate.retire(saleId)
    default:
      throw new Error(`${command.kind} is no question to a gate`)
  }
}

async function claim(run: Run, world: GateWorld, index: number, token: string, epoch: number) {
  const { run: serverRun, ...reply } = { run: "", ...(await world.gate.claim(run.saleId, token, epoch)) }
  if (serverRun) run.claimed.set(`${index}:${token}`, serverRun)
  return reply
}

function load(run: Run, world: GateWorld, index: number, token: string): Promise<string> {
  const serverRun = run.claimed.get(`${index}:${token}`) ?? "never claimed"
  return world.gate.load(run.saleId, token, serverRun, run.model.imageFor(world.now()))
}

/** Instants and durations in whole minutes by the gate's own clock, and permits in an order. */
function comparable(reply: unknown, now: number): unknown {
  return JSON.parse(JSON.stringify(reply ?? null), (name, value) => {
    if (name === "grantedAtMs") return Math.round((now - value) / MINUTE)
    if (name === "waitMs") return Math.round(value / MINUTE)
    return value
  })
}
