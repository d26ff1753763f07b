import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { removeDir, tempDir } from "./process.ts"

export interface Certificate {
  readonly keyFile: string
  readonly certFile: string
  readonly key: Buffer
  readonly cert: Buffer
  /** Removes the files. */
  remove(): void
}

/** Makes a certificate that signs itself, for 127.0.0.1 and localhost. */
export async function selfSigned(): Promise<Certificate> {
  const dir = tempDir("tls")
  const [keyFile, certFile] = [join(dir, "key.pem"), join(dir, "cert.pem")]
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
  const made = ["-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keyFile, "-out", certFile]
  await promisify(execFile)("openssl", ["req", ...made, ...subject])
  return {
    keyFile,
    certFile,
    key: readFileSync(keyFile),
    cert: readFileSync(certFile),
    remove: () => removeDir(dir),
  }
}
