import { eventStoreContract } from "../contract/event-store-contract.ts"
import { createMemoryLog } from "../support/memory-log.ts"

eventStoreContract(async () => {
  const store = createMemoryLog()
  return { store, close: store.close }
})
