import { execFile } from "node:child_process"
import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)
const POLICY = "/usr/sbin/policy-rc.d"

/**
 * The path of a program that a Debian package brings. Where it is absent, root installs the package; anyone else
 * gets an error that names it, since a test that silently skips its server proves nothing.
 */
export async function debianProgram(program: string, debianPackage: string): Promise<string> {
  const found = find(program)
  if (found) return found
  if (process.getuid?.() !== 0 || !find("apt-get")) {
    throw new Error(`${program} is not installed: install the Debian package ${debianPackage}`)
  }
  await install(program, debianPackage)
  const installed = find(program)
  if (!installed) throw new Error(`the Debian package ${debianPackage} did not bring ${program}`)
  return installed
}

function find(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin"]
  return folders.map((folder) => join(folder || ".", program)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Test files run side by side, so one installs and the others wait for it, and then find the program. */
async function install(program: string, debianPackage: string): Promise<void> {
  const script = `command -v "$0" >/dev/null && exit 0
    apt-get -qq update && apt-get -qq install -y --no-install-recommends "$1"`
  // A policy that forbids services keeps Debian from starting its own server on the usual port.
  const forbid = !existsSync(POLICY)
  if (forbid) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 })
  try {
    await run("flock", ["/tmp/hash-coffee-apt.lock", "sh", "-c", script, program, debianPackage], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
      maxBuffer: 16 * 1024 * 1024,
    })
  } catch (error) {
    throw new Error(`cannot install the Debian package ${debianPackage}`, { cause: error })
  } finally {
    if (forbid) rmSync(POLICY, { force: true })
  }
}
