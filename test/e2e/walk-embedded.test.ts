import { afterAll } from "vitest"
import { apiOf } from "../support/buyer.ts"
import { type System, startSystem } from "../support/system.ts"
import { walk } from "./walk/walk.ts"

let system: System
walk(async () => {
  system = await startSystem()
  return { api: apiOf(system.url), token: system.token }
})
afterAll(() => system.close())
