/** The flash sale: one aggregate, used as `import * as FlashSale`. */
export * from "./flash-sale/command.ts"
export * from "./flash-sale/decisions.ts"
export * from "./flash-sale/draft.ts"
export * from "./flash-sale/events.ts"
export * from "./flash-sale/evolve.ts"
export * from "./flash-sale/order-cups.ts"
export * from "./flash-sale/outcomes.ts"
export * from "./flash-sale/state.ts"
