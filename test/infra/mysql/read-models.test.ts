import { describe } from "vitest"
import { mysqlDialect } from "../../../src/infra/mysql.ts"
import { readModelsContract } from "../../contract/read-models-contract.ts"
import { sharedTestMariaDb } from "../../support/mariadb.ts"
import { readModelsOn } from "../../support/read-side.ts"

describe("the read models in MariaDB", () => {
  readModelsContract(async () => {
    const server = await sharedTestMariaDb()
    const models = await readModelsOn(mysqlDialect(server.url))
    return { ...models, close: () => models.close().then(server.close) }
  })
})
