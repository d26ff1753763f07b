import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const ROOT = new URL("../../", import.meta.url)
const { scripts } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8"))

/** What follows `exec node` in the script of `npm start`. */
export const startArgs: readonly string[] = scripts.start.replace(/^exec node /, "").split(" ")

/** The options that it gives Node. */
export const nodeOptions = startArgs.slice(0, -1)

/** The program and its arguments, as `npm start` runs it, from any folder. */
export const program: readonly string[] = [
  process.execPath,
  ...nodeOptions,
  fileURLToPath(new URL(startArgs.at(-1)!, ROOT)),
]
