import { SEEDED_SALE_ID } from "./seed.ts"

export interface Welcome {
  readonly url: string
  /** Where the log can be read; null when it is not ours to tell. */
  readonly logUrl: string | null
  /** A buyer's token, to try things with. */
  readonly buyerToken: string
  /** Whether the demo's sale is there. */
  readonly seeded: boolean
}

/** What a person who has just started the system can do with it. */
export function welcome({ url, logUrl, buyerToken, seeded }: Welcome): string {
  const log = logUrl ? `; the log at ${logUrl}` : ""
  const lines = [`Hash Coffee serves ${url} (docs at ${url}/docs${log})`]
  if (seeded)
    lines.push(
      "",
      "Try it. A buyer's token:",
      `  ${buyerToken}`,
      "See what is on sale:",
      `  curl -s ${url}/v1/flash-sales`,
      "Buy a cup:",
      `  curl -s ${url}/v1/flash-sales/${SEEDED_SALE_ID}/orders -H 'idempotency-key: my-first-cup' ` +
        `-H 'content-type: application/json' -d '{"quantity":1}' -H 'authorization: Bearer ${buyerToken}'`,
    )
  return lines.join("\n")
}
