import { createPool } from "mysql2/promise"
import Redlock from "redlock"
import type { Reserve, Wanted } from "./bare-route.ts"
import { openGate, orderOf } from "./reserve.ts"

const LOCK_MS = 5_000
/** Redlock's own pause, but as patient as the client: with hundreds who wait, the lock is never free for long. */
const RETRY = { retryDelay: 200, retryJitter: 100, retryCount: 100 }
const CONNECTIONS = 20
const SELL = "insert into one_lock_sales values (?, ?) on duplicate key update sold = sold + value(sold)"
const INSERT = "insert into one_lock_orders values (?, ?, ?, ?, ?, now(3))"

/**
 * The design that is found in most guides: one lock a sale, the stock in a script, and stock and order in MySQL, in one transaction,
 * before the answer.
 */
export async function openOneLock(redisUrl: string, mysqlUrl: string): Promise<Reserve> {
  const { redis, take } = await openGate(redisUrl)
  const redlock = new Redlock([redis], RETRY)
  const mysql = createPool({ uri: mysqlUrl, connectionLimit: CONNECTIONS })
  await mysql.query("create table if not exists one_lock_sales (id char(36) primary key, sold int not null)")
  await mysql.query(`create table if not exists one_lock_orders (
    id varchar(80) primary key, sale_id char(36) not null, user_id varchar(64) not null,
    request_id varchar(300) not null unique, quantity int not null, created_at datetime(3) not null)`)

  return async (wanted, saleId) => {
    const lock = await redlock.acquire([`one-lock:${saleId}`], LOCK_MS)
    try {
      if (!(await take(wanted, saleId))) return null
      const order = orderOf(saleId, wanted)
      await record(order.id, wanted, saleId)
      return order
    } finally {
      await lock.release()
    }
  }

  async function record(
    orderId: string,
    { userId, requestId, quantity }: Wanted,
    saleId: string,
  ): Promise<void> {
    const transaction = await mysql.getConnection()
    try {
      await transaction.beginTransaction()
      await transaction.execute(SELL, [saleId, quantity])
      await transaction.execute(INSERT, [orderId, saleId, userId, requestId, quantity])
      await transaction.commit()
    } catch (cause) {
      await transaction.rollback()
      throw cause
    } finally {
      transaction.release()
    }
  }
}
