import type { Process, World } from "./sale-world.ts"

/** A process whose appends wait until `let` is called: it is granted permits and does not come to commit them. */
export async function heldProcess(world: World): Promise<Process & { let: () => void }> {
  const held = Promise.withResolvers<void>()
  const append: typeof world.log.append = async (...args) => {
    await held.promise
    return world.log.append(...args)
  }
  const process = await world.process({ store: { append } })
  return { ...process, let: held.resolve }
}

/** A process of the sale, whose gate is loaded. */
export async function opened(world: World): Promise<Process> {
  const process = await world.process()
  const loading = process.live.rebuild.ensureLoaded()
  await world.clock.settle()
  await loading
  return process
}
