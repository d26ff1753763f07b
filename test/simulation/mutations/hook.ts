import { registerHooks } from "node:module"
import { fileURLToPath } from "node:url"
import { mutations } from "./index.ts"

// Imported before anything else by a process that runs with a mutation: what it names is changed while it is loaded.

const ROOT = new URL("../../../", import.meta.url)
const name = process.env.MUTATION
const mutation = mutations.find((each) => each.name === name)
if (!mutation) throw new Error(`there is no mutation ${name}`)

const pending = new Set(mutation.edits)

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const edits = mutation.edits.filter(({ file }) => new URL(file, ROOT).href === url)
    if (edits.length === 0) return loaded
    let source = `${loaded.source}`
    for (const edit of edits) {
      if (source.split(edit.from).length !== 2)
        throw new Error(`${name}: ${fileURLToPath(url)} does not hold this once:\n${edit.from}`)
      source = source.replace(edit.from, () => edit.to)
      pending.delete(edit)
    }
    return { ...loaded, source }
  },
})

/** Throws when a part of the mutation has not been loaded: it would have changed nothing. */
export function assertApplied(): void {
  for (const { file } of pending) throw new Error(`${name}: ${file} was not loaded`)
}
