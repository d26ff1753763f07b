import { once } from "node:events"
import { createServer, type ServerHttp2Session } from "node:http2"
import type { AddressInfo } from "node:net"
import { it } from "vitest"
import { createEventStore } from "../../../src/infra/event-store.ts"
import { eventually } from "../../support/buyer.ts"

it("lets a megabyte of events be on its way, in one call and in all of a connection", async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const store = createEventStore({ url: `esdb://127.0.0.1:${port}?tls=false` })
  const asked = store.endPosition().catch(() => null)
  const [session] = (await once(server, "session")) as [ServerHttp2Session]
  await eventually(
    async () => [session.remoteSettings.initialWindowSize, session.state.remoteWindowSize],
    (windows) => windows.every((bytes) => bytes === 1_048_576),
  )
  session.destroy()
  server.close()
  await store.close()
  await asked
})
