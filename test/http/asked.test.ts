import { once } from "node:events"
import { Agent, createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { expect, test } from "vitest"
import { Asked } from "../../src/http/asked.ts"

setFlagsFromString("--expose-gc")
const collect: (options: { execution: "async" }) => Promise<void> = runInNewContext("gc")

test("a connection that is kept holds nothing of the request before", async () => {
  let last: WeakRef<Asked> | null = null
  const server = createServer({ IncomingMessage: Asked }, (asked, response) => {
    last = new WeakRef(asked)
    asked.readBody(() => response.end())
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const agent = new Agent({ keepAlive: true })
  const { port } = server.address() as AddressInfo
  const sent = request({ agent, port, host: "127.0.0.1", method: "POST" }).end("{}")
  const [answer] = await once(sent, "response")
  await once(answer.resume(), "end")
  await collect({ execution: "async" })
  expect((last as WeakRef<Asked> | null)?.deref()).toBeUndefined()
  agent.destroy()
  server.close()
})
