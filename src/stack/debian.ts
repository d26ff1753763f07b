import { execFile } from "node:child_process"
import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)
const POLICY = "/usr/sbin/policy-rc.d"

/** The path of a program that a Debian package brings; see `debianPrograms`. */
export const debianProgram = async (program: string, debianPackage: string): Promise<string> =>
  (await debianPrograms({ [program]: debianPackage }, () => {}))[program]!

/**
 * The paths of programs, each named with the Debian package that brings it. Where some are absent, root installs their
 * packages, which `tell` hears of; anyone else gets an error that names them all.
 */
export async function debianPrograms<Program extends string>(
  needs: Readonly<Record<Program, string>>,
  tell: (line: string) => void,
): Promise<Record<Program, string>> {
  const programs = Object.keys(needs) as Program[]
  const absent = programs.filter((program) => !find(program))
  if (absent.length > 0) {
    const packages = [...new Set(absent.map((program) => needs[program]))]
    if (process.getuid?.() !== 0 || !find("apt-get"))
      throw new Error(
        `${absent.join(", ")} not installed: install the Debian package${packages[1] ? "s" : ""} ${packages.join(" ")}`,
      )
    tell(`installing the Debian packages ${packages.join(" ")}`)
    await install(absent, packages)
  }
  return Object.fromEntries(programs.map((program) => [program, pathOf(program, needs[program])])) as Record<
    Program,
    string
  >
}

function pathOf(program: string, debianPackage: string): string {
  const path = find(program)
  if (!path) throw new Error(`the Debian package ${debianPackage} did not bring ${program}`)
  return path
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

/** Several may ask at once: one installs, and the others wait for it and then find the programs. */
async function install(programs: readonly string[], packages: readonly string[]): Promise<void> {
  const script = `absent=; for program in $0; do command -v "$program" >/dev/null || absent=1; done
    [ -z "$absent" ] && exit 0
    apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"`
  // A policy that forbids services keeps Debian from starting its own server on the usual port.
  const forbid = !existsSync(POLICY)
  if (forbid) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 })
  try {
    await run("flock", ["/tmp/hash-coffee-apt.lock", "sh", "-c", script, programs.join(" "), ...packages], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
      maxBuffer: 16 * 1024 * 1024,
    })
  } catch (error) {
    throw new Error(`cannot install the Debian packages ${packages.join(" ")}`, { cause: error })
  } finally {
    if (forbid) rmSync(POLICY, { force: true })
  }
}
