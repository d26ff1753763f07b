import { commitMutations } from "./commit.ts"
import { gateMutations } from "./gate.ts"
import type { Mutation } from "./mutation.ts"
import { orderMutations } from "./orders.ts"
import { refusalMutations } from "./refusals.ts"

/** Every rule that is dropped in turn. */
export const mutations: readonly Mutation[] = [
  ...gateMutations,
  ...refusalMutations,
  ...commitMutations,
  ...orderMutations,
]
