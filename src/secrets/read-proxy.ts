import { hasControls, type ProxyUrl, parseProxyUrl } from '../egress/proxy/proxy-url.ts'
import { nameSetting, type ReadValue } from './read-setting-file.ts'
import { readText } from './read-text.ts'
import { findRefusal, type Secrets, type StoredSecretUse } from './secret.ts'

/** The settings that name the proxy. */
export interface ProxySources {
  /** EGRESS_PROXY, or null. */
  readonly url: ProxyUrl | null
  /** EGRESS_PROXY_FILE: the file of the password, or of the URL if EGRESS_PROXY is not set. Or null. */
  readonly file: string | null
}

const maxFileBytes = 16_384

/** Reads the proxy, or null for none, at the start and after a change of its file. No problem shows a user or a password. */
export function readProxy({ url, file }: ProxySources): ReadValue<ProxyUrl | null> {
  if (file === null) return { ok: true, value: url }
  const wrong = (problem: string): ReadValue<ProxyUrl> => ({
    ok: false,
    problems: nameSetting('EGRESS_PROXY_FILE', file, [problem]),
  })
  if (url !== null && (url.user === null || url.password !== null))
    return wrong('it is the file of the password, so EGRESS_PROXY must have a user and no password')
  const read = readText(file, maxFileBytes)
  if (!read.ok) return wrong(`the file ${read.problem}`)
  // Editors and `echo` add a line break.
  const text = read.text.replace(/\r?\n$/, '')
  if (url === null) {
    const parsed = parseProxyUrl(text)
    return parsed.ok ? { ok: true, value: parsed.value } : wrong(`its text ${parsed.problem}`)
  }
  if (text === '' || hasControls(text)) return wrong('its text must be a password of one line')
  return { ok: true, value: { ...url, password: { kind: 'text', text } } }
}

/** The problems of the stored secrets to which the URL refers. */
export function findSecretProblems(proxy: ProxyUrl, secrets: Secrets): readonly string[] {
  return listReferences(proxy).flatMap((name) => {
    const secret = secrets.get(name)
    if (secret === undefined)
      return `EGRESS_PROXY: it refers to the secret ${name}, which is neither in SECRETS_DIR nor in SECRETS_FILE`
    const refusedBy = findRefusal(secret, useBy(proxy))
    return refusedBy === null
      ? []
      : `EGRESS_PROXY: the binding of the secret ${name} forbids its use ("${refusedBy}")`
  })
}

/** The use of a stored secret as a credential for the proxy. */
export function useBy({ host, port }: Pick<ProxyUrl, 'host' | 'port'>): StoredSecretUse {
  return { place: 'auth', isDelimited: true, host, port, path: '/', tenant: null }
}

function listReferences({ user, password }: ProxyUrl): readonly string[] {
  return [user, password].flatMap((part) => (part?.kind === 'secret' ? part.name : []))
}
