/**
 * Every key that the application uses in Redis, built here and nowhere else. All keys of one script share a hash
 * tag, the part in braces, so that they live in one slot of a cluster.
 */

/** The three hashes that make a sale's gate, in the order in which every script takes them. */
export const gateKeys = (saleId: string) =>
  [`seckill:{${saleId}}:gate`, `seckill:{${saleId}}:users`, `seckill:{${saleId}}:permits`] as const

/** Whoever holds it loads the gate anew. */
export const claimKey = (saleId: string) => `seckill:{${saleId}}:claim`

/** Where an image waits, chunk by chunk, until it takes the gate's place. */
export const stagedKeys = (saleId: string, token: string) =>
  [`seckill:{${saleId}}:load:${token}:gate`, `seckill:{${saleId}}:load:${token}:users`] as const

/** Commands for the process that writes on the sale's stream, the oldest first. */
export const handoverKey = (saleId: string) => `seckill:{${saleId}}:handover`

/** The channel on which a sale's id is called out when its list has something new, and by whom. */
export const BELL_CHANNEL = "seckill:bell"

/** The channel on which the process of this name is told what others have written for it. */
export const toldChannel = (name: string) => `seckill:told:${name}`

/** Whoever holds it does a piece of work of which one process is enough. */
export const lockKey = (resource: string) => `lock:${resource}`
