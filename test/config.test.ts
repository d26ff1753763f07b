import { resolve } from "node:path"
import { describe, expect, test } from "vitest"
import { ConfigError, describeConfig, parseConfig, roles } from "../src/config.ts"

test("needs nothing", () => {
  expect(parseConfig({})).toEqual({
    stack: "embedded",
    roles: new Set(roles),
    host: "127.0.0.1",
    port: 3000,
    dataDir: resolve("data"),
    eventStorePort: 2113,
    jwtSecret: undefined,
    loginProvider: "development",
    paymentProvider: "simulator",
    seedDemo: true,
  })
})

test("is frozen", () => {
  expect(Object.isFrozen(parseConfig({}))).toBe(true)
})

test("ignores what it does not know, and what is set to nothing", () => {
  expect(parseConfig({ EDITOR: "vi", PORT: "", REDIS_URL: "" })).toEqual(parseConfig({}))
})

test("reads every variable", () => {
  const config = parseConfig({
    STACK: "embedded",
    ROLES: "api, projector,api",
    HOST: "0.0.0.0",
    PORT: "0",
    DATA_DIR: "/var/lib/coffee",
    EVENTSTORE_PORT: "65535",
    JWT_SECRET: "k",
    LOGIN_PROVIDER: "development",
    PAYMENT_PROVIDER: "simulator",
    SEED_DEMO: "false",
  })
  expect(config).toMatchObject({ host: "0.0.0.0", port: 0, eventStorePort: 65_535, seedDemo: false })
  expect(config).toMatchObject({ dataDir: "/var/lib/coffee", jwtSecret: "k" })
  expect([...config.roles]).toEqual(["api", "projector"])
})

describe("refuses by name", () => {
  test.each([
    ["STACK", "half"],
    ["ROLES", "api,cook"],
    ["ROLES", ","],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "3000.5"],
    ["PORT", "0x10"],
    ["EVENTSTORE_PORT", "any"],
    ["LOGIN_PROVIDER", "wechat"],
    ["PAYMENT_PROVIDER", "wechat"],
    ["SEED_DEMO", "yes"],
  ])("%s=%s", (name, value) => {
    const parse = () => parseConfig({ [name]: value })
    expect(parse).toThrow(ConfigError)
    expect(parse).toThrow(new RegExp(`^${name}: ${JSON.stringify(value)} is not known; set it to `))
  })

  test.each(["EVENTSTORE_URL", "REDIS_URL", "MYSQL_URL", "KAFKA_BROKERS"])(
    "%s under the embedded profile, without repeating it",
    (name) => {
      const parse = () => parseConfig({ [name]: "redis://user:tiger@host" })
      expect(parse).toThrow(`${name}: belongs to the full profile; unset it`)
      expect(parse).not.toThrow("tiger")
    },
  )

  test("all that is wrong at once", () => {
    expect(() => parseConfig({ PORT: "x", ROLES: "y" })).toThrow(/^ROLES: .+\nPORT: .+$/)
  })
})

test.each([
  ...["STACK", "ROLES", "HOST", "PORT", "DATA_DIR", "EVENTSTORE_PORT", "EVENTSTORE_URL", "REDIS_URL"],
  ...["MYSQL_URL", "KAFKA_BROKERS", "JWT_SECRET", "LOGIN_PROVIDER", "PAYMENT_PROVIDER", "SEED_DEMO"],
])("the help lists %s", (name) => {
  expect(describeConfig()).toMatch(new RegExp(`^  ${name} .+\\(default: .+\\)$`, "m"))
})
