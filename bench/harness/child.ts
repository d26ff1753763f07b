import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"

/** A process of the benchmark's own that answers calls. It ends with this process, however that ends. */
export interface Child<Input, Output> {
  readonly pid: number
  /** Rejects when the child's answer throws, and when the child ends before it has answered. */
  call(input: Input): Promise<Output>
  close(): Promise<void>
}

type Reply<Output> = { id: number; output: Output } | { id: number; error: string }

/** Starts the module, which calls `answerCalls`, under these options for Node. */
export function startChild<Input, Output>(
  module: URL,
  nodeOptions: readonly string[] = [],
): Child<Input, Output> {
  const child: ChildProcess = fork(module, { execArgv: [...nodeOptions] })
  const waiting = new Map<number, { resolve(output: Output): void; reject(error: Error): void }>()
  let calls = 0
  const ended = once(child, "exit").then(([code, signal]) => {
    for (const { reject } of waiting.values())
      reject(new Error(`${module.pathname} ended (${signal ?? code}) before it answered`))
  })
  child.on("message", (reply: Reply<Output>) => {
    const call = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ("error" in reply) call?.reject(new Error(reply.error))
    else call?.resolve(reply.output)
  })
  return {
    pid: child.pid!,
    call: (input) =>
      new Promise((resolve, reject) => {
        const id = calls++
        waiting.set(id, { resolve, reject })
        child.send({ id, input })
      }),
    async close() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** The child's side. The end of the channel, by the parent's wish or by its death, is the end of this process. */
export function answerCalls<Input, Output>(answer: (input: Input) => Promise<Output>): void {
  process.on("disconnect", () => process.exit(0))
  process.on("message", ({ id, input }: { id: number; input: Input }) => {
    answer(input).then(
      (output) => process.send?.({ id, output }),
      (cause) => process.send?.({ id, error: cause instanceof Error ? String(cause.stack) : String(cause) }),
    )
  })
}
