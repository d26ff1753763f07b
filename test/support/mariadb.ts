import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { createConnection, type RowDataPacket } from "mysql2/promise"
import { debianProgram } from "../../src/stack/debian.ts"
import { freePort, removeDir, type Server, startServer, tempDir } from "./process.ts"

const READY_TIMEOUT_MS = 20_000
const PACKAGE = "mariadb-server"

export interface TestMariaDb {
  /** Of an empty database, for a user who has rights inside it only. */
  readonly url: string
  readonly pid: number
  /** Its temporary folder. */
  readonly dir: string
  /** One statement as root, over a connection of its own. */
  sql(statement: string): Promise<RowDataPacket[]>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Kills it, if it still runs, and starts it again on its port and data. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** A real MariaDB of the test's own, on a free port and in a temporary folder. */
export async function startTestMariaDb(): Promise<TestMariaDb> {
  const program = await debianProgram("mariadbd", PACKAGE)
  const installer = await debianProgram("mariadb-install-db", PACKAGE)
  const dir = tempDir("mariadb")
  const data = join(dir, "data")
  await promisify(execFile)(installer, [
    ...["--no-defaults", "--user=root", `--datadir=${data}`],
    ...[`--tmpdir=${dir}`, "--auth-root-authentication-method=normal", "--skip-test-db"],
  ])
  const port = await freePort()
  const args = [
    // A server that starts clears its folder of temporary tables, those of others too.
    ...["--no-defaults", "--user=root", `--datadir=${data}`, `--tmpdir=${dir}`],
    `--socket=${join(dir, "s.sock")}`,
    ...[`--port=${port}`, "--bind-address=127.0.0.1", "--skip-name-resolve"],
    // What is written survives the end of the process; a power cut is not tested.
    ...["--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=64M"],
  ]
  const start = async (): Promise<Server> => {
    const server = startServer(program, args, dir)
    await server.printed("ready for connections", READY_TIMEOUT_MS)
    return server
  }
  let server = await start()
  const sql = (statement: string) => runOnce(`mysql://root@127.0.0.1:${port}`, statement)
  // Another default than ours: what needs UTF-8 must say so.
  await sql("create database hash_coffee character set latin1")
  await sql("create user hash_coffee@'127.0.0.1' identified by 'test'")
  await sql("grant all on hash_coffee.* to hash_coffee@'127.0.0.1'")
  return {
    url: `mysql://hash_coffee:test@127.0.0.1:${port}/hash_coffee`,
    get pid() {
      return server.pid
    },
    dir,
    sql,
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

/** For suites that only need tables: the database of TEST_MYSQL_URL, else one of their own. It must be theirs alone. */
export async function sharedTestMariaDb(): Promise<Pick<TestMariaDb, "url" | "close">> {
  const url = process.env.TEST_MYSQL_URL
  return url ? { url, close: async () => {} } : startTestMariaDb()
}

async function runOnce(url: string, statement: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(url)
  try {
    const [rows] = await connection.query<RowDataPacket[]>(statement)
    return rows
  } finally {
    await connection.end()
  }
}
