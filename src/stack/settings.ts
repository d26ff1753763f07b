import { randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { z } from "zod"

/** What stays the same from run to run, so that variables once set stay right. */
const Settings = z.object({
  ports: z.object({ log: z.int(), redis: z.int(), mysql: z.int(), kafka: z.int(), kafkaController: z.int() }),
  mysqlPassword: z.string(),
  jwtSecret: z.string(),
})
export type Settings = z.infer<typeof Settings>

const USUAL: Settings["ports"] = { log: 2113, redis: 6379, mysql: 3306, kafka: 9092, kafkaController: 9093 }

/** The settings kept in the folder, readable by its owner only; a port that somebody else has taken is replaced. */
export async function loadSettings(dir: string): Promise<Settings> {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, "settings.json")
  const kept = read(file)
  const ports = { ...(kept?.ports ?? USUAL) }
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await free(ports[name])
  const settings = {
    ports,
    mysqlPassword: kept?.mysqlPassword ?? randomBytes(18).toString("base64url"),
    jwtSecret: kept?.jwtSecret ?? randomBytes(32).toString("base64url"),
  }
  // Renamed into place, so that a crash leaves the old or the new.
  writeFileSync(`${file}.draft`, JSON.stringify(settings, null, 2), { mode: 0o600 })
  renameSync(`${file}.draft`, file)
  return settings
}

function read(file: string): Settings | null {
  try {
    return Settings.parse(JSON.parse(readFileSync(file, "utf8")))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null
    throw new Error(`${file} cannot be read`, { cause })
  }
}

/** This port of 127.0.0.1, or another one when it is taken. */
function free(port: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(free(0)))
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address ? address.port : port))
    })
  })
}

/** The variables with which the full profile runs on these servers. */
export const variablesOf = ({ ports, mysqlPassword, jwtSecret }: Settings): Record<string, string> => ({
  STACK: "full",
  EVENTSTORE_URL: `esdb://127.0.0.1:${ports.log}?tls=false`,
  REDIS_URL: `redis://127.0.0.1:${ports.redis}`,
  MYSQL_URL: `mysql://hash_coffee:${mysqlPassword}@127.0.0.1:${ports.mysql}/hash_coffee`,
  KAFKA_BROKERS: `127.0.0.1:${ports.kafka}`,
  JWT_SECRET: jwtSecret,
  LOGIN_PROVIDER: "development",
  PAYMENT_PROVIDER: "simulator",
})
