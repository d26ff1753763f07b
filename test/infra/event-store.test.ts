import { describe } from "vitest"
import { createEventStore } from "../../src/infra/event-store.ts"
import {
  eventStoreContract,
  eventStoreLossContract,
  type KillableStore,
  type StoreUnderTest,
} from "../contract/event-store-contract.ts"
import { startTestLogServer } from "../support/log-server.ts"

const givenUrl = process.env.TEST_EVENTSTORE_URL

async function openGiven(url: string): Promise<StoreUnderTest> {
  const store = createEventStore({ url })
  return { store, close: store.close }
}

async function openOwn(): Promise<KillableStore> {
  const server = await startTestLogServer()
  const store = createEventStore({ url: server.url })
  return {
    store,
    kill: server.kill,
    restart: server.restart,
    async close() {
      await store.close()
      await server.close()
    },
  }
}

describe(`the event store over ${givenUrl ?? "the embedded server"}`, () => {
  eventStoreContract(givenUrl === undefined ? openOwn : () => openGiven(givenUrl))
})

describe("the event store over the embedded server, killed", () => {
  eventStoreLossContract(openOwn)
})
