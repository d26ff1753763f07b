import { enableCompileCache } from "node:module"
import { resolve } from "node:path"
import { Command } from "commander"
import { stayAwake } from "./stay-awake.ts"

enableCompileCache()

// Starts the servers of the full profile for one machine, and keeps them until it is stopped.

const HELP = `
With a Docker engine (docker info and docker compose version both answer) the servers are containers. Without, they are
Redis and MariaDB of Debian, Kafka from Maven Central, and this project's log server in EventStoreDB's place; what is
missing is installed when you are root. SIGINT or SIGTERM stops them; their data stays.`

const { dataDir } = new Command("stack")
  .description("the servers of the full profile: event log, Redis, MySQL or MariaDB, Kafka; on 127.0.0.1")
  .option("--data-dir <folder>", "where their data, logs and settings are kept", "./data/stack")
  .addHelpText("after", HELP)
  .parse()
  .opts<{ dataDir: string }>()

const tell = (line: string) => console.log(line)

stayAwake()
try {
  // Late, so that the compile cache serves it.
  const { startStack } = await import("./stack/start.ts")
  const starting = startStack(resolve(dataDir), tell)
  let closing = false
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      // npm passes on a signal that the whole group got already.
      if (closing) return
      closing = true
      tell("stopping")
      void starting
        .then(({ stop }) => stop())
        .catch(() => {})
        .then(() => process.exit(0))
    })
  const { variables } = await starting
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`)
  tell(`
All servers are up. In another shell:

${lines.join("\n")}
npm start

Data, logs and settings are in ${resolve(dataDir)}. Ctrl-C stops the servers.`)
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause)
  process.exit(1)
}
