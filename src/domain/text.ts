import { z } from "zod"

/**
 * Text for people of `min` to `max` characters, counted as Unicode counts them. Neither NUL nor half a surrogate pair:
 * not every database keeps them, and a read model must show what the log holds.
 */
export const text = (min: number, max: number) =>
  z
    .string()
    .regex(new RegExp(`^[^\\u0000\\ud800-\\udfff]{${min},${max}}$`, "u"), {
      error: `must be text of ${min} to ${max} characters, without NUL or half a surrogate pair`,
    })
    .meta({ minLength: min, maxLength: max })
