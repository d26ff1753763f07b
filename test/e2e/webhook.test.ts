import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { delimiter } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, expect, it } from "vitest"
import { jwtSigner } from "../../src/infra/jwt.ts"
import { apiOf, eventually } from "../support/buyer.ts"
import { freePort, removeDir, type Server, startServer, tempDir } from "../support/process.ts"
import { startSystem } from "../support/system.ts"
import { steps, type Walked } from "./walk/steps.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const EXAMPLE = `${ROOT}examples/webhook-receiver.mjs`
const SECRET = "q7Jd0v3Zk1Xw9Lr5Tb2Nc8Hf4Gs6Pm0y"
const PATH = `${ROOT}node_modules/.bin${delimiter}${process.env.PATH}`

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** The example, listening; it prints a line for each notification that it has not had before. */
async function receive(port: number, secret = SECRET): Promise<Server> {
  const dir = tempDir("receiver")
  const variable = `NOTIFICATION_WEBHOOK_SECRET=${secret}`
  const server = startServer("env", [variable, process.execPath, EXAMPLE, "127.0.0.1", `${port}`], dir)
  ends.push(() => server.kill().then(() => removeDir(dir)))
  await server.printed("listening on", 10_000)
  return server
}

/** An order of a user's, paid; its id. */
async function pays(walked: Walked, user: string): Promise<string> {
  const on = steps(walked)
  const saleId = await on.sell({ stock: 1 })
  const { body } = await on.buys(saleId, user)
  await on.settles((await on.opens(body.id, user)).id, "paid")
  return body.id
}
const toldOf = (type: string, userId: string, orderId: string) =>
  `"type":"${type}","userId":"${userId}","orderId":"${orderId}"`

it("reaches a receiver that was away, and one that did not trust us, also after a crash, each event once", async () => {
  const port = await freePort()
  const system = await startSystem({
    NOTIFICATION_WEBHOOK_URL: `http://127.0.0.1:${port}/notifications`,
    NOTIFICATION_WEBHOOK_SECRET: SECRET,
  })
  ends.push(system.close)
  const api = apiOf(system.url)
  const on = steps({ api, token: system.token })
  const failed = async () => {
    const { body } = await api("GET", "/metrics")
    return Number(/attempts_total\{outcome="failed"\} (\d+)/.exec(body)?.[1])
  }
  const lag = async () =>
    Number(
      /timer_lag_seconds\{timer="notification-webhook"\} (\S+)/.exec(
        (await api("GET", "/metrics")).body,
      )?.[1],
    )

  const away = await pays(on, "ann")
  await eventually(failed, (times) => times >= 2)
  expect(await lag()).toBeGreaterThan(0)
  // The user knows all the same.
  const { body: inbox } = await api("GET", "/v1/notifications", { token: system.token("ann") })
  expect(inbox.items).toMatchObject([{ type: "order_paid", orderId: away }])

  const stranger = await receive(port, "another secret, as long as it has to be")
  const before = await failed()
  await eventually(failed, (times) => times > before)
  await stranger.kill()
  await system.kill()
  const receiver = await receive(port)
  await system.start()
  await receiver.printed(toldOf("order_paid", "ann", away), 20_000)

  const { orderId } = await on.timesOut(1)
  const printed = await receiver.printed(toldOf("order_timed_out", "dan", orderId), 20_000)
  expect(printed.split("\n").filter((line) => line.startsWith("{"))).toHaveLength(2)
  await eventually(lag, (seconds) => seconds === 0)
}, 90_000)

it("works as docs/webhook.md says, and has the command for what is parked at hand", async () => {
  const dir = tempDir("webhook")
  ends.push(() => removeDir(dir))
  const [block] = [...readFileSync(`${ROOT}docs/webhook.md`, "utf8").matchAll(/^```sh\n(.*?)^```$/gms)].map(
    ([, text]) => text!,
  )
  const [port, receiverPort] = [await freePort(), await freePort()]
  const env = {
    ...{ PATH, DATA_DIR: `${dir}/data`, PORT: `${port}`, EVENTSTORE_PORT: "0", SEED_DEMO: "false" },
    JWT_SECRET: SECRET,
  }
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const script = `cd ${ROOT}\n${block!.replaceAll("8080", `${receiverPort}`)}`
  const shell = startServer("env", [...variables, "bash", "-euc", script], dir)
  ends.push(async () => {
    process.kill(-shell.pid, "SIGTERM")
    await shell.exited
  })
  await shell.printed("serves http", 20_000)
  const sign = jwtSigner(SECRET)
  const token: Walked["token"] = (userId, role = "user") => sign({ userId, role })
  const paid = await pays({ api: apiOf(`http://127.0.0.1:${port}`), token }, "ann")
  await shell.printed(toldOf("order_paid", "ann", paid), 20_000)

  const parked = await new Promise<string>((resolve) =>
    execFile(process.execPath, [`${ROOT}src/relay.ts`, "parked"], { env }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    ),
  )
  expect(parked).toBe("nothing is parked\n")
}, 90_000)
