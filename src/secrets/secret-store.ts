import { isDeepStrictEqual } from 'node:util'
import type { FoundSecret, RefusedSecret } from '../webhook/secret-lookup.ts'
import { noticesOfSecrets, type ReadSecrets, readSecrets, type SecretSources } from './read-secrets.ts'
import { refusalOf, type Secrets, type StoredSecretUse } from './secret.ts'
import { watchSources } from './watch-sources.ts'

/** The secrets of the service. */
export interface SecretStore {
  /** The secret, where it may be used so; undefined for a name that is not known. */
  find(name: string, use: StoredSecretUse): FoundSecret | RefusedSecret | undefined
  /** Whether the sources have changed and cannot be used, so that the secrets of before are in use. */
  isStale(): boolean
  /** Ends the looking for changes. */
  close(): void
}

/** Takes what there is to say of a re-reading: never a value. */
export interface SecretLog {
  info(details: object, message: string): void
  warn(message: string): void
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

/** A state of the sources that cannot be used. */
interface Refused {
  readonly problems: readonly string[]
  /** Tells it from another state with the same problems. */
  readonly marks: string
}

/** Keeps the secrets in memory and reads them again when they change. A state with problems changes nothing. */
export function createSecretStore({
  sources,
  initial,
  log,
  intervalMs = usualIntervalMs,
}: SecretStoreOptions): SecretStore {
  let secrets = initial
  let refused: Refused | null = null

  function take(read: ReadSecrets, marks: string): void {
    if (read.ok) adopt(read.secrets)
    else refuse({ problems: read.problems, marks })
  }

  function adopt(found: Secrets): void {
    if (!refused && isDeepStrictEqual(found, secrets)) return
    refused = null
    const notices = noticesOfSecrets(found, secrets)
    secrets = found
    log.info({ secrets: secrets.size }, 'the secrets have changed and were read again')
    for (const notice of notices) log.warn(notice)
  }

  function refuse(state: Refused): void {
    if (isDeepStrictEqual(state, refused)) return
    refused = state
    const { problems } = state
    log.error({ problems }, 'the secrets have changed and cannot be used; those of before stay in use')
  }

  const watcher = watchSources(sources, { intervalMs, read: () => readSecrets(sources), onChange: take })
  return {
    find(name, use) {
      const secret = secrets.get(name)
      if (secret === undefined) return undefined
      const refusedBy = refusalOf(secret, use)
      if (refusedBy !== null) return { refusedBy }
      return { value: secret.value, isStored: true, isHidden: secret.isHidden }
    },
    isStale: () => refused !== null,
    close: () => watcher.close(),
  }
}
