import { isIPv6 } from 'node:net'
import type { Failure, FailureCode } from '../contract/failure.ts'
import { EgressError } from './call/egress-error.ts'
import type { AttemptPhase } from './call/phase-clock.ts'
import { describeMissingIpv6 } from './connection/missing-ipv6.ts'
import { describeTroubles, LookupFailed } from './dns/lookup-failed.ts'
import { HeadError } from './framing/head-error.ts'
import type { HeadExcess } from './framing/progress-limit.ts'
import { headRules } from './framing/response-head.ts'
import { AddressDenied } from './policy/address-denied.ts'
import type { Target } from './policy/address-policy.ts'
import { describeDenial } from './policy/denial-text.ts'

/** Details of failures. Messages of libraries are not used: they carry addresses and bytes of the peer. */
const wordings = {
  address_denied: (place) => `The service may not call ${place}.`,
  dns_not_found: (place) => `The host name of ${place} does not exist.`,
  dns_failed: (place) => `The name servers of the service gave no usable answer for ${place}.`,
  dns_timeout: (place) => `The name servers of the service did not answer in time for ${place}.`,
  connect_refused: (place) => `${place} refused the connection.`,
  connect_unreachable: (place) => `No route leads to ${place}.`,
  connect_timeout: (place) => `${place} did not accept the connection in time.`,
  tls_untrusted: (place) =>
    `The certificate of ${place} comes from an authority that the service does not know.`,
  tls_cert_expired: (place) => `The certificate of ${place} has expired.`,
  tls_cert_not_yet_valid: (place) => `The certificate of ${place} is not valid yet.`,
  tls_name_mismatch: (place) => `The certificate of ${place} is for another name.`,
  tls_cert_invalid: (place) => `The certificate of ${place} is not valid for a server.`,
  tls_protocol: (place) => `${place} and the service have no TLS version or cipher in common.`,
  tls_not_tls: (place) => `${place} does not speak TLS.`,
  tls_client_cert_required: (place) => `${place} demands a client certificate.`,
  tls_aborted: (place) => `${place} broke off the TLS handshake.`,
  no_response: (place) => `${place} closed the connection without a response.`,
  response_malformed: (place) => `The response of ${place} breaks the rules of HTTP.`,
  response_not_http: (place) => `${place} answered, but not with HTTP.`,
  response_headers_too_large: (place) => `${place} answered with a head that is too large.`,
  local_resource: () => 'The service has no sockets or files left.',
} as const satisfies Partial<Record<FailureCode, (place: string) => string>>

type WireFailureCode = keyof typeof wordings

/**
 * Classifies a transport error by its `code` and by the phase, because the same code has other meanings in other
 * phases. The message is never used. Null for an error that did not come from the wire: a bug of the service.
 */
export function describeTransportFailure(
  error: unknown,
  phase: AttemptPhase | null,
  target: Target,
): Failure | null {
  const found = findRow(error, phase ?? 'answer')
  if (found === null) return null
  const [, code, meaning] = found.row
  const place = formatTarget(target)
  const detail = (meaning?.detail ?? wordings[code])(place)
  return {
    code,
    detail,
    path: null,
    ...(meaning && { hint: meaning.hint }),
    ...tellMore(found.error, target, place),
  }
}

/** Details that the service's own errors carry beside their code. */
function tellMore(error: Error, target: Target, place: string): Partial<Failure> {
  if (error instanceof HeadError) return describeHead(error, place)
  if (error instanceof AddressDenied) return describeDenial(error.denial, target, place)
  if (error instanceof LookupFailed && error.code === 'EGRESS_DNS_FAILED')
    return { detail: describeTroubles(error.troubles, place) }
  if (error instanceof EgressError && error.code === 'EGRESS_NO_IPV6') return describeMissingIpv6(place)
  return {}
}

/** Names the broken rule or limit, and the status, because there is no response that shows it. */
function describeHead({ head: { rule, excess, status } }: HeadError, place: string): Partial<Failure> {
  const detail =
    rule === null
      ? `${place} answered with ${excesses[excess ?? 'bytes']}.`
      : `${wordings.response_malformed(place).slice(0, -1)}: ${headRules[rule]}.`
  return status === null ? { detail } : { detail: `${detail} Its status was ${status}.`, status }
}

