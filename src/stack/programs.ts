import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { startLogServer } from "../infra/log-server/spawn.ts"
import { debianPrograms } from "./debian.ts"
import { KAFKA_READY, kafkaClassPath, prepareKafka } from "./kafka.ts"
import { MARIADB_READY, prepareMariaDb } from "./mariadb.ts"
import { type Kept, keepServer } from "./server.ts"
import type { Settings } from "./settings.ts"

const needs = {
  "redis-server": "redis-server",
  mariadbd: "mariadb-server",
  "mariadb-install-db": "mariadb-server",
  java: "openjdk-17-jre-headless",
  mvn: "maven",
} as const

/** Longest that an operating system takes for the path of a socket. */
const SOCKET_PATH_MAX = 107

/**
 * Starts Debian's Redis and MariaDB, Kafka from Maven Central and this project's log server, each with its data in a
 * folder of its own below `dir`. When one cannot be started, stops the others and throws.
 */
export async function startPrograms(
  dir: string,
  { ports, mysqlPassword }: Settings,
  tell: (line: string) => void,
): Promise<Kept> {
  if (Buffer.byteLength(join(dir, "mariadb", "mysqld.sock")) > SOCKET_PATH_MAX)
    throw new Error(`${dir} is too long a path for the socket of MariaDB`)
  const paths = await debianPrograms(needs, tell)
  tell("looking for Kafka's jars; the first time they are fetched from Maven Central")
  const classPath = await kafkaClassPath(paths.mvn)
  const kept: Kept[] = []
  const keep = async (name: string, starting: Promise<Kept>) => {
    kept.push(await starting)
    tell(`${name} is up`)
  }
  const folder = (name: string) => {
    mkdirSync(join(dir, name), { recursive: true })
    return join(dir, name)
  }
  const start = (name: string, command: string, ready: string, args: readonly string[]) =>
    keep(name, keepServer({ name, command, args, ready, logFile: join(dir, `${name}.log`) }, tell))

  const redis = () => {
    const args = [
      ...["--port", String(ports.redis), "--bind", "127.0.0.1", "--dir", folder("redis")],
      ...["--save", "60 1", "--maxmemory-policy", "noeviction"],
    ]
    return start("redis", paths["redis-server"], "Ready to accept connections", args)
  }
  const mariadb = async () => {
    const at = { dir: folder("mariadb"), port: ports.mysql, password: mysqlPassword }
    const args = await prepareMariaDb({ installer: paths["mariadb-install-db"], ...at })
    return start("mariadb", paths.mariadbd, MARIADB_READY, args)
  }
  const kafka = async () => {
    const at = { dir: folder("kafka"), port: ports.kafka, controllerPort: ports.kafkaController }
    const args = await prepareKafka({ java: paths.java, classPath, ...at })
    return start("kafka", paths.java, KAFKA_READY, args)
  }
  const log = async () => {
    const server = await startLogServer({ dataDir: folder("log"), port: ports.log })
    return { stop: () => server.close() }
  }
  const stop = async () => void (await Promise.all(kept.map((each) => each.stop())))

  const starts = await Promise.allSettled([keep("log", log()), redis(), mariadb(), kafka()])
  const failed = starts.find((start) => start.status === "rejected")
  if (!failed) return { stop }
  await stop()
  throw failed.reason
}
