import { createSigner, createVerifier } from "fast-jwt"
import { z } from "zod"
import { type Identity, roles, type TokenSigner, type TokenVerifier, USER_ID } from "../http/auth.ts"

/** How long a token that we hand out is good for. */
const LIFETIME_MS = 7 * 24 * 3_600_000
/** Proved tokens that are remembered; a buyer sends the same one several times within a minute. */
const REMEMBERED_MAX = 20_000
/** Longer ones are proved each time, so that what is remembered stays small. */
const REMEMBERED_MAX_LENGTH = 1_000

/** Three parts in base64url, the last one 32 bytes; what a decoder would overlook makes it another text. */
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]{43}$/

const Claims = z.object({
  sub: z.string().regex(USER_ID),
  role: z.enum(roles),
  /** Seconds since the epoch. */
  exp: z.number(),
})

/**
 * Proves tokens signed with HS256 under the UTF-8 bytes of `secret`; any other algorithm proves nothing. A token
 * is good until its `exp`, to the millisecond, by `now`.
 */
export function jwtVerifier(secret: string, now: () => number): TokenVerifier {
  // Expiry is judged here on each use, because a proved token is remembered.
  const prove = createVerifier({ key: secret, algorithms: ["HS256"], ignoreExpiration: true })
  const proved = new Map<string, { identity: Identity; expiresAtMs: number }>()

  return (token) => {
    const known = proved.get(token) ?? remember(token, read(prove, token))
    return known && now() < known.expiresAtMs ? known.identity : null
  }

  function remember<Known extends { identity: Identity; expiresAtMs: number } | null>(
    token: string,
    known: Known,
  ) {
    if (!known || token.length > REMEMBERED_MAX_LENGTH) return known
    if (proved.size >= REMEMBERED_MAX) {
      for (const oldest of proved.keys()) {
        proved.delete(oldest)
        break
      }
    }
    proved.set(token, known)
    return known
  }
}

function read(prove: (token: string) => unknown, token: string) {
  if (!SHAPE.test(token)) return null
  try {
    const { sub, role, exp } = Claims.parse(prove(token))
    return { identity: { userId: sub, role }, expiresAtMs: exp * 1_000 }
  } catch {
    // fast-jwt and zod throw for each of the many ways in which a token can be bad; they all mean "no".
    return null
  }
}

/** Signs tokens that `jwtVerifier` proves, good for a week. */
export function jwtSigner(secret: string): TokenSigner {
  const sign = createSigner({ key: secret, algorithm: "HS256", expiresIn: LIFETIME_MS })
  return ({ userId, role }) => sign({ sub: userId, role })
}
