import { expect, test } from "vitest"
import { buildTestEdge } from "../support/http.ts"
import { addThings } from "./thing-routes.ts"

test("is live at once, and ready once nothing is missing", async () => {
  const reasons = ["the log does not answer", "the read models are behind"]
  const { app } = await buildTestEdge([], { readiness: () => reasons })
  expect((await app.inject("/livez")).json()).toEqual({ status: "live" })
  const before = await app.inject("/readyz")
  expect([before.statusCode, before.json().code, before.headers["retry-after"]]).toEqual([
    503,
    "unavailable",
    "1",
  ])
  expect(before.json().detail).toBe(`Not ready: ${reasons.join("; ")}`)
  reasons.length = 0
  const after = await app.inject("/readyz")
  expect([after.statusCode, after.json()]).toEqual([200, { status: "ready" }])
  await app.close()
})

test("measures requests by route, never by who or what", async () => {
  const { app } = await buildTestEdge([addThings])
  await app.inject("/v1/things/abc")
  await app.inject("/v1/nothing/of/the/kind")
  const { headers, body } = await app.inject("/metrics")
  expect(headers["content-type"]).toMatch(/^text\/plain/)
  expect(body).toContain(
    'http_request_duration_seconds_count{method="GET",route="/v1/things/:id",status="200"} 1',
  )
  expect(body).toContain('http_request_duration_seconds_count{method="GET",route="none",status="404"} 1')
  expect(body).not.toContain("abc")
  expect(body).toContain("process_cpu_seconds_total")
  await app.close()
})
