import { Command } from "ioredis"

/** What of a command ioredis keeps to itself. */
interface Inside {
  isResolved: boolean
  isSettled: boolean
  promise: Promise<unknown>
  resolve: (reply: unknown) => void
  reject: (error: Error) => void
  initPromise(): void
  stringifyArguments(): void
  _convertValue(resolve: (reply: unknown) => void): (reply: unknown) => void
  _clearTimers(): void
}

/**
 * A command that is gone once it is answered. ioredis assigns a function literal to each command's `reject`, and V8 makes
 * what is assigned that way in the old generation, where it holds the command, its arguments and its reply until the next
 * full collection: in a crowd, most of what the old generation grew by. The same function, made a line earlier, is young.
 */
export class ScriptCall extends Command {}

;(ScriptCall.prototype as unknown as Inside).initPromise = function initPromise() {
  this.isResolved = false
  this.isSettled = false
  this.promise = new Promise((resolve, reject) => {
    this.stringifyArguments()
    this.resolve = this._convertValue(resolve)
    const rejectWith = (error: Error) => {
      this._clearTimers()
      this.isSettled = true
      reject(error)
    }
    this.reject = rejectWith
  })
}
