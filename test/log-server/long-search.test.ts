import { EventStoreDBClient, eventTypeFilter, jsonEvent } from "@eventstore/db-client"
import { expect, it } from "vitest"
import { startTestLogServer } from "../support/log-server.ts"

it("goes on answering while a subscription looks through the whole log and finds nothing", async () => {
  const server = await startTestLogServer()
  const client = EventStoreDBClient.connectionString(server.url)
  const event = () => jsonEvent({ type: "Common", data: {} })
  for (let n = 0; n < 40; n++) await client.appendToStream("many", Array.from({ length: 1_000 }, event))

  const order: string[] = []
  // Without checkpoints there is nothing to send, and so nothing to wait for.
  const subscription = client.subscribeToAll({
    filter: eventTypeFilter({ prefixes: ["Rare"], checkpointInterval: 1_000_000 }),
  })
  const searched = new Promise<void>((resolve) => {
    subscription.once("caughtUp", () => {
      order.push("searched")
      resolve()
    })
  })
  await new Promise((resolve) => subscription.once("confirmation", resolve))
  await client.appendToStream("meanwhile", event())
  order.push("appended")
  await searched
  expect(order).toEqual(["appended", "searched"])
  await client.dispose()
  await server.close()
})
