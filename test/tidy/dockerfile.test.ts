import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8")
const dockerfile = read("Dockerfile")

describe("Dockerfile", () => {
  const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!)
  it("has two stages on the Node that the project is developed with", () => {
    const { node } = JSON.parse(read("package.json")).devDependencies
    expect(stages).toEqual(Array(2).fill(`node:${node}-bookworm-slim`))
  })
  it("installs what runs, and nothing to develop with", () =>
    expect(dockerfile).toMatch(/^RUN npm ci --omit=dev --ignore-scripts$/m))
  it("runs as nobody special, without a shell between", () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "))
    expect(last).toMatch(/^USER node$/m)
    expect(last).toMatch(/^CMD \["node", "--.*"src\/main\.ts"\]$/m)
    expect(last).toMatch(/^HEALTHCHECK [\s\S]*?CMD \["node", .*\/readyz/m)
  })
})
