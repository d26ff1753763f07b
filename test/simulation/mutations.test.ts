import { describe, expect, it } from "vitest"
import { mutations } from "./mutations/index.ts"
import { runSeed } from "./run.ts"
import { search } from "./search.ts"

/** When the code has changed since, a seed may tell another story: so many from it on are tried before that is a failure. */
const FROM_THERE_MAX = 1_000

/** The kept seeds: each has found a rule that was dropped, and holds as long as the rule is kept. */
describe("an invariant breaks without", () => {
  it.concurrent.each(mutations)("$name", { timeout: 120_000 }, async ({ name, found }) => {
    const from = Number(found.seed)
    const [kept] = await search({ from, count: 1, mutation: name })
    if (kept?.failed) return expect(kept.failed).toMatchObject(found)
    const others = await search({ from: from + 1, count: FROM_THERE_MAX, mutation: name })
    const next = others.flatMap(({ failed }) => failed ?? []).map(({ seed }) => seed)
    expect(next, `search anew: npm run test:simulation -- --mutant "${name}"`).not.toEqual([])
    console.warn(`${name}: seed ${found.seed} does not find it any more, ${next[0]} does; keep that one`)
  })
})

it("with every rule none of these seeds breaks anything", async () => {
  for (const { found } of mutations) expect((await runSeed(found.seed)).violation).toBeNull()
})
