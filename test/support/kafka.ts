import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { debianProgram } from "../../src/stack/debian.ts"
import { KAFKA_READY, kafkaClassPath, prepareKafka } from "../../src/stack/kafka.ts"
import { freePort, removeDir, type Server, startServer, tempDir } from "./process.ts"

const READY_TIMEOUT_MS = 60_000

export interface TestKafka {
  /** `host:port`, comma separated. */
  readonly brokers: string
  /** The process of the current run. */
  readonly pid: number
  /** Its temporary folder. */
  readonly dir: string
  /** What Kafka's own console consumer prints of a topic from its beginning: headers, key and value, a line a message. */
  consume(topic: string, count: number): Promise<string[]>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Kills it, if it still runs, and starts it again on its port and data. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A real Kafka of the test's own: one node on free ports and in a temporary folder. */
export async function startTestKafka(
  options: { properties?: Readonly<Record<string, string | number>> } = {},
): Promise<TestKafka> {
  const { java, classPath } = await tools()
  const dir = tempDir("kafka")
  const port = await freePort()
  const node = { java, classPath, dir, port, controllerPort: await freePort(), ...options }
  const args = await prepareKafka(node)
  const start = async (): Promise<Server> => {
    const server = startServer(java, args, dir)
    await server.printed(KAFKA_READY, READY_TIMEOUT_MS)
    return server
  }
  let server = await start()
  const brokers = `127.0.0.1:${port}`
  return {
    brokers,
    get pid() {
      return server.pid
    },
    dir,
    consume: (topic, count) => consoleConsumer(java, classPath, brokers, topic, count),
    kill: () => server.kill(),
    async restart() {
      await server.kill()
      server = await start()
    },
    async close() {
      await server.kill()
      removeDir(dir)
    },
  }
}

/** For suites that never stop it: the brokers of TEST_KAFKA_BROKERS, else a Kafka of their own. */
export async function sharedTestKafka(): Promise<Pick<TestKafka, "brokers" | "consume" | "close">> {
  const brokers = process.env.TEST_KAFKA_BROKERS
  if (!brokers) return startTestKafka()
  const { java, classPath } = await tools()
  return {
    brokers,
    consume: (topic, count) => consoleConsumer(java, classPath, brokers, topic, count),
    close: async () => {},
  }
}

async function tools(): Promise<{ java: string; classPath: string }> {
  const java = await debianProgram("java", "openjdk-17-jre-headless")
  return { java, classPath: await kafkaClassPath(await debianProgram("mvn", "maven")) }
}

/** Ends after `count` messages, or after 20 seconds without another one. */
async function consoleConsumer(
  java: string,
  classPath: string,
  brokers: string,
  topic: string,
  count: number,
): Promise<string[]> {
  const shown = ["print.headers=true", "print.key=true"].flatMap((property) => ["--property", property])
  const { stdout } = await promisify(execFile)(
    java,
    [
      ...["-cp", classPath, "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"],
      ...["org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", brokers],
      ...["--topic", topic, "--from-beginning", "--max-messages", String(count), "--timeout-ms", "20000"],
      ...shown,
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  )
  return stdout.split("\n").filter((line) => line !== "")
}
