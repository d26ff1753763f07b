import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

export interface System {
  readonly url: string
  readonly eventStorePort: number
  stop(): Promise<void>
}

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url))
const READY = /serves (http:\S+) .*esdb:\/\/127\.0\.0\.1:(\d+)/

/** Starts the embedded profile in a process of its own, on free ports and a folder of its own. */
export async function startSystem(dataDir: string, secret: string): Promise<System> {
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: dataDir,
    JWT_SECRET: secret,
    PORT: "0",
    EVENTSTORE_PORT: "0",
    SEED_DEMO: "false",
  }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"] })
  const exited = once(child, "exit")
  let printed = ""
  for await (const chunk of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    printed += chunk
    const [, url, port] = READY.exec(printed) ?? []
    if (!url) continue
    return {
      url,
      eventStorePort: Number(port),
      async stop() {
        child.kill("SIGTERM")
        await exited
      },
    }
  }
  throw new Error(`the system did not start:\n${printed}`)
}
