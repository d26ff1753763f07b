import { createPool } from "mysql2/promise"
import Redlock from "redlock"
import type { Reserve } from "./bare-route.ts"
import { openGate, orderOf } from "./reserve.ts"

const LOCK_MS = 5_000
/** Redlock's own pause, but as patient as the client: with hundreds who wait, the lock is never free for long. */
const RETRY = { retryDelay: 200, retryJitter: 100, retryCount: 100 }
const CONNECTIONS = 20

/**
 * The design that is found in most guides: one lock a sale, the stock in a script, and the order in MySQL before the
 * answer.
 */
export async function openOneLock(redisUrl: string, mysqlUrl: string): Promise<Reserve> {
  const { redis, take } = await openGate(redisUrl)
  const redlock = new Redlock([redis], RETRY)
  const mysql = createPool({ uri: mysqlUrl, connectionLimit: CONNECTIONS })
  await mysql.query(`create table if not exists one_lock_orders (
    id varchar(80) primary key, sale_id char(36) not null, user_id varchar(64) not null,
    request_id varchar(300) not null unique, quantity int not null, created_at datetime(3) not null)`)

  return async (wanted, saleId) => {
    const lock = await redlock.acquire([`one-lock:${saleId}`], LOCK_MS)
    try {
      if (!(await take(wanted, saleId))) return null
      const order = orderOf(saleId, wanted)
      const { userId, requestId, quantity } = wanted
      await mysql.execute("insert into one_lock_orders values (?, ?, ?, ?, ?, now(3))", [
        ...[order.id, saleId, userId, requestId, quantity],
      ])
      return order
    } finally {
      await lock.release()
    }
  }
}
