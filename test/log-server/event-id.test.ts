import shared from "@eventstore/db-client/generated/shared_pb.js"
import { expect, it } from "vitest"
import { readEventId } from "../../src/infra/wire/event-id.ts"

it("an id that is none is no id", () => {
  expect(readEventId(Buffer.from(new shared.UUID().setString("not a uuid").serializeBinary()))).toBeNull()
  expect(readEventId(Buffer.alloc(0))).toBeNull()
})
