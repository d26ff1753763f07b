import { z } from "zod"

/** The answer's place in the log: a query that is asked `after` it shows what the command did. */
export const Position = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .describe("Give it to a query as `after`, to read your own write")
