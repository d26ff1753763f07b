/** A parent for the tests: starts the log server as the product does, says which processes there are, and waits. */
import { launchLogServer } from "../../src/infra/log-server/launch.ts"

const { pid, port } = await launchLogServer({ dataDir: process.argv[2] as string, port: 0 })
console.log(JSON.stringify({ pid, port }))
setInterval(() => {}, 60_000)
