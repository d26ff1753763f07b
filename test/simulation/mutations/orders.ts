import type { Mutation } from "./mutation.ts"

const reactor = "src/reactors/reactor.ts"
const place = "src/reactors/place-orders.ts"

/** Rules of what follows from events. */
export const orderMutations: readonly Mutation[] = [
  {
    name: "checkpoint before the effect",
    rule: "a reactor's offset moves after its effects",
    edits: [
      {
        file: reactor,
        from: "      const lanes = [",
        to: "      await checkpoints.save(name, to)\n      const lanes = [",
      },
      { file: reactor, from: "return checkpoints.save(name, to)", to: "return Promise.resolve()" },
    ],
    found: { seed: "20", invariant: "I10 money" },
  },
  {
    name: "an order of a new id",
    rule: "a reactor derives its stream from the event that caused it",
    edits: [
      {
        file: place,
        from: "(Order.streamOf(orderId), ",
        to: "(Order.streamOf(orderId.replace(/.{4}(?=-[^-]*$)/, () => String(Math.floor(clock.elapsed() * 1_000)).slice(-4))), ",
      },
    ],
    found: { seed: "1", invariant: "settles" },
  },
  {
    name: "a refund of a new id",
    rule: "a reactor derives its ids from the event that caused it",
    edits: [
      {
        file: "src/reactors/refund-payments.ts",
        from: "deps.gateway.refund(refund)",
        to: "deps.gateway.refund({ ...refund, refundId: deps.newId() })",
      },
    ],
    found: { seed: "15", invariant: "I10 money" },
  },
]
