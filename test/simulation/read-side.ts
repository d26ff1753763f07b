import { DatabaseUnavailable } from "../../src/commands/ports/database.ts"
import type { WorkersDeps } from "../../src/reactors/start.ts"
import type { Rows } from "./rows.ts"
import type { Owner } from "./timeline.ts"
import type { Wire } from "./wire.ts"

const TIMEOUT_MS = 300

/** The database as the workers of a process have it: behind the wire. */
export const readSideOf =
  (wire: Wire, rows: Rows) =>
  (owner: Owner): Pick<WorkersDeps, "dueOrders" | "dueRefunds" | "checkpoints"> => {
    const ask = <Reply>(name: string, detail: string, perform: () => Promise<Reply>) =>
      wire<Reply>(owner, {
        ...{ name, perform, timeoutMs: TIMEOUT_MS },
        detail: () => detail,
        unanswered() {
          throw new DatabaseUnavailable("no answer in time")
        },
      })
    const { checkpoints, dueOrders, dueRefunds } = rows
    return {
      checkpoints: {
        load: (name) => ask("checkpoint.load", name, () => checkpoints.load(name)),
        save: (name, position) =>
          ask("checkpoint.save", `${name} ${position}`, () => checkpoints.save(name, position)),
      },
      dueOrders: (...args) => ask("rows.due orders", "", () => dueOrders(...args)),
      dueRefunds: (...args) => ask("rows.due refunds", "", () => dueRefunds(...args)),
    }
  }
