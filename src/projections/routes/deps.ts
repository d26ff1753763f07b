import type { Clock } from "../../commands/ports/clock.ts"
import type { Db } from "../database.ts"
import type { AfterDeps } from "./after.ts"

/** What the queries need from outside. */
export interface QueryDeps extends AfterDeps {
  readonly db: Db
  readonly clock: Clock
}
