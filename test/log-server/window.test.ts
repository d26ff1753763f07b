import { once } from "node:events"
import { connect } from "node:http2"
import { expect, it } from "vitest"
import { WINDOW_BYTES } from "../../src/infra/log-server/server-inside.ts"
import { eventually } from "../support/buyer.ts"
import { startTestLogServer } from "../support/log-server.ts"

it("lets a whole append be on its way, in one call and in all of a connection", async () => {
  const server = await startTestLogServer()
  const session = connect(server.url.replace(/^esdb:\/\/([^?]+).*$/, "http://$1"))
  await once(session, "remoteSettings")
  expect(session.remoteSettings.initialWindowSize).toBe(WINDOW_BYTES)
  await eventually(
    async () => session.state.remoteWindowSize,
    (bytes) => bytes === WINDOW_BYTES,
  )
  session.destroy()
  await server.close()
})
