import type { FastifyInstance } from "fastify"

/** The methods that a path takes; none if there is no such path. */
export type MethodsOf = (path: string) => readonly string[]

/** Keeps every path pattern that is routed after this call, so that a wrong method can be told from a wrong path. */
export function collectPaths(app: FastifyInstance): MethodsOf {
  const methodsByPattern = new Map<string, Set<string>>()
  app.addHook("onRoute", ({ url, method }) => {
    const methods = methodsByPattern.get(url) ?? new Set()
    for (const each of [method].flat()) methods.add(each)
    methodsByPattern.set(url, methods)
  })
  return (path) => {
    const found = new Set<string>()
    for (const [pattern, methods] of methodsByPattern) {
      if (matches(pattern, path)) for (const method of methods) found.add(method)
    }
    return [...found].sort()
  }
}

/** Patterns of segments, each a word, a `:parameter`, or `*` for all that is left. */
function matches(pattern: string, path: string): boolean {
  const expected = pattern.split("/")
  const given = path.split("/")
  const wildcard = expected.at(-1) === "*"
  if (wildcard ? given.length < expected.length : given.length !== expected.length) return false
  return expected.every((segment, at) => {
    const text = given[at] as string
    return segment === "*" || (segment.startsWith(":") ? text !== "" : segment === text)
  })
}
