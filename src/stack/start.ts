import { lockFolder } from "../infra/folder-lock.ts"
import { hasDocker, startContainers } from "./docker.ts"
import { startPrograms } from "./programs.ts"
import { loadSettings, variablesOf } from "./settings.ts"

export interface Stack {
  /** The variables with which the full profile runs on it. */
  readonly variables: Record<string, string>
  stop(): Promise<void>
}

/** Starts the full profile's servers, by Docker where there is an engine. Rejects when one cannot be started. */
export async function startStack(dir: string, tell: (line: string) => void): Promise<Stack> {
  const lock = await lockFolder(dir)
  const settings = await loadSettings(dir)
  const servers = (await hasDocker())
    ? await startContainers(settings, tell)
    : await startPrograms(dir, settings, tell)
  return {
    variables: variablesOf(settings),
    async stop() {
      await servers.stop()
      lock.release()
    },
  }
}
