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

/** A list whose every item begins with one of `schemes`, as in `redis://host:6379`, and can be read as a URL. */
const urls = (...schemes: string[]) =>
  z
    .string()
    .transform((list) => list.split(",").map((url) => url.trim()))
    .pipe(
      z.array(
        z.string().refine((url) => schemes.some((s) => url.startsWith(`${s}://`)) && URL.canParse(url)),
      ),
    )

export interface Variable {
  readonly schema: z.ZodType
  /** The default as a user would write it. */
  readonly shown: string
  readonly meaning: string
  /** What to write instead of a refused value. */
  readonly expected: string
  /** It may hold a password: no message repeats it. */
  readonly secret?: true
}

export const variables = {
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
    // A list of nodes is one connection string, so the client reads all but its scheme.
    schema: z
      .string()
      .regex(/^esdb(\+discover)?:\/\/./)
      .optional(),
    shown: "none",
    meaning: "full profile, required: the log, esdb://host:2113?tls=false or esdb+discover://...",
    expected: "a connection string, esdb://...",
    secret: true,
  },
  REDIS_URL: {
    schema: urls("redis", "rediss").optional(),
    shown: "none",
    meaning:
      "full profile, required: the gate, redis://[:password@]host:6379, rediss:// for TLS; several nodes, comma " +
      "separated, are a cluster",
    expected: "redis://... or rediss://...",
    secret: true,
  },
  MYSQL_URL: {
    schema: z
      .string()
      .refine((url) => URL.canParse(url) && /^mysql:\/\/[^/]+\/[^/?]+/.test(url))
      .optional(),
    shown: "none",
    meaning:
      "full profile, required: an existing database for the read models, mysql://user:password@host:3306/name",
    expected: "mysql://user:password@host:port/database",
    secret: true,
  },
  KAFKA_BROKERS: {
    schema: z
      .string()
      .transform((list) => list.split(",").map((broker) => broker.trim()))
      .pipe(z.array(z.string().regex(/^[^\s:/]+:\d{1,5}$/)))
      .optional(),
    shown: "none",
    meaning: "full profile, required: host:port, comma separated",
    expected: "host:port, comma separated",
    secret: true,
  },
  JWT_SECRET: {
    schema: z.string().optional(),
    shown: "made at first start, kept in DATA_DIR",
    meaning: "key of the tokens (HS256); full profile: required, 32 bytes or more",
    expected: "a secret text",
    secret: true,
  },
  LOGIN_PROVIDER: {
    schema: z.enum(["development"]).optional(),
    shown: "development",
    meaning: "login; development takes any code; full profile: required",
    expected: "development",
  },
  PAYMENT_PROVIDER: {
    schema: z.enum(["simulator"]).optional(),
    shown: "simulator",
    meaning: "payments; the simulator moves no money; full profile: required",
    expected: "simulator",
  },
  NOTIFICATION_WEBHOOK_URL: {
    schema: urls("http", "https")
      .refine(([url = "", ...more]) => more.length === 0 && !new URL(url).username && !new URL(url).password)
      .transform(([url]) => url!)
      .optional(),
    shown: "none",
    meaning:
      "where what users are told is sent as well, https://...; the same for every process with the consumer role",
    expected: "one https://... or http://... without user and password",
    secret: true,
  },
  NOTIFICATION_WEBHOOK_SECRET: {
    schema: z.string().optional(),
    shown: "none",
    meaning: "key of the signatures of what is sent there, 32 bytes or more",
    expected: "a secret text",
    secret: true,
  },
  SEED_DEMO: {
    schema: z
      .enum(["true", "false"])
      .transform((word) => word === "true")
      .optional(),
    shown: "true; full profile: false",
    meaning: "the first start creates a dish and two sales",
    expected: "true or false",
  },
} as const satisfies Record<string, Variable>

type Variables = typeof variables
export type Name = keyof Variables
export type Values = { readonly [Name in keyof Variables]: z.output<Variables[Name]["schema"]> }
