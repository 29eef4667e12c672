import { isIPv6 } from 'node:net'
import type { Failure, FailureCode } from '../webhook/failure.ts'
import type { Target } from './address-policy.ts'
import { HeadError, type RefusedHead } from './egress-error.ts'
import type { AttemptPhase } from './phase-clock.ts'
import { headRules } from './response-head.ts'

/**
 * Our own words for all that can go wrong on the wire: those of peers and libraries carry addresses and
 * bytes.
 */
const wordings = {
  address_denied: (place) => `The service may not call ${place}.`,
  dns_not_found: (place) => `The host name of ${place} does not exist.`,
  dns_failed: (place) => `The name servers gave no usable answer for ${place}.`,
  dns_timeout: (place) => `The name servers did not answer in time for ${place}.`,
  connect_refused: (place) => `${place} refused the connection.`,
  connect_unreachable: (place) => `There is no way to ${place}.`,
  connect_timeout: (place) => `${place} did not accept the connection in time.`,
  tls_untrusted: (place) =>
    `The certificate of ${place} comes from an authority that the service does not know.`,
  tls_cert_expired: (place) => `The certificate of ${place} has expired.`,
  tls_cert_not_yet_valid: (place) => `The certificate of ${place} is not valid yet.`,
  tls_name_mismatch: (place) => `The certificate of ${place} is for another name.`,
  tls_cert_invalid: (place) => `The certificate of ${place} is not acceptable for a server.`,
  tls_protocol: (place) => `${place} and the service have no version or cipher of TLS in common.`,
  tls_not_tls: (place) => `${place} does not speak TLS.`,
  tls_client_cert_required: (place) => `${place} demands a client certificate.`,
  tls_aborted: (place) => `${place} broke off the TLS handshake.`,
  no_response: (place) => `${place} closed the connection without an answer.`,
  response_malformed: (place) => `The answer of ${place} breaks the rules of HTTP.`,
  response_not_http: (place) => `${place} answered, but not with HTTP.`,
  response_headers_too_large: (place) =>
    `${place} answered with a head of more than 16 KiB, or with more than 512 headers.`,
  local_resource: () => 'The service has no sockets or files left.',
} as const satisfies Partial<Record<FailureCode, (place: string) => string>>

type WireFailureCode = keyof typeof wordings

/**
 * Names a transport error by its `code`, and by the phase, since the same code means other things in another
 * one; never by its message. Null is an error that did not come from the wire: a bug of ours.
 */
export function failureFromError(error: unknown, phase: AttemptPhase | null, target: Target): Failure | null {
  const code = failureCodeOf(error, phase ?? 'answer')
  if (code === null) return null
  const detail = wordings[code](nameOf(target))
  return error instanceof HeadError ? failureOfHead(code, detail, error.head) : { code, detail, path: null }
}

/** The rule that it breaks is told, and the status, which stands in no response. */
function failureOfHead(code: FailureCode, detail: string, { rule, status }: RefusedHead): Failure {
  const what = rule === null ? detail : `${detail.slice(0, -1)}: ${headRules[rule]}.`
  if (status === null) return { code, detail: what, path: null }
  return { code, detail: `${what} Its status was ${status}.`, path: null, status }
}

/** As in a URL. The author of the node wrote both parts, so neither tells anything new. */
export function nameOf({ host, port }: Target): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

type Table = readonly (readonly [pattern: RegExp, code: WireFailureCode])[]

const anywhere: Table = [
  [/^EGRESS_ADDRESS_DENIED$/, 'address_denied'],
  [/^EGRESS_CLIENT_CERT_REQUIRED$/, 'tls_client_cert_required'],
  [/^(EMFILE|ENFILE|ENOBUFS|ENOMEM)$/, 'local_resource'],
]

