import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { parseConfig, parseReadModels, type Role, roles } from "../../src/config.ts"

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8")

interface Service {
  readonly image: string
  readonly build?: string
  readonly command?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly networks: readonly string[]
  readonly deploy: { readonly resources: { readonly limits: Readonly<Record<string, unknown>> } }
  readonly [setting: string]: unknown
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>
}

const text = read("docker-compose.yml")
const compose: Compose = parse(text, { merge: true })
const { log, redis, mysql, kafka, ...app } = compose.services as Record<string, Service>
const servers = { log, redis, mysql, kafka } as Record<string, Service>
const example = read(".env.example")
const settings = new Map(
  [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
)

/** What a person would write into `.env`. */
const filled: Record<string, string> = {
  JWT_SECRET: "q7Jd0v3Zk1Xw9Lr5Tb2Nc8Hf4Gs6Pm0y",
  MYSQL_PASSWORD: "5f1c9e",
  REDIS_PASSWORD: "a07b3d",
  LOGIN_PROVIDER: "development",
  PAYMENT_PROVIDER: "simulator",
}

/** As compose replaces `${NAME:?message}` and `${NAME:-default}`; throws for one that is missing. */
const interpolate = (value: string): string =>
  value.replace(/(?<!\$)\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, sign: string, rest: string) => {
    const set = filled[name]
    if (set === undefined && sign === "?") throw new Error(`${name}: ${rest}`)
    return set ?? rest
  })
const environmentOf = (service: Service) =>
  Object.fromEntries(Object.entries(service.environment).map(([name, value]) => [name, interpolate(value)]))

describe("docker-compose.yml", () => {
  it("runs the application as api, worker and migration, each image made by the Dockerfile", () => {
    expect(Object.keys(app).sort()).toEqual(["api", "migration", "worker"])
    for (const service of Object.values(app)) expect(service.build).toBe(".")
  })

  it.each(["api", "worker"])("gives %s all that the full profile needs", (name) => {
    const config = parseConfig(environmentOf(app[name]!))
    expect(config).toMatchObject({ stack: "full", seedDemo: false, kafkaBrokers: ["kafka:9092"] })
  })

  it("sends notifications out when it is told where, from the worker, which has a way out", () => {
    expect(parseConfigOf("worker").webhook).toBeNull()
    const webhook = { url: "https://there.example/told", secret: "w8Hs2kQz6Vn4Bd1Xr9Tc5Lm3Jf7Gp0Yq" }
    const { environment } = app.worker!
    const { url: NOTIFICATION_WEBHOOK_URL, secret: NOTIFICATION_WEBHOOK_SECRET } = webhook
    const told = { ...environment, NOTIFICATION_WEBHOOK_URL, NOTIFICATION_WEBHOOK_SECRET }
    expect(Object.keys(told).sort()).toEqual(Object.keys(environment).sort())
    expect(parseConfig(environmentOf({ ...app.worker!, environment: told })).webhook).toEqual(webhook)
    expect(app.worker!.networks).toContain("outside")
  })

  it("gives the migration its database, and no key", () => {
    const environment = environmentOf(app.migration!)
    expect(parseReadModels(environment)).toEqual({ mysqlUrl: parseConfigOf("api").mysqlUrl })
    expect(environment).not.toHaveProperty("JWT_SECRET")
  })

  it("leaves no role to nobody", () => {
    const all = ["api", "worker"].flatMap((name): Role[] => [...parseConfigOf(name).roles])
    expect(all.sort()).toEqual([...roles].sort())
  })

  it("names servers and ports as the servers have them", () => {
    const { eventStoreUrl, redisUrls, mysqlUrl, kafkaBrokers } = parseConfigOf("api")
    expect(eventStoreUrl).toBe("esdb://log:2113?tls=false")
    expect(redisUrls.map((url) => new URL(url).host)).toEqual(["redis:6379"])
    expect(kafka!.environment.KAFKA_ADVERTISED_LISTENERS).toBe(`PLAINTEXT://${kafkaBrokers[0]}`)
    const { username, password, host, pathname } = new URL(mysqlUrl)
    expect([host, pathname]).toEqual(["mysql:3306", `/${mysql!.environment.MYSQL_DATABASE}`])
    expect([username, password]).toEqual([
      mysql!.environment.MYSQL_USER,
      environmentOf(mysql!).MYSQL_PASSWORD,
    ])
    expect(redis!.command!.map(interpolate)).toContain(new URL(redisUrls[0]!).password)
    expect(redis!.command!.join(" ")).toMatch(/--appendonly yes.*--maxmemory-policy noeviction/)
  })

  it("starts in order: servers that are asked for, then the tables, then the application", () => {
    expect(app.migration!.depends_on).toEqual({ mysql: { condition: "service_healthy" } })
    for (const name of ["api", "worker"])
      expect(app[name]!.depends_on).toMatchObject({
        migration: { condition: "service_completed_successfully" },
        log: { condition: "service_healthy" },
        redis: { condition: "service_healthy" },
        mysql: { condition: "service_healthy" },
      })
  })

  it("has the worker alone stand behind the others when cores are scarce", () => {
    const behind = Object.entries(compose.services).filter(([, service]) => service.cpu_shares !== undefined)
    expect(behind).toEqual([["worker", expect.objectContaining({ cpu_shares: 128 })]])
  })

  it.each(Object.entries(compose.services))("bounds %s and asks for its health", (name, service) => {
    expect(Object.keys(service.deploy.resources.limits).sort()).toEqual(["cpus", "memory", "pids"])
    expect(service.security_opt).toContain("no-new-privileges:true")
    if (name in servers) expect(service.healthcheck!.test!.length).toBeGreaterThan(1)
    else expect(service.healthcheck?.disable ?? false).toBe(name === "migration")
  })

  it.each(Object.entries(app))("lets %s write to /tmp only, as nobody special", (_, service) => {
    expect(service).toMatchObject({ user: "node", read_only: true, cap_drop: ["ALL"] })
    expect(service.tmpfs).toEqual([expect.stringMatching(/^\/tmp:/)])
    expect(service.volumes).toBeUndefined()
  })

  it.each(Object.entries(servers))(
    "keeps the data of %s, and shows it to nobody outside",
    (name, service) => {
      expect(service.volumes).toEqual([expect.stringMatching(new RegExp(`^${name}:/`))])
      expect(compose.volumes).toHaveProperty(name)
      expect(service.ports).toBeUndefined()
      expect(service.networks).toEqual(["inside"])
      expect(compose.networks.inside).toEqual({ internal: true })
    },
  )

  it("publishes the API on loopback only", () => {
    expect(app.api!.ports!.map(interpolate)).toEqual(["127.0.0.1:3000:3000"])
    expect(app.worker!.ports).toBeUndefined()
  })

  it("pins every image, at the versions that `npm run stack` uses", () => {
    const stack: Compose = parse(read("src/stack/docker-compose.yml"))
    for (const [name, { image }] of Object.entries(servers)) {
      expect(image).toMatch(/^[\w/-]+:\d+\.\d+\.\d+(-[\w-]+)?$/)
      expect(image).toBe(stack.services[name]!.image)
    }
  })
})

