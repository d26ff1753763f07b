import type { Mutation } from "./mutation.ts"

const decisions = "src/domain/flash-sale/decisions.ts"
const permits = "src/commands/sale/permits.ts"
const writer = "src/commands/sale/writer.ts"
const rebuild = "src/commands/sale/gate-rebuild.ts"

const dropAtOnce = "gate.drop(sale.id, permit.requestId, -1)"

/** Rules of the commit, of settlement and of the rebuild. */
export const commitMutations: readonly Mutation[] = [
  {
    name: "refused without an event",
    rule: "a permit that the log decides against ends as PermitRefused",
    edits: [
      {
        file: decisions,
        from: "if (reason) return accept(refused(permit, reason))",
        to: "if (reason) return reject(reason)",
      },
      {
        file: permits,
        from: "    // No event of ours will",
        to: `    if (!committed.ok) ${dropAtOnce}.catch(notDropped)\n    // No event of ours will`,
      },
      {
        file: "src/commands/reserve-stock.ts",
        from: 'return committed.reason === "request_conflict" ? refused("request_conflict") : null',
        to: 'return committed.reason === "permit_void" ? null : refused(committed.reason)',
      },
    ],
    found: { seed: "1050", invariant: "no sold cup is offered again" },
  },
  {
    name: "settled without an event",
    rule: "a permit older than its grace ends as PermitRefused with reason expired",
    edits: [
      {
        file: permits,
        from: "await writer.commit((draft) => expire(draft, permit), {",
        to: `await ${dropAtOnce}\n      void ({`,
      },
    ],
    found: { seed: "29", invariant: "no sold cup is offered again" },
  },
  {
    name: "permits of an older epoch",
    rule: "the fence voids every permit under way",
    edits: [
      {
        file: "src/domain/flash-sale/command.ts",
        from: "return epoch < sale.epoch &&",
        to: "return epoch < 0 &&",
      },
    ],
    found: { seed: "277", invariant: "no sold cup is offered again" },
  },
  {
    name: "rebuild without a fence",
    rule: "a rebuild appends GateOpened before it takes its image",
    edits: [{ file: rebuild, from: "accept(FlashSale.openGate(draft))", to: "accept()" }],
    found: { seed: "112", invariant: "no sold cup is offered again" },
  },
  {
    name: "released on unknown",
    rule: "unknown is not failed",
    edits: [
      {
        file: writer,
        from: "const append = appendDurably(store, clock)",
        to: 'const append: ReturnType<typeof appendDurably> = async (...args) => {\n    const result = await store.append(args[0], args[1], args[2])\n    if (result.kind === "unknown") throw new EventStoreUnavailable("given up")\n    return result\n  }',
      },
      {
        file: permits,
        from: "      (cause) => {\n        leave(permit)",
        to: `      (cause) => {\n        ${dropAtOnce}.catch(notDropped)\n        leave(permit)`,
      },
    ],
    found: { seed: "46", invariant: "no sold cup is offered again" },
  },
  {
    name: "no limit at the commit",
    rule: "the domain decides again: the user's limit, too",
    edits: [
      {
        file: decisions,
        from: '  if (sale.unitsOf.get(userId) + quantity > (sale.terms?.perUserLimit ?? 0)) return "limit_exceeded"\n  return sale.taken',
        to: "  return sale.taken",
      },
    ],
    found: { seed: "2134", invariant: "I2 no user over the limit" },
  },
  {
    name: "refilled at the load",
    rule: "the image's stock is capacity - held - sold",
    edits: [
      {
        file: "src/commands/sale/gate-change.ts",
        from: "stock: sale.capacity - sale.taken",
        to: "stock: sale.capacity",
      },
    ],
    found: { seed: "2", invariant: "I9 gate = log" },
  },
  {
    name: "revision from the error",
    rule: "the expected revision is that of the own fold, on which was decided",
    edits: [
      { file: writer, from: "const result = await append(", to: "let result = await append(" },
      {
        file: writer,
        from: '        if (result.kind === "conflict") {',
        to: '        while (result.kind === "conflict") {\n          await catchUp()\n          result = await append(stream, BigInt(sale.revision), newEvents, signal)\n        }\n        if (result.kind === "conflict") {',
      },
    ],
    found: { seed: "16", invariant: "no 404 of what is there" },
  },
  {
    name: "a no beside a repeated append",
    rule: "a refusal is not decided on a stale fold inside a group",
    edits: [
      { file: writer, from: "answer.ok || events.length === 0", to: "answer.ok || events.length >= 0" },
    ],
    found: { seed: "4782", invariant: "no unexpected error" },
  },
  {
    name: "told before it is written",
    rule: "other processes are told of an append only once it has succeeded",
    edits: [
      {
        file: writer,
        from: "        appendingSinceMs = beganMs\n",
        to: "        appendingSinceMs = beganMs\n        onAppended({ events, firstRevision: revision + 1, position: sale.position })\n",
      },
    ],
    found: { seed: "3", invariant: "no 201 without its event" },
  },
]
