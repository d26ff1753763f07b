import { expect, test } from "vitest"
import { login } from "../../src/http/login.ts"
import { developmentLogin } from "../../src/infra/development-login.ts"
import { jwtSigner, jwtVerifier } from "../../src/infra/jwt.ts"
import { ask } from "../support/ask.ts"
import { buildTestEdge, TEST_SECRET } from "../support/http.ts"

test("the development login takes any code, and the same code is the same user", async () => {
  const { app } = await buildTestEdge([login(developmentLogin, jwtSigner(TEST_SECRET))])
  const enter = async (payload: object) => {
    const { status, body } = await ask(app, { method: "POST", url: "/v1/auth/wechat", payload })
    return { status, body }
  }
  const first = await enter({ code: "a code" })
  expect(first).toEqual({
    status: 200,
    body: { token: expect.any(String), user: { id: expect.stringMatching(/^dev-/), role: "user" } },
  })
  const { id } = first.body.user
  expect(jwtVerifier(TEST_SECRET, Date.now)(first.body.token)).toEqual({ userId: id, role: "user" })
  expect((await enter({ code: "a code" })).body.user.id).toBe(id)
  expect((await enter({ code: "another" })).body.user.id).not.toBe(id)
  for (const wrong of [{}, { code: "" }, { code: 1 }, { code: "x", role: "admin" }]) {
    expect((await enter(wrong)).body.code).toBe("invalid_request")
  }
  await app.close()
})
