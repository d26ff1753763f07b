import type { Mutation } from "./mutation.ts"

const request = "src/commands/reserve-stock.ts"

/** Rules of what a request is told without an append: refusals, and the memory that a sale is sold out. */
export const refusalMutations: readonly Mutation[] = [
  {
    name: "refusal without a look",
    rule: "a refusal reads the stream up to the reply's rev and looks the id up before it is said",
    edits: [
      {
        file: request,
        from: "        if ((await readUpTo(reply.rev)) === LATE) return unavailable\n        const answer = answerFromFold(sale, request)\n        if (answer) return answer\n        if (reply.rev < sale.revision",
        to: "        if (reply.rev < sale.revision",
      },
    ],
    found: { seed: "24", invariant: "answers repeat" },
  },
  {
    name: "memory of some left",
    rule: "the memory is set only by a reply with stock exactly 0",
    edits: [
      { file: request, from: "reply.stock === 0 && !reply.permitsPending", to: "!reply.permitsPending" },
    ],
    found: { seed: "29", invariant: "no grant beside a sold-out memory" },
  },
  {
    name: "memory beside a permit",
    rule: "the memory is set only when no permit is pending",
    edits: [{ file: request, from: "reply.stock === 0 && !reply.permitsPending", to: "reply.stock === 0" }],
    found: { seed: "142", invariant: "no order of a permit older than a refusal" },
  },
  {
    name: "memory of a lagging fold",
    rule: "the memory is set only with the own fold at the reply's rev or past it",
    edits: [
      {
        file: request,
        from: "      default: {\n        if ((await readUpTo(reply.rev)) === LATE) return unavailable",
        to: "      default: {\n        if (!isSoldOutForAll(reply) && (await readUpTo(reply.rev)) === LATE) return unavailable",
      },
    ],
    found: { seed: "126", invariant: "answers repeat" },
  },
  {
    name: "memory from after the answer",
    rule: "the memory lives T from before the call",
    edits: [{ file: request, from: "remember(askedAtMs, ", to: "remember(clock.elapsed(), " }],
    found: { seed: "24", invariant: "no grant beside a sold-out memory" },
  },
  {
    name: "memory before the fold",
    rule: "a request whose id is in the fold is answered from there first",
    edits: [
      {
        file: request,
        from: "  const known = answerFromFold(sale, request)",
        to: '  if (live.soldOut.isValid(clock.elapsed(), sale.revision)) return refused("sold_out")\n  const known = answerFromFold(sale, request)',
      },
    ],
    found: { seed: "6", invariant: "answers repeat" },
  },
]
