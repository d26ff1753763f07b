import { weakness } from "./config/secret.ts"
import { type Name, type Role, type Values, type Variable, variables } from "./config/variables.ts"

export { type Role, roles } from "./config/variables.ts"

type Env = Readonly<Record<string, string | undefined>>

/** Where notifications are sent, and with what they are signed. */
export interface WebhookConfig {
  readonly url: string
  readonly secret: string
}

/** What both profiles know. */
interface Common {
  readonly roles: ReadonlySet<Role>
  readonly host: string
  readonly port: number
  readonly loginProvider: "development"
  readonly paymentProvider: "simulator"
  readonly seedDemo: boolean
  /** Null when nobody outside is told what users are told. */
  readonly webhook: WebhookConfig | null
}

export interface EmbeddedConfig extends Common {
  readonly stack: "embedded"
  /** Absolute path. */
  readonly dataDir: string
  readonly eventStorePort: number
  /** Absent: the one kept in `dataDir`. */
  readonly jwtSecret: string | undefined
}

export interface FullConfig extends Common {
  readonly stack: "full"
  readonly eventStoreUrl: string
  /** One server; several are nodes of a cluster. */
  readonly redisUrls: readonly string[]
  readonly mysqlUrl: string
  /** Each `host:port`. */
  readonly kafkaBrokers: readonly string[]
  readonly jwtSecret: string
}

/** The checked configuration; frozen. Each field as `describeConfig` says of its variable. */
export type Config = EmbeddedConfig | FullConfig

/** A configuration that cannot be used: one sentence a variable, each with what to do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
}

const SERVERS = ["EVENTSTORE_URL", "REDIS_URL", "MYSQL_URL", "KAFKA_BROKERS"] as const
/** Asked for, so that nobody sells unknowingly with a known key, or with a login that takes any code. */
const CHOICES = ["JWT_SECRET", "LOGIN_PROVIDER", "PAYMENT_PROVIDER"] as const

/**
 * Checks the environment once. A variable that is set to nothing counts as not set; unknown ones are ignored.
 * Throws `ConfigError` with a message made for the person who starts the process.
 */
export function parseConfig(env: Env): Config {
  const read = readVariables(env, [...SERVERS, ...CHOICES])
  const full = read.STACK === "full"
  const common = {
    roles: new Set(read.ROLES),
    host: read.HOST,
    port: read.PORT,
    loginProvider: read.LOGIN_PROVIDER ?? "development",
    paymentProvider: read.PAYMENT_PROVIDER ?? "simulator",
    seedDemo: read.SEED_DEMO ?? !full,
    webhook: webhookOf(read),
  } as const
  const config: Config = full
    ? {
        ...common,
        stack: "full",
        eventStoreUrl: read.EVENTSTORE_URL!,
        redisUrls: read.REDIS_URL!,
        mysqlUrl: read.MYSQL_URL!,
        kafkaBrokers: read.KAFKA_BROKERS!,
        jwtSecret: read.JWT_SECRET!,
      }
    : {
        ...common,
        stack: "embedded",
        dataDir: read.DATA_DIR,
        eventStorePort: read.EVENTSTORE_PORT,
        jwtSecret: read.JWT_SECRET,
      }
  return Object.freeze(config)
}

/** Where the read models are: all that migrating them needs to know. Throws `ConfigError`. */
export function parseReadModels(env: Env): { mysqlUrl: string } | { dataDir: string } {
  const { STACK, DATA_DIR, MYSQL_URL } = readVariables(env, ["MYSQL_URL"])
  return STACK === "full" ? { mysqlUrl: MYSQL_URL! } : { dataDir: DATA_DIR }
}

export interface ParkingConfig {
  readonly readModels: { readonly mysqlUrl: string } | { readonly dataDir: string }
  readonly webhook: WebhookConfig | null
  /** Null in the embedded profile, which has no relay. */
  readonly relay: Pick<FullConfig, "eventStoreUrl" | "kafkaBrokers"> | null
}

