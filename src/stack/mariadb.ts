import { execFile } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"

/** What the server prints once it answers. */
export const MARIADB_READY = "ready for connections"

const asRoot = process.getuid?.() === 0 ? ["--user=root"] : []

export interface MariaDb {
  /** Path of `mariadb-install-db`. */
  readonly installer: string
  readonly dir: string
  readonly port: number
  /** Of the application's user. */
  readonly password: string
}

/** Makes the server's data the first time. Returns the arguments of `mariadbd`, which see to the database and its user. */
export async function prepareMariaDb({ installer, dir, port, password }: MariaDb): Promise<string[]> {
  const data = join(dir, "data")
  // A server that starts clears its folder of temporary tables, those of others too.
  const where = ["--no-defaults", ...asRoot, `--datadir=${data}`, `--tmpdir=${dir}`]
  if (!existsSync(join(data, "mysql"))) await promisify(execFile)(installer, [...where, "--skip-test-db"])
  const setup = join(dir, "setup.sql")
  const user = "hash_coffee@'127.0.0.1'"
  const statements = [
    "create database if not exists hash_coffee character set utf8mb4",
    `create user if not exists ${user}`,
    `alter user ${user} identified by '${password}'`,
    `grant all on hash_coffee.* to ${user}`,
  ]
  writeFileSync(setup, statements.map((statement) => `${statement};\n`).join(""), { mode: 0o600 })
  return [
    ...[...where, `--socket=${join(dir, "mysqld.sock")}`],
    ...[`--port=${port}`, "--bind-address=127.0.0.1", "--skip-name-resolve", `--init-file=${setup}`],
  ]
}
