import type { ForwardProxy, NameResolution, ProxyServer } from '../egress/proxy/forward-proxy.ts'
import type { Credential, ProxyUrl } from '../egress/proxy/proxy-url.ts'
import { type ProxySources, readProxy, useBy } from './read-proxy.ts'
import type { SecretStore } from './secret-store.ts'
import { type ReadingLog, watchValue } from './watch-value.ts'

/** The settings of the proxy. */
export interface ProxySettings extends Pick<ForwardProxy, 'bypass'> {
  readonly sources: ProxySources
  /** The proxy read at the start. */
  readonly initial: ProxyUrl
  readonly resolves: NameResolution
}

export interface ProxyStoreOptions extends ProxySettings {
  readonly secrets: Pick<SecretStore, 'find'>
  readonly log: ReadingLog
  /** Interval of looking for changes. */
  readonly intervalMs?: number
}

/** The proxy as the settings have it now. */
export interface ProxyStore extends ForwardProxy {
  /** Stops watching the file. */
  close(): void
}

/** Keeps the proxy in memory, and reads its file again when it changes. */
export function createProxyStore(options: ProxyStoreOptions): ProxyStore {
  const { sources, initial, bypass, resolves, secrets, log, intervalMs } = options
  let revision = 0
  /** The last values of stored secrets, for a time in which their files are invalid or lack them. */
  const lastValues = new Map<string, string>()

  const url = watchValue<ProxyUrl>(sources, {
    initial,
    intervalMs,
    log,
    messages: {
      adopted: 'the proxy changed and was read again',
      refused: 'the proxy changed but is not valid; the previous proxy stays in use',
    },
    read() {
      const read = readProxy(sources)
      return read.ok ? { ok: true, value: read.value ?? initial } : read
    },
    summarize: ({ host, port }) => ({ proxyHost: host, proxyPort: port }),
    onAdopted({ host, port, isSecure }, before) {
      if (host !== before.host || port !== before.port || isSecure !== before.isSecure) revision += 1
    },
  })

  function readCredential(part: Credential | null): string {
    if (part === null) return ''
    if (part.kind === 'text') return part.text
    const found = secrets.find(part.name, useBy(url.current))
    if (found !== undefined && 'value' in found) lastValues.set(part.name, found.value)
    else log.error({ secret: part.name }, 'a secret of the proxy cannot be used; its last value stays in use')
    return lastValues.get(part.name) ?? ''
  }

  return {
    bypass,
    resolves,
    get revision() {
      return revision
    },
    current(): ProxyServer {
      const { user, password, ...address } = url.current
      return {
        ...address,
        authorization: user && encodeBasic(readCredential(user), readCredential(password)),
      }
    },
    close: () => url.close(),
  }
}

/** RFC 7617, in UTF-8. */
function encodeBasic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
