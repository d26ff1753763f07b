import { describe, expect, test } from "vitest"
import { ConfigError, parseConfig, parseKey, parseReadModels, roles } from "../../src/config.ts"

const secret = "d2hhdCBhIGxvdmVseSBkYXksIGluZGVlZCBpdCBpcw"
const env = {
  STACK: "full",
  EVENTSTORE_URL: "esdb://log:2113?tls=false",
  REDIS_URL: "rediss://:tiger@gate:6380",
  MYSQL_URL: "mysql://coffee:tiger@db:3306/hash_coffee",
  KAFKA_BROKERS: "k1:9092, k2:9092",
  JWT_SECRET: secret,
  LOGIN_PROVIDER: "development",
  PAYMENT_PROVIDER: "simulator",
}

test("is read whole, and seeds nothing unless told", () => {
  expect(parseConfig(env)).toEqual({
    stack: "full",
    roles: new Set(roles),
    host: "127.0.0.1",
    port: 3000,
    eventStoreUrl: "esdb://log:2113?tls=false",
    redisUrls: ["rediss://:tiger@gate:6380"],
    mysqlUrl: "mysql://coffee:tiger@db:3306/hash_coffee",
    kafkaBrokers: ["k1:9092", "k2:9092"],
    jwtSecret: secret,
    loginProvider: "development",
    paymentProvider: "simulator",
    seedDemo: false,
    webhook: null,
  })
  expect(parseConfig({ ...env, SEED_DEMO: "true" }).seedDemo).toBe(true)
})

test("several Redis URLs are a cluster's nodes", () => {
  const REDIS_URL = "redis://a:7000,redis://b:7001"
  expect(parseConfig({ ...env, REDIS_URL })).toMatchObject({
    redisUrls: ["redis://a:7000", "redis://b:7001"],
  })
})

describe("refuses to start without", () => {
  const required = Object.keys(env).filter((name) => name !== "STACK")
  test.each(required)("%s", (name) => {
    for (const value of [undefined, ""]) {
      const parse = () => parseConfig({ ...env, [name]: value })
      expect(parse).toThrow(ConfigError)
      expect(parse).toThrow(new RegExp(`^${name}: the full profile needs it; set it to .+$`))
    }
  })

  test("any, and names each", () => {
    const told = required.map((name) => `${name}: .+`).join("\n")
    expect(() => parseConfig({ STACK: "full" })).toThrow(new RegExp(`^${told}$`))
  })
})

describe("refuses, without repeating a password,", () => {
  test.each([
    ["EVENTSTORE_URL", "http://admin:tiger@log:2113"],
    ["REDIS_URL", "http://:tiger@gate"],
    ["REDIS_URL", "redis://:tiger@gate,gate2"],
    ["MYSQL_URL", "mysql://coffee:tiger@db:3306"],
    ["MYSQL_URL", "postgres://coffee:tiger@db/hash_coffee"],
    ["KAFKA_BROKERS", "tiger"],
    ["KAFKA_BROKERS", "k1:9092,"],
  ])("%s=%s", (name, value) => {
    const parse = () => parseConfig({ ...env, [name]: value })
    expect(parse).toThrow(new RegExp(`^${name}: its value is not known; set it to `))
    expect(parse).not.toThrow("tiger")
  })
})

test.each([
  ["tiger-tiger", "is shorter than 32 bytes"],
  ["x".repeat(64), "is easy to guess"],
  ["change-me-please-0a9b8c7d6e5f-change-me", "is easy to guess"],
  ["my-super-secret-for-the-tokens-2b7e151628", "is easy to guess"],
  ["password-password-password-password", "is easy to guess"],
])("a key such as %s is refused, and not repeated", (key, why) => {
  const parse = () => parseConfig({ ...env, JWT_SECRET: key })
  expect(parse).toThrow(new RegExp(`^JWT_SECRET: ${why}; make one with: .+$`))
  expect(parse).not.toThrow(key)
})

test("a key counts in bytes, and may have any characters", () => {
  expect(parseConfig({ ...env, JWT_SECRET: "密钥由十二个汉字组成够长" })).toMatchObject({ stack: "full" })
})

test("migrating asks for the database only, a token for its key only", () => {
  const { STACK, MYSQL_URL, JWT_SECRET } = env
  expect(parseReadModels({ STACK, MYSQL_URL })).toEqual({ mysqlUrl: MYSQL_URL })
  expect(() => parseReadModels({ STACK })).toThrow(/^MYSQL_URL: .+$/)
  expect(parseReadModels({ DATA_DIR: "/data" })).toEqual({ dataDir: "/data" })
  expect(parseKey({ STACK, JWT_SECRET })).toEqual({ jwtSecret: JWT_SECRET })
  expect(() => parseKey({ STACK })).toThrow(/^JWT_SECRET: .+$/)
  expect(parseKey({ DATA_DIR: "/data" })).toEqual({ dataDir: "/data" })
})
