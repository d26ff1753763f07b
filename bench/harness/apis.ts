import type { cpuMeter } from "./cpu.ts"
import { tally } from "./load.ts"
import { createSale, ordersPath, proveTold } from "./sale.ts"
import type { Bench } from "./scenario.ts"
import type { Servers } from "./servers.ts"

export interface Buying {
  readonly connections: number
  /** The API's processes; connections are divided among them. */
  readonly urls: readonly string[]
  readonly perSecond?: number
  readonly until?: { readonly seconds: number } | { readonly requests: number }
  readonly cpu?: ReturnType<typeof cpuMeter>
}

/** Stretches until V8 has compiled what it will: a quarter of a minute. */
const WARM_UP = 3

/** Buyers of the product: each stretch on a sale of its own, so that none is longer than another; all told is kept. */
export function buyers({ load, seconds }: Pick<Bench, "load" | "seconds">, { secret, logUrl }: Servers) {
  const { add, ...told } = tally()
  const saleIds: string[] = []

  async function buy({ cpu, until = { seconds }, ...how }: Buying, saleId?: string) {
    const id = saleId ?? (await createSale({ url: how.urls[0]!, secret }))
    if (!saleIds.includes(id)) saleIds.push(id)
    const job = {
      ...{ ...how, secret, path: ordersPath(id) },
      until,
      warmUpSeconds: "requests" in until ? 0 : seconds / 4,
    }
    return add(await (cpu ? cpu.during(() => load.call(job)) : load.call(job)))
  }

  return {
    buy,
    /** For what scatters while V8 compiles. */
    async warmUp(how: Buying): Promise<void> {
      for (let stretch = 0; stretch < WARM_UP; stretch++) await buy(how)
    },
    /** Throws when the log, apart from orders that nobody was told of, and what the buyers were told are not the same. */
    prove: (untold = 0) => proveTold(logUrl, saleIds, told, { untold }),
  }
}
