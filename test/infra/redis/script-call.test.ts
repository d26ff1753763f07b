import { setFlagsFromString } from "node:v8"
import { runInThisContext } from "node:vm"
import { Command } from "ioredis"
import { expect, it } from "vitest"
import { ScriptCall } from "../../../src/infra/redis/script-call.ts"

setFlagsFromString("--allow-natives-syntax")
const isYoung: (value: unknown) => boolean = runInThisContext("(value) => %InYoungGeneration(value)")

it("makes nothing in the old generation, where it would outlive the answer", () => {
  const call = new ScriptCall("evalsha", ["hash", 0])
  expect([call, call.args, call.promise, call.resolve, call.reject].map(isYoung)).not.toContain(false)
})

it("is needed, because a command of ioredis does", () => {
  expect(isYoung(new Command("evalsha", ["hash", 0]).reject)).toBe(false)
})
