import { expect, it } from "vitest"
import { openDatabase } from "../../../src/infra/log-server/storage/database.ts"
import { createDisk } from "./disk.ts"

it("is not opened when the journal follows on other tables, and says what to do", () => {
  const disk = createDisk({ journalBytes: 4 * 4096 })
  const database = openDatabase(disk.tables, disk.file)
  for (const place of [1, 2, 3]) database.commit(() => database.putEvent(place, Buffer.alloc(6000)))
  expect(disk.tables.lastPlace()).toBe(3)
  database.commit(() => database.putEvent(4, Buffer.alloc(10)))

  const empty = createDisk({ journalBytes: 4096 }).tables
  expect(() => openDatabase(empty, disk.file)).toThrow(
    /after event 3, but its tables end with event 0.*from one copy/,
  )
})
