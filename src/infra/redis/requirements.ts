import { Cluster, type Redis } from "ioredis"

const VERSION_MIN = 7

/**
 * Why the gate cannot be kept on this server, in words for its operator; null when it can. Rejects while the server
 * does not answer.
 */
export async function unfitness(redis: Redis | Cluster): Promise<string | null> {
  const nodes = redis instanceof Cluster ? redis.nodes("master") : [redis]
  // A cluster's nodes are not known before its first answer.
  if (nodes.length === 0) await redis.ping()
  for (const node of nodes) {
    const reason = await unfitnessOf(node)
    if (reason) return reason
  }
  return null
}

async function unfitnessOf(redis: Redis): Promise<string | null> {
  let info: string
  try {
    // Inside a script, as the scripts need it: they compare the server's run with that of the load.
    info = (await redis.eval(
      "return redis.call('INFO', 'server') .. redis.call('INFO', 'memory')",
      0,
    )) as string
  } catch (cause) {
    if (!(cause instanceof Error) || !/NOPERM|can't run|permission|unknown command/i.test(cause.message))
      throw cause
    return "does not let this user call EVAL and INFO, which the gate's scripts need"
  }
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? "unknown"
  if (!(Number.parseInt(version, 10) >= VERSION_MIN))
    return `is version ${version}; the scripts need ${VERSION_MIN}`
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? "unknown"
  if (policy !== "noeviction")
    return `has maxmemory-policy ${policy} and may throw a sale's gate away; set it to noeviction`
  return null
}