/** What the commands on parked messages need to know. Throws `ConfigError`. */
export function parseParking(env: Env): ParkingConfig {
  const read = readVariables(env, ["EVENTSTORE_URL", "MYSQL_URL", "KAFKA_BROKERS"])
  const webhook = webhookOf(read)
  if (read.STACK !== "full") return { readModels: { dataDir: read.DATA_DIR }, webhook, relay: null }
  return {
    readModels: { mysqlUrl: read.MYSQL_URL! },
    webhook,
    relay: { eventStoreUrl: read.EVENTSTORE_URL!, kafkaBrokers: read.KAFKA_BROKERS! },
  }
}

/** The key of the tokens, or the folder that keeps it. Throws `ConfigError`. */
export function parseKey(env: Env): { jwtSecret: string } | { dataDir: string } {
  const { DATA_DIR, JWT_SECRET } = readVariables(env, ["JWT_SECRET"])
  return JWT_SECRET === undefined ? { dataDir: DATA_DIR } : { jwtSecret: JWT_SECRET }
}

/** Every variable with its default and meaning, for `--help`. */
export function describeConfig(): string {
  const width = Math.max(...Object.keys(variables).map((name) => name.length)) + 2
  const lines = Object.entries<Variable>(variables).map(
    ([name, { shown, meaning }]) => `  ${name.padEnd(width)}${meaning} (default: ${shown})`,
  )
  return ["Environment variables:", ...lines].join("\n")
}

const webhookOf = ({
  NOTIFICATION_WEBHOOK_URL: url,
  NOTIFICATION_WEBHOOK_SECRET: secret,
}: Values): WebhookConfig | null => (url === undefined ? null : { url, secret: secret! })

/** Reads all; `required` must be there under the full profile. */
function readVariables(env: Env, required: readonly Name[]): Values {
  const values: Record<string, unknown> = {}
  const problems = new Map<string, string>()
  for (const [name, { schema, expected, secret }] of Object.entries<Variable>(variables)) {
    const text = env[name] === "" ? undefined : env[name]
    const parsed = schema.safeParse(text)
    values[name] = parsed.data
    if (parsed.success) continue
    const shown = secret ? "its value" : JSON.stringify(text)
    problems.set(name, `${shown} is not known; set it to ${expected}, or unset it`)
  }
  for (const [name, problem] of misfits(env, values as Values, required)) problems.set(name, problem)
  if (problems.size === 0) return values as Values
  throw new ConfigError([...problems].map(([name, problem]) => `${name}: ${problem}`).join("\n"))
}

const MAKE_ONE = "make one with: openssl rand -base64 32"

/** What a variable alone does not tell: whether it belongs to the profile, and whether the profile has all. */
function* misfits(
  env: Env,
  { STACK, JWT_SECRET, NOTIFICATION_WEBHOOK_SECRET: webhookSecret }: Values,
  required: readonly Name[],
): Generator<[Name, string]> {
  if (STACK === "embedded")
    for (const name of SERVERS) if (env[name]) yield [name, "belongs to the full profile; unset it"]
  if (env.NOTIFICATION_WEBHOOK_URL && !webhookSecret)
    yield ["NOTIFICATION_WEBHOOK_SECRET", `NOTIFICATION_WEBHOOK_URL needs it; ${MAKE_ONE}`]
  if (webhookSecret && !env.NOTIFICATION_WEBHOOK_URL)
    yield [
      "NOTIFICATION_WEBHOOK_URL",
      "NOTIFICATION_WEBHOOK_SECRET is of no use without it; set both, or none",
    ]
  const weakWebhook = webhookSecret && weakness(webhookSecret)
  if (weakWebhook) yield ["NOTIFICATION_WEBHOOK_SECRET", `${weakWebhook}; ${MAKE_ONE}`]
  if (STACK !== "full") return
  for (const name of required)
    if (!env[name]) yield [name, `the full profile needs it; set it to ${variables[name].expected}`]
  const weak = JWT_SECRET && weakness(JWT_SECRET)
  if (weak) yield ["JWT_SECRET", `${weak}; ${MAKE_ONE}`]
}
