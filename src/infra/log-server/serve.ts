import { randomUUID } from "node:crypto"
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js"
import { type FolderLock, lockFolder } from "../folder-lock.ts"
import { widenWindow } from "./server-inside.ts"
import { append } from "./service/append.ts"
import { type BatchCall, batchAppend } from "./service/batch-append.ts"
import { getSupportedMethods, readGossip } from "./service/cluster.ts"
import { deleteStream, tombstoneStream } from "./service/delete.ts"
import { stopping } from "./service/errors.ts"
import { GossipService, ServerFeaturesService, StreamsService } from "./service/protocol.ts"
import { read } from "./service/read.ts"
import { type Log, openLog } from "./storage/log.ts"
import { turn } from "./turn.ts"

/** Where to keep the log and where to listen; port 0 picks a free one. */
export interface LogServerOptions {
  readonly dataDir: string
  readonly port: number
}

export interface RunningLogServer {
  readonly port: number
  /** Refuses new calls, ends those under way, closes the files and lets the folder go. */
  close(): Promise<void>
}

/** Larger than any append that is accepted, so that a too large one gets its proper answer. */
const MAX_MESSAGE_BYTES = 16 * 1_048_576

const asItIs = (bytes: Buffer): Buffer => bytes

// Requests and answers that carry events are read and written by hand: see `wire`.
const fastStreams = {
  ...StreamsService,
  append: { ...StreamsService.append, requestDeserialize: asItIs, responseSerialize: asItIs },
  batchAppend: { ...StreamsService.batchAppend, requestDeserialize: asItIs, responseSerialize: asItIs },
  read: { ...StreamsService.read, responseSerialize: asItIs },
}

/**
 * Serves the log in `dataDir` on 127.0.0.1. The port opens once the log is open. Throws `FolderLocked` when another
 * process has the folder, and an error that names the port when that is taken.
 */
export async function serve({ dataDir, port }: LogServerOptions): Promise<RunningLogServer> {
  // What goes wrong is thrown from here; the library would print it as well.
  setLogVerbosity(logVerbosity.NONE)
  const lock = await lockFolder(dataDir)
  let log: Log | null = null
  try {
    log = openLog(dataDir, Date.now, diskFailed)
    await recordStart(log)
    return await listen(log, lock, port)
  } catch (error) {
    await log?.close()
    lock.release()
    throw error
  }
}

function diskFailed(error: unknown): never {
  console.error("the log server cannot write to its disk and stops:", error)
  process.exit(1)
}

async function listen(log: Log, lock: FolderLock, port: number): Promise<RunningLogServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    "grpc.enable_channelz": 0,
  })
  widenWindow(server)
  const batchCalls = new Set<BatchCall>()
  const appendBatches = batchAppend(log)
  let boundPort = port
  server.addService(fastStreams as never, {
    append: append(log),
    batchAppend(call: BatchCall) {
      batchCalls.add(call)
      call.on("close", () => batchCalls.delete(call))
      appendBatches(call)
    },
    delete: deleteStream(log),
    read: read(log),
    tombstone: tombstoneStream(log),
  })
  server.addService(GossipService, { read: readGossip(() => boundPort) })
  server.addService(ServerFeaturesService, { getSupportedMethods })
  boundPort = await bind(server, port)

  return {
    port: boundPort,
    async close() {
      // What has arrived is written and answered first.
      await turn()
      // A client whose batch call merely ends waits for ever for its answers: it has to be an error.
      for (const call of batchCalls) call.emit("error", stopping())
      await turn()
      server.forceShutdown()
      // Reads under way notice that their clients are gone before the files close.
      await turn()
      await log.close()
      lock.release()
    },
  }
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(new Error(`port ${port} of 127.0.0.1 is not free: ${error.message}`))
      else resolve(bound)
    })
  })
}

/** As in EventStoreDB, the log holds events of the system's own: whoever reads all of it has to filter. */
function recordStart(log: Log): Promise<void> {
  const event = {
    id: Buffer.from(randomUUID(), "latin1"),
    type: "$ServerStarted",
    contentType: "application/json",
    customMetadata: Buffer.alloc(0),
    data: Buffer.from(JSON.stringify({ startedAt: new Date().toISOString() })),
  }
  return new Promise((resolve) => {
    log.submit({ kind: "append", stream: "$server", expected: "any", events: [event] }, () => resolve())
  })
}
