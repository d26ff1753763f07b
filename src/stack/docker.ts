import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Kept } from "./server.ts"
import type { Settings } from "./settings.ts"

const COMPOSE_FILE = fileURLToPath(new URL("./docker-compose.yml", import.meta.url))
/** An engine that does not answer by then is none. */
const ANSWER_MS = 5_000

/** Whether containers can be run here: a client alone is not enough. */
export async function hasDocker(): Promise<boolean> {
  const answers = (...args: string[]) => promisify(execFile)("docker", args, { timeout: ANSWER_MS })
  try {
    await answers("info")
    await answers("compose", "version")
    return true
  } catch {
    return false
  }
}

/** Starts the servers as containers and waits until each is healthy. Their data is in volumes and stays. */
export async function startContainers(
  { ports, mysqlPassword }: Settings,
  tell: (line: string) => void,
): Promise<Kept> {
  const env = {
    ...process.env,
    LOG_PORT: String(ports.log),
    REDIS_PORT: String(ports.redis),
    MYSQL_PORT: String(ports.mysql),
    KAFKA_PORT: String(ports.kafka),
    MYSQL_PASSWORD: mysqlPassword,
  }
  const compose = async (...args: string[]) => {
    // In a group of its own: a signal to ours must not end it in the middle.
    const child = spawn("docker", ["compose", "-f", COMPOSE_FILE, ...args], {
      env,
      detached: true,
      stdio: ["ignore", "inherit", "inherit"],
    })
    const [code] = await once(child, "exit")
    if (code !== 0) throw new Error(`docker compose ${args[0]} ended with ${code}`)
  }
  const stop = () => compose("stop")
  tell("starting the containers; the first time their images are fetched")
  try {
    await compose("up", "--detach", "--wait")
    await compose("ps")
  } catch (cause) {
    await stop()
    throw cause
  }
  return { stop }
}
