const BYTES_MIN = 32
/** Random text of that length has more; `xxxx...` and `12341234...` do not. */
const DISTINCT_MIN = 8
/** Words of examples and defaults: whoever guesses, guesses these first. */
const GUESSED =
  /change.?(me|it|this)|passw(or)?d|default|example|(my|your|super|top|jwt).{0,8}secret|secret.?key|qwerty|0123456789|1234567890/i

/** Why a key of tokens must not be used; null when it may. */
export function weakness(secret: string): string | null {
  if (Buffer.byteLength(secret) < BYTES_MIN) return `is shorter than ${BYTES_MIN} bytes`
  if (new Set(secret).size < DISTINCT_MIN || GUESSED.test(secret)) return "is easy to guess"
  return null
}