const excesses: Readonly<Record<HeadExcess, string>> = {
  bytes: 'a head of more than 16 KiB',
  headers: 'more than 512 headers',
  interimBytes: 'interim heads (1xx) of more than 16 KiB together',
}

/** Host and port as in a URL. The author of the node wrote both, so they reveal nothing. */
export function formatTarget({ host, port }: Target): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

/** A more precise detail than that of the failure code, and a hint. */
interface Meaning {
  readonly detail: (place: string) => string
  readonly hint: string
}

type Row = readonly [pattern: RegExp, code: WireFailureCode, meaning?: Meaning]

type Table = readonly Row[]

const anywhere: Table = [
  [/^EGRESS_ADDRESS_DENIED$/, 'address_denied'],
  [/^EGRESS_CLIENT_CERT_REQUIRED$/, 'tls_client_cert_required'],
  [/^(EMFILE|ENFILE|ENOBUFS|ENOMEM)$/, 'local_resource'],
]

const connections: Table = [
  [/^(ECONNREFUSED|ECONNRESET|ECONNABORTED)$/, 'connect_refused'],
  [/^ETIMEDOUT$/, 'connect_timeout'],
  [/^(EHOST|ENET)(UNREACH|DOWN)$|^(EACCES|EPERM|EINVAL|EAFNOSUPPORT|EGRESS_NO_IPV6)$/, 'connect_unreachable'],
  [/^(EADDRNOTAVAIL|EADDRINUSE|EAGAIN)$/, 'local_resource'],
]

/** Alerts about certificates concern the client certificate, and the service has none. */
const clientCertificateAlert = /ALERT_((NO|BAD|UNSUPPORTED)_CERTIFICATE$|CERTIFICATE_\w|UNKNOWN_CA$)/

const http2Hint =
  'The service speaks HTTP/1.1 only. Ask the operator of the target to allow it, or for another address.'

const meanings = {
  noAddress: {
    detail: (place) => `The host name of ${place} has no address.`,
    hint: 'The name exists but has neither an IPv4 nor an IPv6 address: it may serve mail only. Check which host the API of the target has.',
  },
  selfSigned: {
    detail: (place) => `The certificate of ${place} is self-signed: no authority vouches for it.`,
    hint: 'The operator of the target can install a certificate of an authority, or the operator of the service can add this one to EGRESS_CA_FILE.',
  },
  alone: {
    detail: (place) =>
      `${place} sends its own certificate alone, and the service does not know the authority that issued it.`,
    hint: 'Most often the target does not send its intermediate certificate: its operator has to install the whole chain. If the authority is private, the operator of the service can add it with EGRESS_CA_FILE.',
  },
  openChain: {
    detail: (place) => `The certificates that ${place} sends lead to no authority that the service knows.`,
    hint: 'Either an intermediate certificate is missing, and the operator of the target has to install it. Or the authority is private: the operator of the service can add it with EGRESS_CA_FILE.',
  },
  unknownRoot: {
    detail: wordings.tls_untrusted,
    hint: 'The authority is private, or a proxy intercepts TLS. The operator of the service can add the authority with EGRESS_CA_FILE.',
  },
  unknownName: {
    detail: (place) => `${place} rejected the host name in the TLS handshake.`,
    hint: 'Check the host name in the URL: the server at its address does not know the name.',
  },
  http2Only: {
    detail: (place) => `${place} rejected HTTP/1.1 in the TLS handshake: most likely it speaks HTTP/2 only.`,
    hint: http2Hint,
  },
  answersInHttp2: {
    detail: (place) => `${place} speaks HTTP/2, although the service asked for HTTP/1.1.`,
    hint: http2Hint,
  },
  oldVersion: {
    detail: (place) => `${place} speaks TLS 1.1 at most, which is not safe.`,
    hint: 'The operator of the target has to switch on TLS 1.2 or 1.3.',
  },
  insecureRenegotiation: {
    detail: (place) =>
      `${place} does not support secure renegotiation (RFC 5746), without which TLS 1.2 is not safe.`,
    hint: 'Its TLS library dates from before 2010, or the option is switched off. The operator of the target has to update it.',
  },
  weakKeyExchange: {
    detail: (place) => `${place} offers a key exchange that is too weak.`,
    hint: 'Its Diffie-Hellman parameters are too short. The operator of the target has to renew them.',
  },
  refusedHello: {
    detail: (place) => `${place} refused the TLS handshake at once.`,
    hint: 'The target shares no cipher or key exchange with the service, does not know the host name in the URL, or does not admit the service. Check the host name, then ask the operator of the target.',
  },
} as const satisfies Readonly<Record<string, Meaning>>

