import { nodeOptions } from "../../test/support/program.ts"
import type { BareRoute, Behind } from "../baseline/bare-route.ts"
import { startChild } from "./child.ts"
import { cpuMeter } from "./cpu.ts"
import { ordersPath } from "./sale.ts"
import type { Bench } from "./scenario.ts"
import type { Servers } from "./servers.ts"

const MODULE = new URL("../baseline/bare-route.ts", import.meta.url)

/** The bare route in a process of its own, under the same options for Node as the product. */
export async function startBare({ own, load, seconds }: Bench, { secret }: Servers, behind: Behind) {
  const child = own(startChild<BareRoute, string>(MODULE, nodeOptions))
  const url = await child.call({ secret, behind })
  const path = ordersPath(crypto.randomUUID())
  return {
    meter: () => cpuMeter(child.pid),
    /** Answers a second. */
    async ask(connections: number, cpu = cpuMeter(child.pid)): Promise<number> {
      const job = { path, connections, secret, warmUpSeconds: seconds / 4, until: { seconds }, urls: [url] }
      return (await cpu.during(() => load.call(job))).perSecond
    },
  }
}
