import { isDeepStrictEqual } from 'node:util'
import type { BoundElsewhere } from '../webhook/secret-lookup.ts'
import { readSecrets, type SecretSources } from './read-secrets.ts'
import { refusalOf, type Secrets, type SecretUse } from './secret.ts'
import { watchSources } from './watch-sources.ts'

/** The secrets of the service. */
export interface SecretStore {
  /** The value, where it may be used so; undefined for a name that is not known. */
  find(name: string, use: SecretUse): string | BoundElsewhere | undefined
  /** Ends the looking for changes. */
  close(): void
}

/** Takes what there is to say of a re-reading: never a value. */
export interface SecretLog {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

/** What a store begins with. */
export interface SecretStoreOptions {
  readonly sources: SecretSources
  /** What the sources held at the start. */
  readonly initial: Secrets
  readonly log: SecretLog
  /** How often is looked for a change. */
  readonly intervalMs?: number
}

const usualIntervalMs = 2_000

/** Keeps the secrets in memory and reads them again when they change. A state with problems changes nothing. */
export function createSecretStore({
  sources,
  initial,
  log,
  intervalMs = usualIntervalMs,
}: SecretStoreOptions): SecretStore {
  let secrets = initial
  let problems: readonly string[] = []

  function readAgain(): void {
    const read = readSecrets(sources)
    if (read.ok) adopt(read.secrets)
    else complain(read.problems)
  }

  function adopt(found: Secrets): void {
    problems = []
    if (isDeepStrictEqual(found, secrets)) return
    secrets = found
    log.info({ secrets: secrets.size }, 'the secrets have changed and were read again')
  }

  function complain(found: readonly string[]): void {
    if (isDeepStrictEqual(found, problems)) return
    problems = found
    log.error({ problems }, 'the secrets have changed and cannot be used; those of before stay in use')
  }

  const watcher = watchSources(sources, intervalMs, readAgain)
  return {
    find(name, use) {
      const secret = secrets.get(name)
      return secret && (refusalOf(secret, use) ?? secret.value)
    },
    close: () => watcher.close(),
  }
}
