import { isIP } from 'node:net'
import type { Blame, Delivered, Failure, FailureCode } from '../contract/failure.ts'
import { EgressError } from './call/egress-error.ts'
import type { AttemptPhase } from './call/phase-clock.ts'
import { versionError } from './connection/handshake.ts'
import { describeMissingIpv6 } from './connection/missing-ipv6.ts'
import { describeLookup, describeName, LookupFailed, NameUnusable } from './dns/lookup-failed.ts'
import { HeadError } from './framing/head-error.ts'
import type { HeadExcess } from './framing/progress-limit.ts'
import { headRules } from './framing/response-head.ts'
import { NotAdmitted } from './limits/not-admitted.ts'
import { AddressDenied } from './policy/address-denied.ts'
import { formatTarget, type Target } from './policy/address-policy.ts'
import { describeDenial } from './policy/denial-text.ts'
import { describeProxyError, ProxyError } from './proxy/proxy-error.ts'

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
  tls_client_cert_required: (place) => `${place} demands a client certificate that it accepts.`,
  tls_aborted: (place) => `${place} broke off the TLS handshake.`,
  no_response: (place) => `${place} closed the connection without a response.`,
  response_malformed: (place) => `The response of ${place} breaks the rules of HTTP.`,
  response_not_http: (place) => `${place} answered, but not with HTTP.`,
  response_headers_too_large: (place) => `${place} answered with a head that is too large.`,
  local_resource: (place) => `The service has no socket left for ${place}.`,
  proxy_unreachable: (place) => `The proxy of the service could not be reached, so ${place} was not called.`,
  proxy_refused: (place) => `The proxy of the service opens no connection to ${place}.`,
} as const satisfies Partial<Record<FailureCode, (place: string) => string>>

type WireFailureCode = keyof typeof wordings

/** How far the exchange had come when its connection failed. */
interface ExchangeProgress {
  readonly delivered: Delivered
  /** Whether a byte of a response had come. */
  readonly hasAnswered: boolean
}

const notBegun: ExchangeProgress = { delivered: 'no', hasAnswered: false }

/**
 * Classifies a transport error by its `code` and by the phase, because the same code has other meanings in other
 * phases. The message is never used. Null for an error that did not come from the wire: a bug of the service.
 */
export function describeTransportFailure(
  error: unknown,
  phase: AttemptPhase | null,
  target: Target,
  progress = notBegun,
): Failure | null {
  if (error instanceof NotAdmitted) return error.failure
  const found = findRow(error, phase ?? 'answer')
  if (found === null) return null
  const [, code, meaning] = found.row
  const place = formatTarget(target)
  const { detail = wordings[code], ...more } = meaning ?? findMeaning(code, target, progress) ?? {}
  const failure = { code, detail: detail(place), path: null, ...more }
  // What an error of the proxy's own connection says is not about the target.
  if (code === 'proxy_unreachable' && !(found.error instanceof ProxyError)) return failure
  return { ...failure, ...tellMore(found.error, target, place) }
}

/** Details that the service's own errors carry beside their code. */
function tellMore(error: Error, target: Target, place: string): Partial<Failure> {
  if (error instanceof HeadError) return describeHead(error, place)
  if (error instanceof ProxyError) return describeProxyError(error, target, place)
  if (error instanceof AddressDenied) return describeDenial(error.denial, target, place, error.share)
  if (error instanceof LookupFailed) return describeLookup(error, place)
  if (error instanceof NameUnusable) return describeName(error, place)
  if (error instanceof EgressError && error.code === 'EGRESS_NO_IPV6') return describeMissingIpv6(place)
  return {}
}

/** What else the target and the exchange say about a failure whose error has one code for several cases. */
function findMeaning(code: WireFailureCode, { host }: Target, progress: ExchangeProgress): Meaning | null {
  if (code === 'tls_name_mismatch') return isIP(host) === 0 ? null : meanings.addressInUrl
  if (code !== 'no_response') return null
  if (progress.delivered === 'no') return meanings.closedUnused
  return progress.hasAnswered ? meanings.brokenHead : null
}

/** Names the broken rule or limit, and the status, because there is no response that shows it. */
function describeHead({ head: { rule, excess, status } }: HeadError, place: string): Partial<Failure> {
  const detail =
    rule === null
      ? `${place} answered with ${excesses[excess ?? 'bytes']}.`
      : `${wordings.response_malformed(place).slice(0, -1)}: ${headRules[rule]}.`
  const hint = excess === 'interimBytes' ? { hint: interimHint } : {}
  return status === null
    ? { detail, ...hint }
    : { detail: `${detail} Its status was ${status}.`, status, ...hint }
}

const interimHint =
  'The target sends interim responses (1xx) without end, and no final one. The operator of the target has to correct it.'

