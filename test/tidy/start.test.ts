import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { startArgs } from "../support/program.ts"

it("the image starts what npm start starts", () => {
  const dockerfile = readFileSync(new URL("../../Dockerfile", import.meta.url), "utf8")
  expect(startArgs.at(-1)).toBe("src/main.ts")
  expect(dockerfile).toContain(`\nCMD ${JSON.stringify(["node", ...startArgs]).replaceAll(",", ", ")}\n`)
})
