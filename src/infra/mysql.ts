import {
  type Dialect,
  MysqlDialect,
  type MysqlPool,
  type MysqlPoolConnection,
  type QueryCompiler,
  RawNode,
  type RootOperationNode,
} from "kysely"
import { createPool, type Pool, type PoolConnection, type QueryError } from "mysql2"
import { DatabaseUnavailable } from "../commands/ports/database.ts"

const CONNECTIONS = 10
/** Beyond it a query is refused at once: the database is too slow for those that wait. */
const WAITING_MAX = 1_000
const CONNECT_TIMEOUT_MS = 3_000
const QUERY_TIMEOUT_MS = 10_000

export interface MysqlOptions {
  /** How long the server may take to begin its answer. A migration of a large table takes longer than a query may. */
  readonly queryTimeoutMs?: number
}

/**
 * A kysely dialect over MySQL 8 or MariaDB; `url` names an existing database: `mysql://user:password@host:port/name`.
 * Integers up to 2^53 are read as numbers, beyond it as texts. Queries throw `DatabaseUnavailable` while the server
 * is away; a transaction whose connection is lost has happened or not.
 */
export function mysqlDialect(url: string, { queryTimeoutMs = QUERY_TIMEOUT_MS }: MysqlOptions = {}): Dialect {
  const pool = createPool({
    uri: url,
    // Texts are compared byte by byte, as SQLite does: ids that differ in case are two.
    charset: "utf8mb4_bin",
    timezone: "Z",
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectionLimit: CONNECTIONS,
    queueLimit: WAITING_MAX,
    connectTimeout: CONNECT_TIMEOUT_MS,
  })
  const dialect = new MysqlDialect({ pool: bounded(pool, queryTimeoutMs) })
  return {
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => dialect.createDriver(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => withBinaryTables(dialect.createQueryCompiler()),
  }
}

/** The part of a pool that kysely uses, with a bound on each query. */
const bounded = (pool: Pool, timeoutMs: number): MysqlPool => ({
  getConnection: (callback) =>
    pool.getConnection((cause, connection) =>
      // Without a connection every cause means that the server cannot be used: away, full, or refusing us.
      cause ? callback(unavailable(cause), none) : callback(null, boundedConnection(connection, timeoutMs)),
    ),
  end: (callback) => pool.end(callback),
})

const none = undefined as unknown as MysqlPoolConnection

function boundedConnection(connection: PoolConnection, timeoutMs: number): MysqlPoolConnection {
  let broken = false
  function query(sql: string, values: ReadonlyArray<unknown>): never
  function query(
    sql: string,
    values: ReadonlyArray<unknown>,
    done: (error: unknown, result: unknown) => void,
  ): void
  function query(
    sql: string,
    values: ReadonlyArray<unknown>,
    done?: (error: unknown, result: unknown) => void,
  ): void {
    if (!done) throw new Error("rows are not streamed")
    connection.query({ sql, values: [...values], timeout: timeoutMs }, (error, result) => {
      if (error && isLost(error)) broken = true
      done(error && isLost(error) ? unavailable(error) : error, result)
    })
  }
  return {
    query,
    // A connection whose answer is still outstanding would give it to the next query.
    release: () => (broken ? connection.destroy() : connection.release()),
  }
}

const isLost = (error: QueryError): boolean => error.fatal || error.code === "PROTOCOL_SEQUENCE_TIMEOUT"

const unavailable = (cause: Error): DatabaseUnavailable =>
  new DatabaseUnavailable("the database does not answer", { cause })

/** Tables of UTF-8 compared byte by byte, whatever the default of the database that we were given. */
const withBinaryTables = (compiler: QueryCompiler): QueryCompiler => ({
  compileQuery(node, queryId) {
    return compiler.compileQuery(binary(node), queryId)
  },
})

function binary(node: RootOperationNode): RootOperationNode {
  if (node.kind !== "CreateTableNode") return node
  const charset = RawNode.createWithSql("engine = innodb default character set utf8mb4 collate utf8mb4_bin")
  return { ...node, endModifiers: [...(node.endModifiers ?? []), charset] }
}