const lookups: Table = [
  [/^EGRESS_DNS_NOT_FOUND$/, 'dns_not_found'],
  [/^EGRESS_DNS_NO_ADDRESS$/, 'dns_not_found', meanings.noAddress],
  [/^EGRESS_DNS_FAILED$/, 'dns_failed'],
  [/^EGRESS_DNS_TIMEOUT$/, 'dns_timeout'],
]

/** The beginnings of OpenSSL's codes differ between versions. Their ends are stable. */
const handshakes: Table = [
  [/^CERT_HAS_EXPIRED$/, 'tls_cert_expired'],
  [/^CERT_NOT_YET_VALID$/, 'tls_cert_not_yet_valid'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, 'tls_name_mismatch'],
  [/UNRECOGNIZED_NAME$/, 'tls_name_mismatch', meanings.unknownName],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, 'tls_untrusted', meanings.selfSigned],
  [/^SELF_SIGNED_CERT_IN_CHAIN$/, 'tls_untrusted', meanings.unknownRoot],
  [/^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/, 'tls_untrusted', meanings.alone],
  [/^UNABLE_TO_GET_ISSUER_CERT/, 'tls_untrusted', meanings.openChain],
  [/^CERT_UNTRUSTED$/, 'tls_untrusted'],
  [clientCertificateAlert, 'tls_client_cert_required'],
  [/(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, 'tls_not_tls'],
  [/ALERT_NO_APPLICATION_PROTOCOL$/, 'tls_protocol', meanings.http2Only],
  [
    /ALERT_PROTOCOL_VERSION$|^ERR_SSL_(UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION)$/,
    'tls_protocol',
    meanings.oldVersion,
  ],
  [/ALERT_HANDSHAKE_FAILURE$|^EGRESS_HELLO_REFUSED$/, 'tls_protocol', meanings.refusedHello],
  [/^ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED$/, 'tls_protocol', meanings.insecureRenegotiation],
  [/^ERR_SSL_DH_KEY_TOO_SMALL$/, 'tls_protocol', meanings.weakKeyExchange],
  [/ALERT_INSUFFICIENT_SECURITY$/, 'tls_protocol'],
  [/^ERR_SSL_.*(CIPHER|LEGACY)/, 'tls_protocol'],
  [/CERT|CRL|_(KEY|MD)_TOO_(SMALL|WEAK)$|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$/, 'tls_cert_invalid'],
  [/^ERR_SSL_|^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EGRESS_HANDSHAKE_TOO_LARGE)$/, 'tls_aborted'],
]

const answers: Table = [
  [/^EGRESS_RESPONSE_NOT_HTTP$/, 'response_not_http'],
  [/^EGRESS_RESPONSE_HTTP2$/, 'response_not_http', meanings.answersInHttp2],
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

/** When several addresses failed in different ways, the failure that got furthest is reported. */
const mostTellingFirst: readonly WireFailureCode[] = [
  'address_denied',
  'connect_refused',
  'connect_timeout',
  'connect_unreachable',
  'local_resource',
]

/** An error, and the table row that matches it. */
interface FoundRow {
  readonly row: Row
  readonly error: Error
}

function findRow(error: unknown, phase: AttemptPhase): FoundRow | null {
  if (!(error instanceof Error)) return null
  if (error instanceof AggregateError)
    return mostTelling(error.errors.flatMap((one: unknown) => findRow(one, phase) ?? []))
  const { code } = error as NodeJS.ErrnoException
  const row = tables[phase].find(([pattern]) => pattern.test(String(code)))
  return row ? { row, error } : findRow(error.cause, phase)
}

function mostTelling(found: readonly FoundRow[]): FoundRow | null {
  for (const code of mostTellingFirst) {
    const one = found.find(({ row }) => row[1] === code)
    if (one !== undefined) return one
  }
  return null
}
