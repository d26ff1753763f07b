/** The database of the read models did not answer in time, or is not there. Nothing is known; ask again later. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable"
}
