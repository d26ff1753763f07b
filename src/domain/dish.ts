import { z } from "zod"
import { accept, type Decision, reject } from "./decision.ts"
import { text } from "./text.ts"
import { Instant } from "./time.ts"

// Events of stream `dish-<id>`

/** What the menu says of a dish; every field as it stands after the event. */
const Menu = z.object({
  name: text(1, 200),
  description: text(0, 2_000).optional(),
  priceFen: z.int().min(1).max(100_000_000),
  onSale: z.boolean(),
})
export type Menu = z.infer<typeof Menu>

export const schemas = {
  DishAdded: Menu.extend({ dishId: z.string(), at: Instant }),
  DishChanged: Menu.extend({ at: Instant }),
} as const

type Schemas = typeof schemas
export type Event = { [T in keyof Schemas]: { type: T; data: z.infer<Schemas[T]> } }[keyof Schemas]

/** The event of a recorded type and payload; throws when the log holds something that this code does not know. */
export function parse(type: string, data: unknown): Event {
  const schema = schemas[type as keyof Schemas]
  if (!schema) throw new Error(`unknown event type ${type} in a dish's stream`)
  return { type, data: schema.parse(data) } as Event
}

export const STREAM_PREFIX = "dish-"
export const streamOf = (dishId: string): string => STREAM_PREFIX + dishId

// State

export type Dish = Menu | null
export const initial: Dish = null
export const evolve = (_dish: Dish, event: Event): Dish => {
  const { name, description, priceFen, onSale } = event.data
  return { name, priceFen, onSale, ...(description === undefined ? {} : { description }) }
}

// Decisions

export const added = (dishId: string, menu: Menu, at: Instant): Event => ({
  type: "DishAdded",
  data: { dishId, ...menu, at },
})

/** Changes what is given and keeps the rest. */
export function change(dish: Dish, changes: Partial<Menu>, at: Instant): Decision<Event, "not_found"> {
  if (!dish) return reject("not_found")
  const menu = { ...dish, ...changes }
  const same = (Object.keys(menu) as (keyof Menu)[]).every((key) => menu[key] === dish[key])
  return same ? accept() : accept({ type: "DishChanged", data: { ...menu, at } })
}
