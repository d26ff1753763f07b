import { describe } from "vitest"
import { readModelsContract } from "../contract/read-models-contract.ts"
import { openReadModels } from "../support/read-side.ts"

describe("the read models in SQLite", () => {
  readModelsContract(openReadModels)
})
