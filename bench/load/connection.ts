import { connect, type Socket } from "node:net"

/** A kept connection that asks one thing at a time. */
export interface Connection {
  /** Sends a whole request; `onAnswer` gets the answer's word, or null when the connection broke. */
  ask(request: string, onAnswer: (word: string | null) => void): void
  close(): void
}

/** What is read is taken at once, so all connections read into the same memory. */
const READ = Buffer.allocUnsafe(64 * 1024)

/**
 * Knows just enough HTTP for the answers of the servers that are measured: each with a `content-length`, one at a time.
 * A client that did more would take the processor from the server beside it.
 */
export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url)
  let socket: Socket = await open()
  let waiting: ((word: string | null) => void) | null = null
  let text = ""

  function take(chunk: string): void {
    text = text === "" ? chunk : text + chunk
    const head = text.indexOf("\r\n\r\n")
    if (head < 0 || text.length < head + 4 + lengthOf(text)) return
    const word = wordOf(text)
    text = ""
    answered(word)
  }

  function answered(word: string | null): void {
    const tell = waiting
    waiting = null
    tell?.(word)
  }

  function open(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const opened = connect({
        ...{ host: hostname, port: Number(port), noDelay: true },
        onread: {
          buffer: READ,
          callback(bytes) {
            take(READ.toString("latin1", 0, bytes))
            return true
          },
        },
      })
      opened.once("connect", () => resolve(opened))
      opened.once("error", reject)
      opened.on("error", () => {})
      opened.on("close", () => {
        text = ""
        if (opened === socket) answered(null)
      })
    })
  }

  return {
    ask(request, onAnswer) {
      waiting = onAnswer
      if (socket.writable) return void socket.write(request, "latin1")
      open().then(
        (opened) => {
          socket = opened
          socket.write(request, "latin1")
        },
        () => answered(null),
      )
    },
    close: () => socket.destroy(),
  }
}

const LENGTH = /\r\n[Cc]ontent-[Ll]ength: (\d+)/
const CODE = '"code":"'

function lengthOf(text: string): number {
  const length = LENGTH.exec(text)
  if (!length) throw new Error(`an answer without its length:\n${text}`)
  return Number(length[1])
}

/** The code of a problem, else the status. */
function wordOf(text: string): string {
  const status = text.slice(9, 12)
  const code = status < "400" ? -1 : text.indexOf(CODE)
  return code < 0 ? status : text.slice(code + CODE.length, text.indexOf('"', code + CODE.length))
}