const lookups: Table = [
  [/^EGRESS_DNS_NOT_FOUND$/, 'dns_not_found'],
  [/^EGRESS_DNS_FAILED$/, 'dns_failed'],
  [/^EGRESS_DNS_TIMEOUT$/, 'dns_timeout'],
]

const connections: Table = [
  [/^(ECONNREFUSED|ECONNRESET|ECONNABORTED)$/, 'connect_refused'],
  [/^ETIMEDOUT$/, 'connect_timeout'],
  [/^(EHOST|ENET)(UNREACH|DOWN)$|^(EACCES|EPERM|EINVAL|EAFNOSUPPORT)$/, 'connect_unreachable'],
  [/^(EADDRNOTAVAIL|EADDRINUSE|EAGAIN)$/, 'local_resource'],
]

/** Alerts about certificates speak of ours, and we have none to show. */
const clientCertificateAlert = /ALERT_((NO|BAD|UNSUPPORTED)_CERTIFICATE$|CERTIFICATE_\w|UNKNOWN_CA$)/

/** OpenSSL spells its codes differently from version to version: only their ends are stable. */
const handshakes: Table = [
  [/^CERT_HAS_EXPIRED$/, 'tls_cert_expired'],
  [/^CERT_NOT_YET_VALID$/, 'tls_cert_not_yet_valid'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$|UNRECOGNIZED_NAME$/, 'tls_name_mismatch'],
  [/SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|^CERT_UNTRUSTED$/, 'tls_untrusted'],
  [clientCertificateAlert, 'tls_client_cert_required'],
  [/(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, 'tls_not_tls'],
  [
    /ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_APPLICATION_PROTOCOL)$/,
    'tls_protocol',
  ],
  [/^ERR_SSL_(UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION|DH_KEY_TOO_SMALL)$/, 'tls_protocol'],
  [/^ERR_SSL_.*(CIPHER|LEGACY)/, 'tls_protocol'],
  [/CERT|CRL|_(KEY|MD)_TOO_(SMALL|WEAK)$|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$/, 'tls_cert_invalid'],
  [/^ERR_SSL_|^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EGRESS_HANDSHAKE_TOO_LARGE)$/, 'tls_aborted'],
]

const answers: Table = [
  [/^EGRESS_RESPONSE_NOT_HTTP$/, 'response_not_http'],
  [/^(EGRESS_RESPONSE_MALFORMED|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/, 'response_malformed'],
  [/^(EGRESS_HEADERS_TOO_LARGE|UND_ERR_HEADERS_OVERFLOW)$/, 'response_headers_too_large'],
  [clientCertificateAlert, 'tls_client_cert_required'],
  [/^(EGRESS_CONNECTION_GONE|UND_ERR_SOCKET)$|^ERR_SSL_/, 'no_response'],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT)$|^(EHOST|ENET)(UNREACH|DOWN|RESET)$/, 'no_response'],
]

const tables: Readonly<Record<AttemptPhase, Table>> = {
  queue: anywhere,
  dns: [...anywhere, ...lookups],
  connect: [...anywhere, ...connections],
  tls: [...anywhere, ...handshakes],
  answer: [...anywhere, ...answers],
  download: [...anywhere, ...answers],
}

/** Of several addresses that failed in several ways: the one that came nearest says most. */
const mostTellingFirst: readonly WireFailureCode[] = [
  'address_denied',
  'connect_refused',
  'connect_timeout',
  'connect_unreachable',
  'local_resource',
]

function failureCodeOf(error: unknown, phase: AttemptPhase): WireFailureCode | null {
  if (!(error instanceof Error)) return null
  if (error instanceof AggregateError) {
    const codes = error.errors.map((one: unknown) => failureCodeOf(one, phase))
    return mostTellingFirst.find((code) => codes.includes(code)) ?? null
  }
  const { code } = error as NodeJS.ErrnoException
  const known = tables[phase].find(([pattern]) => pattern.test(String(code)))
  return known ? known[1] : failureCodeOf(error.cause, phase)
}
