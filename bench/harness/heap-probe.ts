/** Imported ahead of the product: at SIGUSR2 it collects what is dead and prints what the process holds. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void
let asked = 0

process.on("SIGUSR2", () => {
  const { rss } = process.memoryUsage()
  // Twice: what a finaliser lets go is dead only after the first.
  collect()
  setImmediate(() => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    console.log(`held ${++asked}: ${JSON.stringify({ rss, live: heapUsed + arrayBuffers })} `)
  })
})
