import type { FoundSecret, RefusedSecret } from '../webhook/template/secret-lookup.ts'
import { type CertificateEnds, findCertificateEnds } from './certificate-ends.ts'
import { noticesOfSecrets, readSecrets, type SecretSources } from './read-secrets.ts'
import { findRefusal, type Secrets, type StoredSecretUse } from './secret.ts'
import { messagesAbout, type ReadingLog, watchValue } from './watch-value.ts'

/** The stored secrets. */
export interface SecretStore {
  /** The secret, if its binding allows the use. Undefined for an unknown name. */
  find(name: string, use: StoredSecretUse): FoundSecret | RefusedSecret | undefined
  /** When the stored certificates end, in milliseconds since 1970, by the names of their secrets. */
  certificateEnds(): CertificateEnds
  /** Whether the previous secrets are in use because the changed sources are invalid. */
  isStale(): boolean
  /** Stops watching the sources. */
  close(): void
}

interface SecretLog extends ReadingLog {
  warn(message: string): void
}

export interface SecretStoreOptions {
  readonly sources: SecretSources
  /** The secrets read at the start. */
  readonly initial: Secrets
  readonly log: SecretLog
  /** Interval of looking for changes. */
  readonly intervalMs?: number
}

/** Keeps the secrets in memory, and reads them again when they change. */
export function createSecretStore({ sources, initial, log, intervalMs }: SecretStoreOptions): SecretStore {
  const secrets = watchValue<Secrets>(sources, {
    initial,
    intervalMs,
    log,
    messages: messagesAbout('secrets'),
    read: () => readSecrets(sources),
    summarize: (found) => ({ secrets: found.size }),
    onAdopted(found, before) {
      for (const notice of noticesOfSecrets(found, before)) log.warn(notice)
    },
  })
  let ends = { of: initial, byName: findCertificateEnds(initial) }
  return {
    find(name, use) {
      const secret = secrets.current.get(name)
      if (secret === undefined) return undefined
      const refusedBy = findRefusal(secret, use)
      if (refusedBy !== null) return { refusedBy }
      return { value: secret.value, isStored: true, isHidden: secret.isHidden }
    },
    certificateEnds() {
      // Read once for each reading of the secrets.
      if (ends.of !== secrets.current)
        ends = { of: secrets.current, byName: findCertificateEnds(secrets.current) }
      return ends.byName
    },
    isStale: () => secrets.isStale,
    close: () => secrets.close(),
  }
}
