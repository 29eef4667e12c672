import type { FoundSecret, RefusedSecret } from '../webhook/template/secret-lookup.ts'
import { type CertificateEnds, findCertificateEnds } from './certificate-ends.ts'
import { noticesOfSecrets, readSecrets, type SecretSources } from './read-secrets.ts'
import { findRefusal, type Secrets, type StoredSecretUse } from './secret.ts'
import { type ReadingLog, watchValue } from './watch-value.ts'

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
    read() {
      const read = readSecrets(sources)
      return read.ok ? { ok: true, value: read.secrets } : read
    },
    onAdopted(found, before) {
      log.info({ secrets: found.size }, 'the secrets changed and were read again')
      for (const notice of noticesOfSecrets(found, before)) log.warn(notice)
    },
    onRefused(problems) {
      log.error({ problems }, 'the secrets changed but are not valid; the previous secrets stay in use')
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
