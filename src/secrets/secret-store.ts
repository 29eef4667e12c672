import type { FoundSecret, RefusedSecret } from '../webhook/template/secret-lookup.ts'
import { noticesOfSecrets, readSecrets, type SecretSources } from './read-secrets.ts'
import { findRefusal, type Secrets, type StoredSecretUse } from './secret.ts'
import { watchValue } from './watch-value.ts'

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

/** Keeps the secrets in memory and reads them again when they change. */
export function createSecretStore({ sources, initial, log, intervalMs }: SecretStoreOptions): SecretStore {
  const secrets = watchValue<Secrets>(sources, {
    initial,
    intervalMs,
    read() {
      const read = readSecrets(sources)
      return read.ok ? { ok: true, value: read.secrets } : read
    },
    onAdopted(found, before) {
      log.info({ secrets: found.size }, 'the secrets have changed and were read again')
      for (const notice of noticesOfSecrets(found, before)) log.warn(notice)
    },
    onRefused(problems) {
      log.error({ problems }, 'the secrets have changed and cannot be used; those of before stay in use')
    },
  })
  return {
    find(name, use) {
      const secret = secrets.current.get(name)
      if (secret === undefined) return undefined
      const refusedBy = findRefusal(secret, use)
      if (refusedBy !== null) return { refusedBy }
      return { value: secret.value, isStored: true, isHidden: secret.isHidden }
    },
    isStale: () => secrets.isStale,
    close: () => secrets.close(),
  }
}
