import { execFile, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createEventStore } from "../../src/infra/event-store.ts"
import { apiOf, buy, openSale } from "../support/buyer.ts"
import { proveSale } from "../support/log-proof.ts"
import { removeDir, tempDir } from "../support/process.ts"
import { type System, startSystem } from "../support/system.ts"

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const MAIN = `${ROOT}src/main.ts`
const START_MAX_MS = 3_000

/** Runs the program as `npm start` does, to its end. */
async function ends(env: Record<string, string>, ...args: string[]) {
  const { PATH = "" } = process.env
  return run(process.execPath, [MAIN, ...args], { env: { PATH, ...env } }).then(
    ({ stdout }) => ({ code: 0, printed: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, printed: error.stderr }),
  )
}

describe("a first start", () => {
  const dataDir = tempDir("first-start")
  let url = ""
  let printed = ""
  let stop = async (_: NodeJS.Signals[]): Promise<number | null> => null
  beforeAll(async () => {
    const env = { PATH: process.env.PATH ?? "", DATA_DIR: dataDir, PORT: "0", EVENTSTORE_PORT: "0" }
    const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"] })
    const exited = new Promise<number | null>((resolve) => child.on("exit", resolve))
    stop = (signals) => {
      for (const signal of signals) child.kill(signal)
      return exited
    }
    for await (const chunk of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
      printed += chunk
      if (printed.includes("-H 'authorization")) break
    }
    url = /serves (\S+)/.exec(printed)?.[1] ?? ""
  })
  afterAll(async () => {
    await stop(["SIGKILL"])
    removeDir(dataDir)
  })

  it("shows a dish, an open sale and a scheduled one", async () => {
    const api = apiOf(url)
    const sales = (await api("GET", "/v1/flash-sales")).body.items as { status: string }[]
    expect(sales.map(({ status }) => status).toSorted()).toEqual(["open", "scheduled"])
    expect((await api("GET", "/v1/dishes")).body.items).toHaveLength(1)
  })

  it("prints lines that work as they stand, each time", async () => {
    const lines = printed.split("\n").filter((line) => line.trim().startsWith("curl"))
    expect(lines).toHaveLength(2)
    const [list, cup, again] = await Promise.all([...lines, lines[1]!].map((line) => run("sh", ["-c", line])))
    expect(JSON.parse(list!.stdout).items).toHaveLength(2)
    expect(JSON.parse(cup!.stdout)).toMatchObject({ quantity: 1, status: "pending_payment" })
    expect(JSON.parse(again!.stdout).id).toBe(JSON.parse(cup!.stdout).id)
  })

  it("keeps a second process off its folder, and says why", async () => {
    const { code, printed } = await ends({ DATA_DIR: dataDir, PORT: "0", EVENTSTORE_PORT: "0" })
    expect(code).toBe(1)
    expect(printed).toContain(dataDir)
  })

  it("stops on a signal, and hears a repeated one only once", async () => {
    expect(await stop(["SIGTERM", "SIGTERM", "SIGINT"])).toBe(0)
  })
})

describe("what cannot start", () => {
  it("names the variable and what to do", async () => {
    const { code, printed } = await ends({ PORT: "coffee", REDIS_URL: "redis://127.0.0.1" })
    expect(code).toBe(1)
    expect(printed).toMatch(/PORT: .*set it to/)
    expect(printed).toMatch(/REDIS_URL: .*unset it/)
  })

  it("says so when its port is taken", async () => {
    const dataDir = tempDir("port")
    const system = await startSystem()
    const { code, printed } = await ends({
      DATA_DIR: dataDir,
      PORT: new URL(system.url).port,
      EVENTSTORE_PORT: "0",
    })
    expect([code, printed]).toEqual([1, expect.stringContaining("EADDRINUSE")])
    await system.close()
    removeDir(dataDir)
  })
})

it("--help names every variable", async () => {
  const { printed } = await ends({}, "--help")
  for (const name of ["STACK", "ROLES", "PORT", "DATA_DIR", "EVENTSTORE_PORT", "JWT_SECRET", "SEED_DEMO"])
    expect(printed).toContain(name)
})

it("is ready in time, and stops in the middle of a rush without losing what it answered", async () => {
  const system: System = await startSystem()
  const api = apiOf(system.url, 50)
  const saleId = await openSale(api, system.token("boss", "admin"), { stock: 100_000 })
  const won: string[] = []
  const half = Promise.withResolvers<void>()
  let open = true
  const buyers = Array.from({ length: 50 }, async (_, hand) => {
    for (let n = 0; open; n++) {
      const { status, body } = await buy(api, saleId, system.token(`u${hand}-${n}`))
      if (status === 201) won.push(body.id)
      if (won.length > 500) half.resolve()
    }
  })
  await half.promise
  await system.server().kill("SIGTERM")
  const tookMs = await system.start()
  open = false
  await Promise.all(buyers)
  expect(tookMs).toBeLessThan(START_MAX_MS)
  const store = createEventStore({ url: `esdb://127.0.0.1:${system.eventStorePort}?tls=false` })
  const { orderIds } = await proveSale(store, saleId)
  await store.close()
  expect(orderIds.toSorted()).toEqual(won.toSorted())
  await system.close()
})

it("its roles may be less than all: one without the API serves its health only", async () => {
  const system = await startSystem({ ROLES: "projector,timer" })
  const api = apiOf(system.url)
  expect((await api("GET", "/readyz")).status).toBe(200)
  expect((await api("GET", "/metrics")).body).toContain("timer_lag_seconds")
  expect((await api("GET", "/v1/flash-sales")).status).toBe(404)
  await system.close()
})

it("an API alone, all workers stopped, still creates sales and sells", async () => {
  const system = await startSystem({ ROLES: "api" })
  const api = apiOf(system.url)
  const saleId = await openSale(api, system.token("boss", "admin"), { stock: 1 })
  expect((await buy(api, saleId, system.token("ann"))).status).toBe(201)
  expect((await buy(api, saleId, system.token("bob"))).body.code).toBe("sold_out")
  await system.close()
})
