/** What a benchmark talks to the log through: the client as it comes, or the product's adapter, which goes past its slow parts. */
export type Through = "client" | "adapter"

export const THROUGH: Readonly<Record<Through, string>> = {
  client: "through the client as it comes",
  adapter: "through the product's adapter",
}
