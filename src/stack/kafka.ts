/** A Kafka of our own where there is no Docker: one KRaft node from Maven Central, run by Debian's Java. */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

const VERSION = "4.1.0"
/** Outside of the project, so that a fresh copy of it does not fetch them again. */
const HOME = join(homedir(), ".cache", "hash-coffee", `kafka-${VERSION}`)
/** Any 22 characters of base64: a cluster of one node meets no other. */
const CLUSTER_ID = "AAAAAAAAAAAAAAAAAAAAAA"

/** Less time to compile and to collect: it serves one machine, and starts often. */
const QUICK_START = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]

/** What the server prints once it answers. */
export const KAFKA_READY = "Kafka Server started"

/** kafka-tools brings the console clients; slf4j-simple makes the server print its log. */
const dependencies = [
  ["org.apache.kafka", "kafka_2.13", VERSION],
  ["org.apache.kafka", "kafka-tools", VERSION],
  ["org.slf4j", "slf4j-simple", "1.7.36"],
] as const

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>hash-coffee</groupId><artifactId>kafka-jars</artifactId><version>1</version>
  <dependencies>${dependencies
    .map(
      ([group, name, version]) =>
        `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`,
    )
    .join("")}</dependencies>
</project>
`

/** The class path of Kafka's jars; the first call fetches them by `mvn` (45 MB). Several may ask at once. */
export async function kafkaClassPath(mvn: string): Promise<string> {
  if (!existsSync(HOME)) await fetchJars(mvn)
  return join(HOME, "*")
}

/** The folder appears with everything in it or not at all, whatever stops this in between. */
async function fetchJars(mvn: string): Promise<void> {
  mkdirSync(join(HOME, ".."), { recursive: true })
  const staged = mkdtempSync(`${HOME}-`)
  try {
    writeFileSync(join(staged, "pom.xml"), pom)
    const options = ["-DoutputDirectory=lib", "-DincludeScope=runtime"]
    await run(mvn, ["-q", "-B", "dependency:copy-dependencies", ...options], { cwd: staged })
    renameSync(join(staged, "lib"), HOME)
  } catch (cause) {
    if (!existsSync(HOME)) throw new Error("cannot fetch Kafka from Maven Central", { cause })
  } finally {
    rmSync(staged, { recursive: true, force: true })
  }
}

export interface KafkaNode {
  /** Path of Java 17 or later. */
  readonly java: string
  readonly classPath: string
  /** Keeps the configuration, and the data below it. */
  readonly dir: string
  readonly port: number
  readonly controllerPort: number
  /** Further server properties. */
  readonly properties?: Readonly<Record<string, string | number>>
}

/** Writes the node's configuration and, the first time, formats its storage. Returns the arguments of `java` that run it. */
export async function prepareKafka(node: KafkaNode): Promise<string[]> {
  const { java, classPath, dir, port, controllerPort } = node
  const config = join(dir, "server.properties")
  const properties = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "log.dirs": join(dir, "data"),
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    // A killed broker may come back once its old session has ended: alone, it would only wait for itself.
    "broker.session.timeout.ms": 2_000,
    "broker.heartbeat.interval.ms": 500,
    ...node.properties,
  }
  mkdirSync(dir, { recursive: true })
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(config, lines.join(""))
  const format = ["kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", CLUSTER_ID, "-c", config]
  await run(java, [...QUICK_START, "-cp", classPath, ...format])
  return ["-Xmx512m", ...QUICK_START, "-cp", classPath, "kafka.Kafka", config]
}
