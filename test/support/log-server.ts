import { type LogServerChild, launchLogServer } from "../../src/infra/log-server/launch.ts"
import { removeDir, tempDir } from "./process.ts"

/** A log server of a test's own. It ends with this process at the latest, however that ends. */
export interface TestLogServer {
  /** The same after a restart. */
  readonly port: number
  /** What a client connects to. */
  readonly url: string
  /** The process of the current run. */
  readonly pid: number
  /** The folder that keeps its data. */
  readonly dataDir: string
  /** Ends the current run as a crash would (SIGKILL) and waits until it is gone. The port is closed from then on. */
  kill(): Promise<void>
  /** Kills the current run, if there is one, and serves the same data on the same port again. */
  restart(): Promise<void>
  /** Ends it and removes its folder, unless that was given. */
  close(): Promise<void>
}

/** Starts one on a free port, in a temporary folder or in `dataDir`. */
export async function startTestLogServer(options: { dataDir?: string } = {}): Promise<TestLogServer> {
  const dataDir = options.dataDir ?? tempDir("log")
  let run: LogServerChild = await launchLogServer({ dataDir, port: 0 })
  const { port } = run
  const kill = async () => {
    process.kill(run.pid, "SIGKILL")
    await run.exited
  }
  let down = false
  return {
    port,
    url: `esdb://127.0.0.1:${port}?tls=false`,
    get pid() {
      return run.pid
    },
    dataDir,
    async kill() {
      if (!down) await kill()
      down = true
    },
    async restart() {
      if (!down) await kill()
      run = await launchLogServer({ dataDir, port })
      down = false
    },
    async close() {
      if (!down) await run.close()
      down = true
      if (!options.dataDir) removeDir(dataDir)
    },
  }
}