const excesses: Readonly<Record<HeadExcess, string>> = {
  bytes: 'a head of more than 16 KiB',
  headers: 'more than 512 headers',
  interimBytes: 'interim heads (1xx) of more than 16 KiB together',
}

/** What a failure means in a case that its code alone does not tell. */
interface Meaning {
  readonly detail?: (place: string) => string
  readonly hint?: string
  readonly blame?: Blame
  readonly path?: string
}

type Row = readonly [pattern: RegExp, code: WireFailureCode, meaning?: Meaning | undefined]

type Table = readonly Row[]

/**
 * Alerts about certificates concern that of the client. Access is denied to one that is valid (RFC 8446, section 6.2).
 */
const clientCertificateAlert =
  /ALERT_((NO|BAD|UNSUPPORTED)_CERTIFICATE$|CERTIFICATE_\w|UNKNOWN_CA$|ACCESS_DENIED$)/

const meanings = {
  noAddress: {
    detail: (place) =>
      `The name servers know no address of the host name of ${place}, neither IPv4 nor IPv6.`,
    hint: 'Check the host name in the URL: it may serve mail only. If other programs resolve it, the name servers that the service asks are not responsible for it, and the operator of the service has to set others with EGRESS_DNS_SERVERS. An address that was added just now may take minutes: then try again.',
  },
  resetConnection: {
    detail: (place) => `${place} reset the connection while it was opened.`,
    hint: 'A firewall or load balancer in front of the target turns the connection away. Check the port in the URL, then ask the operator of the target. If the target is just restarting, try again.',
  },
  kernelGaveUp: {
    detail: (place) => `${place} did not react to any attempt of the system to open a connection.`,
  },
  forbiddenHere: {
    blame: 'service',
    detail: (place) => `The machine of the service does not let connections to ${place} out.`,
    hint: 'A firewall or a route on the machine of the service forbids connections to this host or port. The operator of the service has to open it; then send the call again.',
  },
  noHost: {
    detail: (place) =>
      `The last router before ${place} cannot reach it, or a firewall rejects the connection.`,
    hint: 'Check the host in the URL. If it is right, the target is switched off or does not admit the service: tell the operator of the target, and try again when it is up.',
  },
  noFiles: {
    detail: (place) => `The service has no file left for a connection to ${place}.`,
    hint: 'The operator of the service has to raise the limit of open files of the process (ulimit -n, LimitNOFILE). Then send the call again.',
  },
  noMemory: {
    detail: (place) => `The machine of the service has no memory left for a connection to ${place}.`,
    hint: 'The operator of the service has to give the machine or the container more memory for sockets (net.ipv4.tcp_mem). Then send the call again.',
  },
  noPorts: {
    detail: (place) => `The service has no local port left for a connection to ${place}.`,
    hint: 'The operator of the service has to widen the range of local ports (net.ipv4.ip_local_port_range), or spread the calls over more instances. Then send the call again.',
  },
  addressInUrl: {
    detail: (place) => `The certificate of ${place} does not name this address.`,
    hint: 'Write the host name of the target into the URL in place of the address: certificates name hosts.',
  },
  selfSigned: {
    detail: (place) => `The certificate of ${place} is self-signed: no authority vouches for it.`,
    hint: 'The operator of the target can install a certificate of an authority, or the operator of the service can add this one to EGRESS_CA_FILE, or the node can name it in `ca` of `tls`.',
  },
  alone: {
    detail: (place) =>
      `${place} sends its own certificate alone, and it was issued by no authority that this call trusts.`,
    hint: 'Most often the target does not send its intermediate certificate: its operator has to install the whole chain. If the authority is private, the operator of the service can add it with EGRESS_CA_FILE, or the node can name it in `ca` of `tls`.',
  },
  openChain: {
    detail: (place) => `The certificates that ${place} sends lead to no authority that this call trusts.`,
    hint: 'If a browser opens the host without a warning, an intermediate certificate is missing, and the operator of the target has to install the whole chain. If not, the authority is private: the operator of the service can add it with EGRESS_CA_FILE, or the node can name it in `ca` of `tls`.',
  },
  unknownRoot: {
    detail: (place) =>
      `The certificate of ${place} comes from a private authority, whose own certificate is self-signed and not among those that this call trusts.`,
    hint: 'The authority is that of the target, or of a proxy that intercepts TLS. The operator of the service can add it with EGRESS_CA_FILE, or the node can name it in `ca` of `tls`.',
  },
  unknownName: {
    detail: (place) => `${place} rejected the host name in the TLS handshake.`,
    hint: 'Check the host name in the URL: the server at its address does not know the name.',
  },
  forClients: {
    detail: (place) => `The certificate of ${place} was issued for another purpose than a server.`,
    hint: 'Most often it is a certificate for clients. The operator of the target has to install one for servers.',
  },
  withoutName: {
    detail: (place) =>
      `The certificate of ${place} names no host: it has no subject alternative name, and the name of its subject does not count (RFC 9110, section 4.3.4).`,
    hint: 'The operator of the target has to renew the certificate with the host of the URL as a subject alternative name.',
  },
  revoked: {
    detail: (place) => `The certificate of ${place} was revoked by its authority.`,
    hint: 'The operator of the target has to install a new certificate.',
  },
  weakCertificate: {
    detail: (place) => `A key or signature in the certificates of ${place} is too weak.`,
    hint: 'The operator of the target has to install certificates with keys of at least 2048 bits (RSA) and signatures with SHA-256.',
  },
  wrongAuthority: {
    detail: (place) =>
      `A certificate in the chain of ${place} may not issue others, or not as many in a row.`,
    hint: 'The operator of the target has to install the chain of certificates that the authority delivered.',
  },
  http2Only: {
    detail: (place) => `${place} rejected HTTP/1.1 in the TLS handshake: most likely it speaks HTTP/2 only.`,
    hint: 'The service speaks HTTP/1.1 only. The operator of the target has to allow it, or to name another host for the URL.',
  },
  answersInHttp2: {
    detail: (place) => `${place} speaks HTTP/2, although the service asked for HTTP/1.1.`,
    hint: 'The operator of the target has to switch on HTTP/1.1, or to name another port for the URL. Before the request is sent again, check the log of the target: it may have been carried out.',
  },
  oldVersion: {
    detail: (place) => `${place} speaks TLS 1.1 at most, which is not safe.`,
    hint: 'The operator of the target has to switch on TLS 1.2 or 1.3.',
  },
  olderThanDemanded: {
    blame: 'node',
    detail: (place) => `${place} does not speak TLS 1.3, which the node demands.`,
    hint: 'Leave `minVersion` out of `tls` of the node: the service then speaks TLS 1.2 with the target, which is safe. Or let the operator of the target switch on TLS 1.3.',
    path: '/node/tls/minVersion',
  },
  insecureRenegotiation: {
    detail: (place) =>
      `${place} does not support secure renegotiation (RFC 5746), without which TLS 1.2 is not safe.`,
    hint: 'The TLS library of the target dates from before 2010, or the option is switched off. The operator of the target has to update it.',
  },
  weakKeyExchange: {
    detail: (place) => `${place} offers a key exchange that is too weak.`,
    hint: 'The Diffie-Hellman parameters of the target are too short for TLS. Its operator has to renew them.',
  },
  refusedHello: {
    detail: (place) => `${place} refused the TLS handshake at once.`,
    hint: 'The target shares no cipher or key exchange with the service, does not know the host name in the URL, or does not admit the service. Check the host name, then ask the operator of the target.',
  },
  endlessHandshake: {
    detail: (place) => `${place} sent more than 256 KiB in the TLS handshake and did not finish it.`,
    hint: 'Check the port in the URL, then tell the operator of the target. If only some calls end so, try again.',
  },
  closedUnused: {
    detail: (place) => `${place} closed the connection before the request was sent.`,
    hint: 'Nothing was sent, so the call may be sent again. If it ends so each time, check the port in the URL, and ask the operator of the target why it closes connections.',
  },
  proxyRefuses: {
    detail: (place) => `The proxy of the service refused the connection, so ${place} was not called.`,
    hint: 'The proxy is down, or listens on another port: the operator of the service checks it, and the host and port in EGRESS_PROXY. Then send the call again.',
  },
  proxyUnknown: {
    detail: (place) =>
      `The host name of the proxy of the service could not be resolved, so ${place} was not called.`,
    hint: 'The operator of the service checks the host in EGRESS_PROXY, and whether the name servers of the service (EGRESS_DNS_SERVERS) know it. Then send the call again.',
  },
  proxyCertificate: {
    detail: (place) =>
      `The certificate of the proxy of the service is not acceptable, so ${place} was not called.`,
    hint: 'The certificate of the proxy must be valid for the host in EGRESS_PROXY. The operator of the service adds a private authority with EGRESS_CA_FILE. Then send the call again.',
  },
  proxyTls: {
    detail: (place) => `TLS with the proxy of the service failed, so ${place} was not called.`,
    hint: 'EGRESS_PROXY begins with https://, so the proxy has to speak TLS on that port: the operator of the service checks scheme and port. Then send the call again.',
  },
  brokenHead: {
    detail: (place) => `${place} closed the connection before the head of its response was complete.`,
    hint: 'The target, or a proxy in front of it, broke off its response. It may have carried out the request: check its log, at the time in `attempts`, before you send the request again.',
  },
} as const satisfies Readonly<Record<string, Meaning>>

