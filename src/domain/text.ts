import { z } from "zod"

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is the character that must not be there
const WITHOUT_NUL = /^[^\x00]*$/

/**
 * Text for people of `min` to `max` characters, counted as Unicode counts them. Neither NUL nor half a surrogate pair:
 * not every database keeps them, and a read model must show what the log holds.
 */
export const text = (min: number, max: number) =>
  z
    .string()
    .regex(WITHOUT_NUL, "must not hold NUL")
    .refine((value) => value.isWellFormed(), "must not hold half a surrogate pair")
    .refine((value) => isWithin(min, value, max), `must have ${min} to ${max} characters`)
    .meta({ minLength: min, maxLength: max })

const isWithin = (min: number, value: string, max: number): boolean => {
  // A character is at most two UTF-16 units: what is longer need not be counted.
  const characters = value.length > 2 * max ? value.length : [...value].length
  return characters >= min && characters <= max
}
