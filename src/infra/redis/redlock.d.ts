/** What we use of redlock, whose package hides its own types from importers. Its lock is alive until `expiration`. */
declare module "redlock" {
  export class ResourceLockedError extends Error {}
  export class ExecutionError extends Error {
    readonly attempts: readonly Promise<{ readonly votesAgainst: ReadonlyMap<unknown, Error> }>[]
  }
  export interface Lock {
    readonly expiration: number
    extend(durationMs: number): Promise<Lock>
    release(): Promise<unknown>
  }
  export default class Redlock {
    constructor(clients: Iterable<unknown>, settings: { retryCount: number })
    on(event: "error", listener: (cause: Error) => void): this
    acquire(resources: string[], durationMs: number): Promise<Lock>
  }
}