const anywhere: Table = [
  [/^EGRESS_ADDRESS_DENIED$/, 'address_denied'],
  [/^EGRESS_CLIENT_CERT_REQUIRED$/, 'tls_client_cert_required'],
  [/^(EMFILE|ENFILE)$/, 'local_resource', meanings.noFiles],
  [/^(ENOBUFS|ENOMEM)$/, 'local_resource', meanings.noMemory],
]

const connections: Table = [
  [/^ECONNREFUSED$/, 'connect_refused'],
  [/^(ECONNRESET|ECONNABORTED)$/, 'connect_refused', meanings.resetConnection],
  [/^ETIMEDOUT$/, 'connect_timeout', meanings.kernelGaveUp],
  [/^(EACCES|EPERM|EINVAL|EAFNOSUPPORT)$/, 'connect_unreachable', meanings.forbiddenHere],
  [/^EHOST(UNREACH|DOWN)$/, 'connect_unreachable', meanings.noHost],
  [/^ENET(UNREACH|DOWN)$|^EGRESS_NO_IPV6$/, 'connect_unreachable'],
  [/^(EADDRNOTAVAIL|EADDRINUSE|EAGAIN)$/, 'local_resource', meanings.noPorts],
]

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
  [versionError, 'tls_protocol', meanings.oldVersion],
  [/^EGRESS_TLS13_MISSING$/, 'tls_protocol', meanings.olderThanDemanded],
  [/ALERT_HANDSHAKE_FAILURE$|^EGRESS_HELLO_REFUSED$/, 'tls_protocol', meanings.refusedHello],
  [/^ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED$/, 'tls_protocol', meanings.insecureRenegotiation],
  [/^ERR_SSL_DH_KEY_TOO_SMALL$/, 'tls_protocol', meanings.weakKeyExchange],
  [/ALERT_INSUFFICIENT_SECURITY$/, 'tls_protocol'],
  [/^ERR_SSL_.*(CIPHER|LEGACY)/, 'tls_protocol'],
  [/^INVALID_PURPOSE$/, 'tls_cert_invalid', meanings.forClients],
  [/^EGRESS_CERT_WITHOUT_NAME$/, 'tls_cert_invalid', meanings.withoutName],
  [/^CERT_REVOKED$/, 'tls_cert_invalid', meanings.revoked],
  [/_(KEY|MD)_TOO_(SMALL|WEAK)$/, 'tls_cert_invalid', meanings.weakCertificate],
  [/^(INVALID_CA|PATH_LENGTH_EXCEEDED)$/, 'tls_cert_invalid', meanings.wrongAuthority],
  [/CERT|CRL/, 'tls_cert_invalid'],
  [/^EGRESS_HANDSHAKE_TOO_LARGE$/, 'tls_aborted', meanings.endlessHandshake],
  [/^ERR_SSL_|^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT)$/, 'tls_aborted'],
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

