import { expect, test } from "vitest"
import { ask } from "../support/ask.ts"
import { buildTestEdge } from "../support/http.ts"
import { addThings } from "./thing-routes.ts"

test("is live at once, and ready once nothing is missing", async () => {
  const reasons = ["the log does not answer", "the read models are behind"]
  const { app } = await buildTestEdge([], { readiness: () => reasons })
  expect((await ask(app, "/livez")).body).toEqual({ status: "live" })
  const before = await ask(app, "/readyz")
  expect([before.status, before.body.code, before.headers["retry-after"]]).toEqual([503, "unavailable", "1"])
  expect(before.body.detail).toBe(`Not ready: ${reasons.join("; ")}`)
  reasons.length = 0
  const after = await ask(app, "/readyz")
  expect([after.status, after.body]).toEqual([200, { status: "ready" }])
  await app.close()
})

test("measures requests by route, never by who or what", async () => {
  const { app } = await buildTestEdge([addThings])
  await ask(app, "/v1/things/abc")
  await ask(app, "/v1/nothing/of/the/kind")
  await ask(app, "/v1/things/%zz")
  const { headers, text } = await ask(app, "/metrics")
  expect(headers["content-type"]).toMatch(/^text\/plain/)
  expect(text).toContain(
    'http_request_duration_seconds_count{method="GET",route="/v1/things/:id",status="200"} 1',
  )
  expect(text).toContain('http_request_duration_seconds_count{method="GET",route="none",status="404"} 1')
  expect(text).toContain('http_request_duration_seconds_count{method="GET",route="none",status="400"} 1')
  expect(text).not.toContain("abc")
  expect(text).toContain("process_cpu_seconds_total")
  await app.close()
})
