import { MonitoringService } from "@eventstore/db-client/generated/monitoring_grpc_pb.js"
import { OperationsService } from "@eventstore/db-client/generated/operations_grpc_pb.js"
import { PersistentSubscriptionsService } from "@eventstore/db-client/generated/persistent_grpc_pb.js"
import { ProjectionsService } from "@eventstore/db-client/generated/projections_grpc_pb.js"
import { UsersService } from "@eventstore/db-client/generated/users_grpc_pb.js"
import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestLogServer, type TestLogServer } from "../support/log-server.ts"

let server: TestLogServer
let client: Client

beforeAll(async () => {
  server = await startTestLogServer()
  client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure())
})

afterAll(async () => {
  client.close()
  await server.close()
})

const asItIs = (bytes: Buffer) => bytes

const call = (path: string) =>
  new Promise<ServiceError | null>((resolve) => {
    client.makeUnaryRequest(path, asItIs, asItIs, Buffer.alloc(0), resolve)
  })

const services = {
  PersistentSubscriptionsService,
  ProjectionsService,
  UsersService,
  OperationsService,
  MonitoringService,
}

describe("what the server does not do is refused, not ignored", () => {
  for (const [service, methods] of Object.entries(services))
    it(service, async () => {
      const answers = await Promise.all(Object.values(methods).map(({ path }) => call(path)))
      expect(answers.length).toBeGreaterThan(0)
      for (const answer of answers) expect(answer?.code).toBe(status.UNIMPLEMENTED)
    })
})
