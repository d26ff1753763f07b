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
    webhook: null,
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

const WEBHOOK_SECRET = "w8Hs2kQz6Vn4Bd1Xr9Tc5Lm3Jf7Gp0Yq"

test.each(["https://there.example/told?by=us", "http://10.0.0.7:8080"])(
  "sends notifications to %s",
  (url) => {
    const env = { NOTIFICATION_WEBHOOK_URL: url, NOTIFICATION_WEBHOOK_SECRET: WEBHOOK_SECRET }
    expect(parseConfig(env).webhook).toEqual({ url, secret: WEBHOOK_SECRET })
  },
)

describe("refuses by name", () => {
  test.each([
    ["ftp://there.example", WEBHOOK_SECRET, /^NOTIFICATION_WEBHOOK_URL: its value is not known/],
    ["https://me:tiger@there.example", WEBHOOK_SECRET, /^NOTIFICATION_WEBHOOK_URL: its value is not known/],
    ["https://a.example,https://b.example", WEBHOOK_SECRET, /^NOTIFICATION_WEBHOOK_URL: its value is not/],
    [
      "https://there.example",
      "",
      /^NOTIFICATION_WEBHOOK_SECRET: NOTIFICATION_WEBHOOK_URL needs it; make one/,
    ],
    ["https://there.example", "short", /^NOTIFICATION_WEBHOOK_SECRET: is shorter than 32 bytes; make one/],
    ["https://there.example", "x".repeat(64), /^NOTIFICATION_WEBHOOK_SECRET: is easy to guess; make one/],
    ["", WEBHOOK_SECRET, /^NOTIFICATION_WEBHOOK_URL: NOTIFICATION_WEBHOOK_SECRET is of no use without it/],
  ])("a webhook at %j with the secret %j, without repeating either", (url, secret, message) => {
    const parse = () => parseConfig({ NOTIFICATION_WEBHOOK_URL: url, NOTIFICATION_WEBHOOK_SECRET: secret })
    expect(parse).toThrow(message)
    expect(parse).not.toThrow(/tiger|example|xxxx|short$/)
  })

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
  ...["NOTIFICATION_WEBHOOK_URL", "NOTIFICATION_WEBHOOK_SECRET"],
])("the help lists %s", (name) => {
  expect(describeConfig()).toMatch(new RegExp(`^  ${name} .+\\(default: .+\\)$`, "m"))
})
