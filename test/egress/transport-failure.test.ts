import { describe, expect, it } from 'vitest'
import { type FailureCode, failures, findSafetyAfterFailure } from '../../src/contract/failure.ts'
import { EgressError } from '../../src/egress/call/egress-error.ts'
import type { AttemptPhase } from '../../src/egress/call/phase-clock.ts'
import { describeTransportFailure } from '../../src/egress/transport-failure.ts'
import { complaintsAbout } from '../support/hints.ts'

const target = { host: 'api.example.com', port: 443 }

function withCode(code: string): Error {
  return Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:443'), { code })
}

const codes: readonly (readonly [AttemptPhase | null, string, FailureCode])[] = [
  ['dns', 'EGRESS_DNS_NOT_FOUND', 'dns_not_found'],
  ['dns', 'EGRESS_DNS_FAILED', 'dns_failed'],
  ['dns', 'EGRESS_DNS_TIMEOUT', 'dns_timeout'],
  ['dns', 'EGRESS_ADDRESS_DENIED', 'address_denied'],
  [null, 'EGRESS_ADDRESS_DENIED', 'address_denied'],
  ['connect', 'ECONNREFUSED', 'connect_refused'],
  ['connect', 'ECONNRESET', 'connect_refused'],
  ['connect', 'ETIMEDOUT', 'connect_timeout'],
  ['connect', 'EHOSTUNREACH', 'connect_unreachable'],
  ['connect', 'ENETUNREACH', 'connect_unreachable'],
  ['connect', 'EACCES', 'connect_unreachable'],
  ['connect', 'EINVAL', 'connect_unreachable'],
  ['connect', 'EHOSTDOWN', 'connect_unreachable'],
  ['connect', 'ENETDOWN', 'connect_unreachable'],
  ['connect', 'EGRESS_NO_IPV6', 'connect_unreachable'],
  ['connect', 'ENOBUFS', 'local_resource'],
  ['dns', 'EGRESS_DNS_NO_ADDRESS', 'dns_not_found'],
  ['tls', 'INVALID_CA', 'tls_cert_invalid'],
  ['tls', 'EGRESS_CERT_REFUSED', 'tls_cert_invalid'],
  ['tls', 'EGRESS_HELLO_REFUSED', 'tls_protocol'],
  ['tls', 'EGRESS_HANDSHAKE_TOO_LARGE', 'tls_aborted'],
  ['tls', 'ERR_SSL_DH_KEY_TOO_SMALL', 'tls_protocol'],
  ['tls', 'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED', 'tls_protocol'],
  ['answer', 'EGRESS_RESPONSE_HTTP2', 'response_not_http'],
  ['proxy', 'ECONNREFUSED', 'proxy_unreachable'],
  ['proxy', 'ETIMEDOUT', 'proxy_unreachable'],
  ['proxy', 'EHOSTUNREACH', 'proxy_unreachable'],
  ['proxy', 'EGRESS_NO_IPV6', 'proxy_unreachable'],
  ['proxy', 'EGRESS_DNS_NOT_FOUND', 'proxy_unreachable'],
  ['proxy', 'EGRESS_DNS_TIMEOUT', 'proxy_unreachable'],
  ['proxy', 'CERT_HAS_EXPIRED', 'proxy_unreachable'],
  ['proxy', 'EGRESS_CLIENT_CERT_REQUIRED', 'proxy_unreachable'],
  ['proxy', 'EMFILE', 'local_resource'],
  ['tunnel', 'ECONNRESET', 'proxy_unreachable'],
  ['tunnel', 'EADDRNOTAVAIL', 'local_resource'],
  ['tunnel', 'EGRESS_PROXY_BROKEN', 'proxy_unreachable'],
  ['tunnel', 'EGRESS_PROXY_REFUSED', 'proxy_refused'],
  ['tunnel', 'EGRESS_PROXY_BAD_GATEWAY', 'connect_refused'],
  ['tunnel', 'EGRESS_PROXY_GATEWAY_TIMEOUT', 'connect_timeout'],
  ['connect', 'EADDRNOTAVAIL', 'local_resource'],
  ['connect', 'EMFILE', 'local_resource'],
  ['tls', 'CERT_HAS_EXPIRED', 'tls_cert_expired'],
  ['tls', 'CERT_NOT_YET_VALID', 'tls_cert_not_yet_valid'],
  ['tls', 'ERR_TLS_CERT_ALTNAME_INVALID', 'tls_name_mismatch'],
  ['tls', 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'tls_name_mismatch'],
  ['tls', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_untrusted'],
  ['tls', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls_untrusted'],
  ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_untrusted'],
  ['tls', 'SELF_SIGNED_CERT_IN_CHAIN', 'tls_untrusted'],
  ['tls', 'INVALID_PURPOSE', 'tls_cert_invalid'],
  ['tls', 'CERT_REVOKED', 'tls_cert_invalid'],
  ['tls', 'CERT_SIGNATURE_FAILURE', 'tls_cert_invalid'],
  ['tls', 'EE_KEY_TOO_SMALL', 'tls_cert_invalid'],
  ['tls', 'CA_MD_TOO_WEAK', 'tls_cert_invalid'],
  ['tls', 'ERR_SSL_EE_KEY_TOO_SMALL', 'tls_cert_invalid'],
  ['tls', 'EGRESS_CERT_WITHOUT_NAME', 'tls_cert_invalid'],
  ['tls', 'ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls_protocol'],
  ['tls', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls_protocol'],
  ['tls', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls_protocol'],
  ['tls', 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'tls_protocol'],
  ['tls', 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'tls_protocol'],
  ['tls', 'ERR_SSL_WRONG_VERSION_NUMBER', 'tls_not_tls'],
  ['tls', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'tls_not_tls'],
  ['tls', 'EGRESS_CLIENT_CERT_REQUIRED', 'tls_client_cert_required'],
  ['tls', 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'tls_client_cert_required'],
  ['tls', 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'tls_client_cert_required'],
  ['tls', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tls_client_cert_required'],
  ['tls', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'tls_aborted'],
  ['tls', 'ECONNRESET', 'tls_aborted'],
  ['answer', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls_client_cert_required'],
  ['answer', 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'no_response'],
  ['answer', 'ECONNRESET', 'no_response'],
  ['answer', 'EPIPE', 'no_response'],
  ['answer', 'UND_ERR_SOCKET', 'no_response'],
  ['answer', 'EGRESS_CONNECTION_GONE', 'no_response'],
  [null, 'EGRESS_CONNECTION_GONE', 'no_response'],
  ['answer', 'UND_ERR_HEADERS_OVERFLOW', 'response_headers_too_large'],
  ['answer', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'response_malformed'],
  ['answer', 'EGRESS_RESPONSE_NOT_HTTP', 'response_not_http'],
]

describe('a transport error', () => {
  it.each(codes)('in the phase %s with the code %s is %s', (phase, code, failure) => {
    const described = describeTransportFailure(withCode(code), phase, target)

    expect(described).toMatchObject({ code: failure })
    expect(described?.detail).toContain('api.example.com:443')
  })

  it.each(codes)('in the phase %s with the code %s tells what to do', (phase, code) => {
    const progress = { delivered: phase === 'answer' ? 'maybe' : 'no', hasAnswered: false } as const
    const failure = describeTransportFailure(withCode(code), phase, target, progress)
    if (failure === null) throw new TypeError('not from the wire')

    const { hint = failures[failure.code].hint, blame = failures[failure.code].blame } = failure
    const repeat = findSafetyAfterFailure(failure.code, progress.delivered)
    expect(complaintsAbout({ message: failure.detail, hint, blame, repeat })).toEqual([])
  })

  it.each([
    ['no', false, 'closed the connection before the request was sent.'],
    ['maybe', false, 'closed the connection without a response.'],
    ['maybe', true, 'closed the connection before the head of its response was complete.'],
  ] as const)(
    'that ends a connection says how far the exchange had come: %s, %s',
    (delivered, hasAnswered, what) => {
      const progress = { delivered, hasAnswered }
      const failure = describeTransportFailure(withCode('ECONNRESET'), 'answer', target, progress)

      expect(failure?.detail).toBe(`api.example.com:443 ${what}`)
      const { hint = failures.no_response.hint } = failure ?? {}
      const repeat = findSafetyAfterFailure('no_response', delivered)
      expect(complaintsAbout({ message: what, hint, blame: 'target', repeat })).toEqual([])
    },
  )

  it('is named by its cause where it has no telling code itself', () => {
    const error = new Error('fetch failed', { cause: new EgressError('EGRESS_ADDRESS_DENIED') })
    expect(describeTransportFailure(error, 'connect', target)).toMatchObject({ code: 'address_denied' })
  })

  it.each([
    [['ENETUNREACH', 'ECONNREFUSED'], 'connect_refused'],
    [['EADDRNOTAVAIL', 'ETIMEDOUT', 'EHOSTUNREACH'], 'connect_timeout'],
    [['EMFILE', 'EMFILE'], 'local_resource'],
  ])('of several addresses, %j, is the most telling one', (codes, failure) => {
    const error = new AggregateError(codes.map(withCode))
    expect(describeTransportFailure(error, 'connect', target)).toMatchObject({ code: failure })
  })

  it.each([
    [['EGRESS_PROXY_REFUSED', 'EGRESS_PROXY_BAD_GATEWAY'], 'connect_refused'],
    [['EGRESS_PROXY_REFUSED', 'EGRESS_PROXY_GATEWAY_TIMEOUT'], 'connect_timeout'],
    [['EMFILE', 'EGRESS_PROXY_REFUSED'], 'proxy_refused'],
  ])('of several addresses behind a proxy, %j, is the one that got furthest', (codes, failure) => {
    const error = new AggregateError(codes.map(withCode))
    expect(describeTransportFailure(error, 'tunnel', target)).toMatchObject({ code: failure })
  })

  it.each([
    new TypeError('undefined is not a function'),
    withCode('UND_ERR_INVALID_ARG'),
    withCode('ERR_ASSERTION'),
    new AggregateError([new TypeError('undefined is not a function')]),
    'text',
    null,
  ])('is a bug of ours if it did not come from the wire: %s', (error) => {
    expect(describeTransportFailure(error, 'answer', target)).toBeNull()
  })
})

describe('the text of a transport failure', () => {
  it('names the target as the author of the node wrote it, and nothing that the error says', () => {
    expect(describeTransportFailure(withCode('ECONNREFUSED'), 'connect', target)).toEqual({
      code: 'connect_refused',
      detail: 'api.example.com:443 refused the connection.',
      path: null,
    })
  })

  it('writes an IPv6 literal as a URL does', () => {
    const failure = describeTransportFailure(
      withCode('ECONNRESET'),
      'answer',
      { host: '2001:db8::1', port: 8443 },
      { delivered: 'maybe', hasAnswered: false },
    )
    expect(failure?.detail).toBe('[2001:db8::1]:8443 closed the connection without a response.')
    expect(failure?.path).toBeNull()
  })
})
