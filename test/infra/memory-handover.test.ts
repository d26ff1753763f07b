import { handoverContract } from "../contract/handover-contract.ts"
import { createMemoryHandover } from "../support/memory-handover.ts"

handoverContract(async () => {
  const server = createMemoryHandover(Date.now)
  return { first: server.process(), second: server.process(), close: async () => {} }
})
