import { randomUUID } from "node:crypto"
import type { handleUnaryCall } from "@grpc/grpc-js"
import { features, gossip, shared } from "./protocol.ts"

/** The version whose answers this server gives. */
const VERSION = "23.10.6"

const STREAMS = "event_store.client.streams.streams"

/** Service, method and its features, as EventStoreDB lists them. What is not listed is UNIMPLEMENTED. */
const METHODS: readonly (readonly [service: string, method: string, features: string[]])[] = [
  [STREAMS, "read", ["position", "events"]],
  [STREAMS, "append", []],
  [STREAMS, "delete", []],
  [STREAMS, "tombstone", []],
  [STREAMS, "batchappend", ["deadline_duration"]],
  ["event_store.client.gossip.gossip", "read", []],
  ["event_store.client.server_features.serverfeatures", "getsupportedmethods", []],
]

/** Tells clients what they may call. */
export const getSupportedMethods: handleUnaryCall<shared.Empty, features.SupportedMethods> = (
  _,
  callback,
) => {
  const methods = METHODS.map(([service, method, list]) =>
    new features.SupportedMethod().setServiceName(service).setMethodName(method).setFeaturesList(list),
  )
  callback(null, new features.SupportedMethods().setEventStoreServerVersion(VERSION).setMethodsList(methods))
}

const TICKS_PER_MS = 10_000n

/** Tells clients that look for a cluster that this is all of it: one leader, reached at `port()`. */
export function readGossip(port: () => number): handleUnaryCall<shared.Empty, gossip.ClusterInfo> {
  const instanceId = new shared.UUID().setString(randomUUID())
  return (_, callback) => {
    const endPoint = new gossip.EndPoint().setAddress("127.0.0.1").setPort(port())
    const member = new gossip.MemberInfo()
      .setInstanceId(instanceId)
      .setTimeStamp(String(BigInt(Date.now()) * TICKS_PER_MS))
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(endPoint)
    callback(null, new gossip.ClusterInfo().setMembersList([member]))
  }
}
