import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs"
import { dirname } from "node:path"

/** A file of a fixed size that is written again and again. */
export interface JournalFile {
  readonly size: number
  /** All of it. */
  read(): Buffer
  write(bytes: Buffer, at: number): void
  /** When this returns, what was written is on the disk. */
  sync(): void
  close(): void
}

/**
 * Opens the file, or makes one of `size` bytes. All of them are written at the beginning: where neither the size nor the place of
 * a file changes, a sync brings nothing to the disk but the data.
 */
export function openJournalFile(path: string, size: number): JournalFile {
  const file = openSync(path, CREATE_OR_OPEN)
  const found = fstatSync(file).size
  if (found < size) {
    // None yet, or the one who made it was stopped before its first record.
    writeAll(file, Buffer.alloc(size - found), found)
    fsyncSync(file)
    syncFolder(dirname(path))
  }
  return {
    size: Math.max(found, size),
    read: () => readFileSync(path),
    write: (bytes, at) => writeAll(file, bytes, at),
    sync: () => fdatasyncSync(file),
    close: () => closeSync(file),
  }
}

/** For reading and writing; neither emptied nor appended to. */
const CREATE_OR_OPEN = constants.O_RDWR | constants.O_CREAT

/** A write may stop half-way, when a signal comes. */
function writeAll(file: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, at + done)
}

/** The name of a new file is on the disk when its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(path, "r")
  fsyncSync(folder)
  closeSync(folder)
}
