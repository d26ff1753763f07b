import { Cluster, type ClusterOptions, Redis, type RedisOptions } from "ioredis"

/** A command that has no answer by then fails; Redis itself answers within a few milliseconds. */
const COMMAND_TIMEOUT_MS = 750
/** A connection that was silent that long while an answer was due is taken for dead and opened again. */
const SOCKET_TIMEOUT_MS = 1_500
const CONNECT_TIMEOUT_MS = 1_000
const RECONNECT_MAX_MS = 250

const reconnectDelayMs = (attempt: number): number => Math.min(25 * attempt, RECONNECT_MAX_MS)

/**
 * Nothing is queued while the server is away and nothing is sent a second time by the client: a command that
 * somebody waits for fails at once, and who asked knows best whether it still makes sense.
 */
const connection = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  maxRetriesPerRequest: 0,
  // A master that became a replica keeps its connections; the new master is found by connecting again.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
} satisfies RedisOptions

/** One server. `onError` hears of failing connections, for the log; commands reject by themselves. */
export function openRedis(url: string, onError: (error: Error) => void): Redis {
  const options = { ...connection, enableOfflineQueue: false, retryStrategy: reconnectDelayMs }
  return new Redis(url, options).on("error", onError)
}

/** A cluster, found through any of its nodes. */
export function openRedisCluster(urls: readonly string[], onError: (error: Error) => void): Cluster {
  const options = {
    redisOptions: connection,
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectDelayMs,
    maxRedirections: 3,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
  } satisfies ClusterOptions
  return new Cluster([...urls], options).on("error", onError)
}
