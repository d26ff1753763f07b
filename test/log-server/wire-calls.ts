import { randomUUID } from "node:crypto"
import { GossipClient } from "@eventstore/db-client/generated/gossip_grpc_pb.js"
import type { ClusterInfo } from "@eventstore/db-client/generated/gossip_pb.js"
import { ServerFeaturesClient } from "@eventstore/db-client/generated/serverfeatures_grpc_pb.js"
import type { SupportedMethods } from "@eventstore/db-client/generated/serverfeatures_pb.js"
import shared from "@eventstore/db-client/generated/shared_pb.js"
import { StreamsClient } from "@eventstore/db-client/generated/streams_grpc_pb.js"
import type pb from "@eventstore/db-client/generated/streams_pb.js"
import { credentials, type ServiceError } from "@grpc/grpc-js"
import { cleaned, describeBatch, describeMessage, type Status, statusOf, whichOf } from "./wire-describe.ts"
import {
  appendRequests,
  batchRequest,
  deleteRequest,
  type ReadTarget,
  readRequest,
  type Target,
  tombstoneRequest,
} from "./wire-requests.ts"

/** The raw calls of the client; each answers as the recordings write it. */
export function wireCalls(address: string) {
  const insecure = credentials.createInsecure()
  const streams = new StreamsClient(address, insecure)
  const features = new ServerFeaturesClient(address, insecure)
  const gossip = new GossipClient(address, insecure)

  return {
    getSupportedMethods: () =>
      unary(
        (done: Callback<SupportedMethods>) => features.getSupportedMethods(new shared.Empty(), done),
        (response) => ({
          serverVersion: response.getEventStoreServerVersion(),
          methods: response.getMethodsList().map((method) => {
            const list = method.getFeaturesList().join(",")
            return `${method.getServiceName()}/${method.getMethodName()}${list ? ` [${list}]` : ""}`
          }),
        }),
      ),

    gossip: () =>
      unary(
        (done: Callback<ClusterInfo>) => gossip.read(new shared.Empty(), done),
        (response) => response.toObject(),
      ),

    append: (target: Target, events: number, metadata?: Record<string, string>) =>
      unary(
        (done: Callback<pb.AppendResp>) => {
          const call = streams.append(done)
          for (const request of appendRequests(target, events, metadata)) call.write(request)
          call.end()
        },
        (response) => ({ response: cleaned(response.toObject()), which: whichOf(response) }),
      ),

    delete: (target: Target) =>
      unary(
        (done: Callback<pb.DeleteResp>) => streams.delete(deleteRequest(target), done),
        (response) => ({ response: cleaned(response.toObject()) }),
      ),

    tombstone: (target: Target) =>
      unary(
        (done: Callback<pb.TombstoneResp>) => streams.tombstone(tombstoneRequest(target), done),
        (response) => ({ response: cleaned(response.toObject()) }),
      ),

    /** Sends one append, and behind it one that is always answered: what came before that is the answer. */
    async batchAppend(target: Target | null, events: number, deadline?: Date) {
      const call = streams.batchAppend()
      const marker = randomUUID()
      const answers: unknown[] = []
      const marked = new Promise<void>((resolve, reject) => {
        call.on("error", reject)
        call.on("data", (answer: pb.BatchAppendResp) => {
          if (answer.getCorrelationId()?.getString() === marker) resolve()
          else answers.push(describeBatch(answer))
        })
      })
      call.write(batchRequest(randomUUID(), target, events, deadline))
      call.write(batchRequest(marker, { stream: "marker" }, 1))
      await marked
      call.end()
      return { answers }
    },

    /** Reads to the end, or to the first message of the kind `until`, then cancels the call. */
    read(target: ReadTarget, until?: string) {
      const messages: Record<string, unknown>[] = []
      const call = streams.read(readRequest(target))
      return new Promise<{ messages: Record<string, unknown>[]; status: Status }>((resolve) => {
        call.on("data", (response: pb.ReadResp) => {
          const described = describeMessage(response)
          messages.push(described)
          if (described.content === until) call.cancel()
        })
        call.on("error", () => {})
        call.on("status", (status) => resolve({ messages, status: statusOf(status) }))
      })
    },

    close() {
      for (const client of [streams, features, gossip]) client.close()
    },
  }
}

type Callback<Response> = (error: ServiceError | null, response: Response) => void

function unary<Response, Described>(
  call: (done: Callback<Response>) => void,
  describe: (response: Response) => Described,
): Promise<Described | { status: Status }> {
  return new Promise((resolve) => {
    call((error, response) => resolve(error ? { status: statusOf(error) } : describe(response)))
  })
}