describe("secrets", () => {
  it("stand nowhere: compose refuses to start without them, and the example has none", () => {
    for (const name of Object.keys(filled)) {
      expect(text).toContain(`\${${name}:?`)
      expect(settings.get(name)).toBe("")
    }
    for (const [, secret] of text.matchAll(/^ +\w*(?:PASSWORD|SECRET|REDISCLI_AUTH): *(.*)$/gm))
      expect(secret).toMatch(/^(\$\{\w+:\?set it in \.env\}|\$\{NOTIFICATION_WEBHOOK_SECRET:-\}|"yes")$/)
    for (const [, password] of text.matchAll(/\/\/\w*:(\S*)@/g)) expect(password).toMatch(/^\$\{\w+:\?/)
  })

  it("are all described in .env.example, with every other variable", () => {
    const used = new Set([...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name!))
    expect([...settings.keys()].sort()).toEqual([...used].sort())
    for (const name of settings.keys()) expect(example).toMatch(new RegExp(`^#.*\\n${name}=`, "m"))
  })

  it("do not get into the repository or the image", () => {
    expect(read(".gitignore").split("\n")).toContain(".env")
    const [first, ...named] = read(".dockerignore")
      .split("\n")
      .filter((line) => line && !line.startsWith("#"))
    expect(first).toBe("*")
    expect(named).toEqual(["!package.json", "!package-lock.json", "!.npmrc", "!src", "!lua"])
  })
})

function parseConfigOf(name: string) {
  const config = parseConfig(environmentOf(app[name]!))
  if (config.stack !== "full") throw new Error(`${name} is not of the full profile`)
  return config
}
