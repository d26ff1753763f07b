import { Command, Option } from "commander"
import { ConfigError, parseKey } from "./config.ts"
import { type Identity, roles, USER_ID } from "./http/auth.ts"
import { jwtSigner } from "./infra/jwt.ts"
import { keptSecret } from "./infra/jwt-secret.ts"

// Prints a token for the configured key and nothing else, so that a shell can put it into a variable.

const command: Command = new Command("token")
  .description("Prints a bearer token for the key of JWT_SECRET, or else the one kept in DATA_DIR.")
  .requiredOption("--user <id>", "the user: 1 to 64 letters, digits, '.', '_', '-'")
  .addOption(new Option("--role <role>", "what the user may do").choices(roles).default("user"))
  .parse()
const { user, role } = command.opts<{ user: string; role: Identity["role"] }>()

if (!USER_ID.test(user)) command.error("error: --user takes 1 to 64 letters, digits, '.', '_', '-'")
try {
  const key = parseKey(process.env)
  console.log(jwtSigner("jwtSecret" in key ? key.jwtSecret : keptIn(key.dataDir))({ userId: user, role }))
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  command.error(error.message)
}

function keptIn(dataDir: string): string {
  const secret = keptSecret(dataDir)
  return secret ?? command.error(`error: no key yet in ${dataDir}: start the server once, or set JWT_SECRET`)
}
