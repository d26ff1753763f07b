import { resolve } from "node:path"
import { z } from "zod"

/** What a process may do; several of them in one process, or each in its own. */
export const roles = ["api", "projector", "reactor", "relay", "consumer", "timer"] as const
export type Role = (typeof roles)[number]

const Port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.number().max(65_535))

const Roles = z
  .string()
  .transform((list) => [...new Set(list.split(",").map((role) => role.trim()))])
  .pipe(z.array(z.enum(roles)))

const FULL_PROFILE_URLS = ["EVENTSTORE_URL", "REDIS_URL", "MYSQL_URL", "KAFKA_BROKERS"] as const

interface Variable {
  readonly schema: z.ZodType
  /** The default as a user would write it. */
  readonly shown: string
  readonly meaning: string
  /** What to write instead of a refused value. */
  readonly expected: string
}

const variables = {
  STACK: {
    schema: z.enum(["embedded", "full"]).default("embedded"),
    shown: "embedded",
    meaning: "profile: embedded needs nothing installed",
    expected: "embedded or full",
  },
  ROLES: {
    schema: Roles.default([...roles]),
    shown: "all",
    meaning: `what this process does: ${roles.join(",")}`,
    expected: `a comma separated list of ${roles.join(", ")}`,
  },
  HOST: {
    schema: z.string().default("127.0.0.1"),
    shown: "127.0.0.1",
    meaning: "address that HTTP listens on",
    expected: "a host name or address",
  },
  PORT: {
    schema: Port.default(3000),
    shown: "3000",
    meaning: "port of HTTP; ready when /readyz answers 200; 0 picks one and prints it",
    expected: "a port from 0 to 65535",
  },
  DATA_DIR: {
    schema: z
      .string()
      .default("./data")
      .transform((path) => resolve(path)),
    shown: "./data",
    meaning: "folder of everything that the embedded profile keeps; one process at a time",
    expected: "a folder",
  },
  EVENTSTORE_PORT: {
    schema: Port.default(2113),
    shown: "2113",
    meaning: "port of the embedded log, on loopback, without credentials; 0 picks one and prints it",
    expected: "a port from 0 to 65535",
  },
  EVENTSTORE_URL: {
    schema: z.string().optional(),
    shown: "none",
    meaning: "full profile: the log, esdb://...",
    expected: "a connection string",
  },
  REDIS_URL: {
    schema: z.string().optional(),
    shown: "none",
    meaning: "full profile: the gate, redis://...",
    expected: "a URL",
  },
  MYSQL_URL: {
    schema: z.string().optional(),
    shown: "none",
    meaning: "full profile: an existing database for the read models, mysql://...",
    expected: "a URL",
  },
  KAFKA_BROKERS: {
    schema: z.string().optional(),
    shown: "none",
    meaning: "full profile: host:port, comma separated",
    expected: "host:port, comma separated",
  },
  JWT_SECRET: {
    schema: z.string().optional(),
    shown: "made at first start, kept in DATA_DIR",
    meaning: "key of the tokens (HS256); full profile: required, 32 bytes or more",
    expected: "a secret text",
  },
  LOGIN_PROVIDER: {
    schema: z.enum(["development"]).default("development"),
    shown: "development",
    meaning: "login; development takes any code; full profile: required",
    expected: "development",
  },
  PAYMENT_PROVIDER: {
    schema: z.enum(["simulator"]).default("simulator"),
    shown: "simulator",
    meaning: "payments; the simulator moves no money; full profile: required",
    expected: "simulator",
  },
  SEED_DEMO: {
    schema: z
      .enum(["true", "false"])
      .default("true")
      .transform((word) => word === "true"),
    shown: "true",
    meaning: "the first start creates a dish and two sales (full profile: false by default)",
    expected: "true or false",
  },
} as const satisfies Record<string, Variable>

type Variables = typeof variables
type Values = { readonly [Name in keyof Variables]: z.output<Variables[Name]["schema"]> }

/** The checked configuration; frozen. `roles`, `port` and so on as in `describeConfig`. */
export interface Config {
  readonly stack: "embedded"
  readonly roles: ReadonlySet<Role>
  readonly host: string
  readonly port: number
  /** Absolute path. */
  readonly dataDir: string
  readonly eventStorePort: number
  /** Absent: the one kept in `dataDir`. */
  readonly jwtSecret: string | undefined
  readonly loginProvider: "development"
  readonly paymentProvider: "simulator"
  readonly seedDemo: boolean
}

/** A configuration that cannot be used: one sentence a variable, each with what to do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
}

/**
 * Checks the environment once. A variable that is set to nothing counts as not set; unknown ones are ignored.
 * Throws `ConfigError` with a message made for the person who starts the process.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, { schema, expected }] of Object.entries<Variable>(variables)) {
    const text = env[name] === "" ? undefined : env[name]
    const parsed = schema.safeParse(text)
    if (parsed.success) values[name] = parsed.data
    else problems.push(`${name}: ${JSON.stringify(text)} is not known; set it to ${expected}, or unset it`)
  }
  const read = values as Values
  if (read.STACK === "full") {
    problems.unshift("STACK: the full profile comes later; set it to embedded, or unset it")
  } else {
    for (const name of FULL_PROFILE_URLS) {
      if (read[name] !== undefined) problems.push(`${name}: belongs to the full profile; unset it`)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join("\n"))
  return Object.freeze({
    stack: "embedded",
    roles: new Set(read.ROLES),
    host: read.HOST,
    port: read.PORT,
    dataDir: read.DATA_DIR,
    eventStorePort: read.EVENTSTORE_PORT,
    jwtSecret: read.JWT_SECRET,
    loginProvider: read.LOGIN_PROVIDER,
    paymentProvider: read.PAYMENT_PROVIDER,
    seedDemo: read.SEED_DEMO,
  })
}

/** Every variable with its default and meaning, for `--help`. */
export function describeConfig(): string {
  const lines = Object.entries<Variable>(variables).map(
    ([name, { shown, meaning }]) => `  ${name.padEnd(17)}${meaning} (default: ${shown})`,
  )
  return ["Environment variables:", ...lines].join("\n")
}
