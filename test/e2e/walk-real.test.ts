import { afterAll } from "vitest"
import { apiOf } from "../support/buyer.ts"
import { SERVER_START_TIMEOUT_MS } from "../support/process.ts"
import { type RealApps, startRealApps } from "../support/real-apps.ts"
import { walk } from "./walk/walk.ts"

let apps: RealApps
walk(async () => {
  apps = await startRealApps(1, "mariadb")
  return { api: apiOf(apps.urls[0]!), token: apps.token }
}, SERVER_START_TIMEOUT_MS)
afterAll(() => apps.close())