/** The meaning that the failure of a target has for the proxy. */
const proxyMeanings: Readonly<Partial<Record<WireFailureCode, Meaning>>> = {
  connect_refused: meanings.proxyRefuses,
  dns_not_found: meanings.proxyUnknown,
  dns_failed: meanings.proxyUnknown,
  dns_timeout: meanings.proxyUnknown,
  tls_untrusted: meanings.proxyCertificate,
  tls_cert_expired: meanings.proxyCertificate,
  tls_cert_not_yet_valid: meanings.proxyCertificate,
  tls_name_mismatch: meanings.proxyCertificate,
  tls_cert_invalid: meanings.proxyCertificate,
  tls_protocol: meanings.proxyTls,
  tls_not_tls: meanings.proxyTls,
  tls_client_cert_required: meanings.proxyTls,
  tls_aborted: meanings.proxyTls,
}

/** What would be a failure of the target is one of the proxy until the tunnel is open. */
const proxied: Table = [
  [/^EGRESS_PROXY_REFUSED$/, 'proxy_refused'],
  [/^EGRESS_PROXY_BAD_GATEWAY$/, 'connect_refused'],
  [/^EGRESS_PROXY_GATEWAY_TIMEOUT$/, 'connect_timeout'],
  [/^EGRESS_PROXY_BROKEN$/, 'proxy_unreachable'],
  ...[...anywhere, ...lookups, ...connections, ...handshakes].map(([pattern, code, meaning]): Row => {
    if (code === 'local_resource') return [pattern, code, meaning]
    return [pattern, 'proxy_unreachable', proxyMeanings[code]]
  }),
]

const tables: Readonly<Record<AttemptPhase, Table>> = {
  queue: anywhere,
  dns: [...anywhere, ...lookups],
  connect: [...anywhere, ...connections],
  proxy: proxied,
  tunnel: proxied,
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
  'proxy_refused',
  'proxy_unreachable',
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
