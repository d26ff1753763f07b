import { setTimeout as sleep } from "node:timers/promises"
import {
  type AllStreamRecordedEvent,
  binaryEvent,
  END,
  type EventData,
  type EventStoreDBClient,
  jsonEvent,
  type Position,
  START,
} from "@eventstore/db-client"
import type { AppendStep, Case, EventSpec, ReadAllStep, ReadStep, Step } from "./case.ts"
import { describeError, describeEvent, describeMetadata } from "./describe.ts"
import { createNames } from "./names.ts"
import { createRecorder } from "./subscriptions.ts"

/** What a case needs beside the client. */
export interface Stage {
  readonly client: EventStoreDBClient
  /** Kills the server and starts it on the same data; resolves when the client is answered again. */
  restart(): Promise<void>
}

/** Plays a case and answers what came back, step by step, as the recordings write it. */
export async function play(recorded: Case, { client, restart }: Stage): Promise<unknown[]> {
  const names = createNames()
  const positions = new Map<string, Position>()
  const subscriptions = createRecorder(client, names, positions, recorded.message ?? false)

  const toEvent = ({ id, type = "t", data, metadata, bytes, size }: EventSpec): EventData => {
    const common = { id: names.id(id), type, metadata }
    if (bytes !== undefined) return binaryEvent({ ...common, data: Buffer.from(bytes, "hex") })
    if (size !== undefined) return jsonEvent({ ...common, data: { id, padding: "x".repeat(size) } })
    return jsonEvent({ ...common, data: data ?? { id } })
  }
  const revision = (expected: number | string | undefined) =>
    (typeof expected === "number" ? BigInt(expected) : expected) as bigint | "any" | undefined

  async function append(step: AppendStep) {
    const { stream, events = [{ id: "only" }], expected, via, as, samePositionAs } = step
    const { success, nextExpectedRevision, position } = await client.appendToStream(
      names.stream(stream),
      events.map(toEvent),
      {
        ...(expected === undefined ? {} : { expectedRevision: revision(expected) }),
        // The client makes the unary call when it has credentials to send.
        ...(via === "unary" ? { credentials: { username: "admin", password: "changeit" } } : {}),
      },
    )
    if (as && position) positions.set(as, position)
    return {
      success,
      nextExpectedRevision: Number(nextExpectedRevision),
      position: position !== undefined,
      ...(samePositionAs ? { samePosition: position?.commit === positions.get(samePositionAs)?.commit } : {}),
    }
  }

  async function read({ stream, direction, from, max }: ReadStep) {
    const events = []
    const fromRevision = typeof from === "number" ? BigInt(from) : from
    for await (const { event, commitPosition } of client.readStream(names.stream(stream), {
      ...(direction ? { direction } : {}),
      ...(fromRevision === undefined ? {} : { fromRevision }),
      ...(max === undefined ? {} : { maxCount: max }),
    })) {
      if (!event) continue
      const hasPosition = commitPosition !== undefined
      events.push(
        describeEvent(event, names, { detail: recorded.detail ?? false, withStream: false, hasPosition }),
      )
    }
    return { events }
  }

  async function readAll({ direction, from, nudge = 0, max, countOthers }: ReadAllStep) {
    const events = []
    let others = 0
    for await (const { event, commitPosition } of client.readAll({
      ...(direction ? { direction } : {}),
      fromPosition: positionFrom(from, nudge),
      ...(max === undefined ? {} : { maxCount: max }),
    })) {
      const own = event && names.isOwn(event.streamId) ? event : null
      if (!own) others++
      else
        events.push(
          describeEvent(own as AllStreamRecordedEvent, names, {
            detail: recorded.detail ?? false,
            withStream: true,
            hasPosition: commitPosition !== undefined,
          }),
        )
    }
    return { events, ...(countOthers ? { others } : {}) }
  }

  function positionFrom(from: ReadAllStep["from"], nudge: number) {
    if (from === undefined || from === "start") return START
    if (from === "end") return END
    const named = typeof from === "string" ? positions.get(from) : from
    if (!named) throw new Error(`the case names no position ${JSON.stringify(from)}`)
    return { commit: BigInt(named.commit) + BigInt(nudge), prepare: BigInt(named.prepare) + BigInt(nudge) }
  }

  async function lookAtPositions({ stream, as, appended }: Step & { op: "positions" }) {
    const found: Position[] = []
    for await (const { event } of client.readStream(names.stream(stream)))
      if (event?.position) found.push(event.position)
    if (as)
      found.forEach((position, index) => {
        positions.set(`${as}${index}`, position)
      })
    return {
      strictlyIncreasing: found.every(
        ({ commit }, index) => index === 0 || commit > found[index - 1]!.commit,
      ),
      commitEqualsPrepare: found.every(({ commit, prepare }) => commit === prepare),
      ...(appended
        ? { appendPositionIsLastEvents: found.at(-1)?.commit === positions.get(appended)?.commit }
        : {}),
    }
  }

  async function perform(step: Step): Promise<unknown> {
    switch (step.op) {
      case "append":
        return append(step)
      case "read":
        return read(step)
      case "readAll":
        return readAll(step)
      case "positions":
        return lookAtPositions(step)
      case "delete":
      case "tombstone": {
        const remove = step.op === "delete" ? client.deleteStream : client.tombstoneStream
        const expectedRevision = revision(step.expected) as "any" | undefined
        const options = expectedRevision === undefined ? {} : { expectedRevision }
        const { position } = await remove.call(client, names.stream(step.stream), options)
        return { position: position !== undefined }
      }
      case "setMetadata": {
        const expectedRevision = revision(step.expected)
        const options = expectedRevision === undefined ? {} : { expectedRevision }
        const set = await client.setStreamMetadata(names.stream(step.stream), step.metadata, options)
        return { success: set.success, nextExpectedRevision: Number(set.nextExpectedRevision) }
      }
      case "getMetadata": {
        const { metadata, streamName } = await client.getStreamMetadata(names.stream(step.stream))
        return { metadata: describeMetadata(metadata), streamName: names.localStream(streamName) }
      }
      case "subscribe":
        await subscriptions.open(step)
        return { until: step.until ?? "caughtUp" }
      case "received":
        await sleep(step.wait ?? 400)
        return { log: subscriptions.log(step.as) }
      case "restart":
        await restart()
        return { restarted: true }
    }
  }

  const answers: unknown[] = []
  for (const { do: step } of recorded.steps)
    answers.push(await perform(step).catch((error) => describeError(error, names, recorded.message ?? false)))
  await subscriptions.close()
  return answers
}
