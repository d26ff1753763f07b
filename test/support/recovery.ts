import { buy } from "./buyer.ts"
import type { Told } from "./load.ts"
import type { World } from "./world.ts"

/** Service is back within this time of any fault's end. */
export const BACK_MS = 45_000

/**
 * Waits until every API process has sold a cup to somebody who asks it only. Returns what the first buyers were told,
 * and how long it took; throws when one was refused, or after 45 s.
 */
export async function sellsAgain(
  { apis, token }: World,
  saleId: string,
  names: string,
): Promise<{ firsts: readonly Told[]; tookMs: number }> {
  const beganMs = performance.now()
  const firsts = await Promise.all(
    apis.map(async (api, n) => {
      const userId = `${names}-${n}`
      const { status, body, key } = await buy(api, saleId, token(userId), { patienceMs: BACK_MS })
      if (status !== 201) throw new Error(`the first buyer was answered ${status} ${JSON.stringify(body)}`)
      return { userId, key, quantity: 1, order: body, end: "pending_payment" } as const
    }),
  )
  return { firsts, tookMs: performance.now() - beganMs }
}
