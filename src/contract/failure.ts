/** Who has to act for the next execution to go better. */
export type Blame = 'node' | 'target' | 'service'

/**
 * Whether the target got the request. `yes`: a complete response head came back. `maybe`: some bytes of it were sent.
 * `no`: not one byte of it was sent.
 */
export type Delivered = 'no' | 'maybe' | 'yes'

/**
 * Whether the same request may be sent again: `safe` cannot duplicate anything and may help, `if_idempotent` may
 * duplicate, `never` does not help.
 */
export type RetrySafety = 'safe' | 'if_idempotent' | 'never'

/** The part of a call in which it ended. */
export type Phase =
  | 'rendering'
  | 'address'
  | 'dns'
  | 'connecting'
  | 'tls'
  | 'sending'
  | 'responding'
  | 'service'

interface FailureInfo {
  readonly phase: Phase
  readonly blame: Blame
  readonly repeat: RetrySafety
  readonly title: string
  readonly hint: string
}

/**
 * Every way a call can end badly. Codes are API: add freely, rename never.
 * `docs/errors.md` has one entry for each and is checked against this table.
 */
export const failures = {
  value_missing: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'A value that the request needs is missing',
    hint: 'Send the attribute in the payload, give it a default, or let the field be sent empty with ifEmpty.',
  },
  secret_missing: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'A secret that the node refers to is not known',
    hint: 'Send the secret in `secrets`, or correct its name in the node. The operator can add it to the secrets of the service.',
  },
  secret_not_allowed: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'A secret of the service may not be used like this',
    hint: 'Use a secret that is bound to this place and target. The operator can change its binding in SECRETS_FILE.',
  },
  secret_invalid: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'A secret of the service cannot be sent where the node puts it',
    hint: 'The value has a character that is not allowed there, or makes the URL, header or body too long. The reply does not say which, because that would reveal a part of the value. Ask the operator, who knows the value.',
  },
  template_failed: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'A template could not be rendered',
    hint: 'Simplify the templates of the request: their loops, text and processor time are limited. Check the values that their filters get.',
  },
  url_invalid: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'The rendered URL is not valid',
    hint: 'Check the values that the payload puts into the URL.',
  },
  header_invalid: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'A rendered header is not valid',
    hint: 'Remove line breaks and control characters. Encode characters outside ASCII, for example with the filter url_encode or base64_encode.',
  },
  body_invalid: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'The rendered body does not match its content type',
    hint: 'Render the body with `POST /v1/preview` and the same payload, and look at it.',
  },
  request_too_large: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'The rendered request is too large',
    hint: 'Send fewer fields, or send a link to the data instead of the data.',
  },
  address_denied: {
    phase: 'address',
    blame: 'node',
    repeat: 'never',
    title: 'The service is not allowed to call this target',
    hint: 'Only public addresses are open. The operator can open other addresses with EGRESS_ALLOW, except those of metadata services and of the service itself.',
  },
  dns_not_found: {
    phase: 'dns',
    blame: 'node',
    repeat: 'safe',
    title: 'The host name does not exist',
    hint: 'Check the host name in the URL for a typing error. Only the name servers of a private network know its names: the operator sets these servers with EGRESS_DNS_SERVERS.',
  },
  dns_failed: {
    phase: 'dns',
    blame: 'target',
    repeat: 'safe',
    title: 'The host name could not be resolved',
    hint: "The fault is with the name servers of the domain, or with those that the service asks: EGRESS_DNS_SERVERS or, if that is not set, the system's. If other hosts can be resolved, tell the operator of the target. If not, tell the operator of the service.",
  },
  dns_timeout: {
    phase: 'dns',
    blame: 'target',
    repeat: 'safe',
    title: 'The name servers did not answer in time',
    hint: "The name servers of the domain are slow or down, or those that the service asks are: EGRESS_DNS_SERVERS or, if that is not set, the system's. If other hosts can be resolved, tell the operator of the target. If not, tell the operator of the service.",
  },
  connect_refused: {
    phase: 'connecting',
    blame: 'target',
    repeat: 'safe',
    title: 'The target refused the connection',
    hint: 'Nothing listens on that port. Check the port in the URL, or tell the operator of the target.',
  },
  connect_unreachable: {
    phase: 'connecting',
    blame: 'target',
    repeat: 'safe',
    title: 'The service cannot reach the target',
    hint: 'There is no route to the target. Check the network of the service and the address of the host.',
  },
  connect_timeout: {
    phase: 'connecting',
    blame: 'target',
    repeat: 'safe',
    title: 'The target did not accept the connection in time',
    hint: 'The target is down, overloaded or behind a firewall that drops packets.',
  },
  tls_untrusted: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The certificate of the target comes from an unknown authority',
    hint: 'The certificate is self-signed, or the target does not send its intermediate certificate. The operator can add a private authority with EGRESS_CA_FILE.',
  },
  tls_cert_expired: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The certificate of the target has expired',
    hint: 'The operator of the target has to renew the certificate.',
  },
  tls_cert_not_yet_valid: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The certificate of the target is not valid yet',
    hint: 'The clock of the service or the start date of the certificate is wrong.',
  },
  tls_name_mismatch: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The certificate of the target is for another name',
    hint: 'Use the host name that the certificate was issued for.',
  },
  tls_cert_invalid: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The certificate of the target is not acceptable',
    hint: 'The certificate is revoked, malformed, too weak or issued for another purpose. The operator of the target has to replace it.',
  },
  tls_protocol: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The target offers no acceptable version of TLS',
    hint: 'The service requires TLS 1.2 or newer with a common cipher. The operator of the target has to update its server.',
  },
  tls_not_tls: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The target does not speak TLS on this port',
    hint: 'The port is probably the one for plain HTTP. Use the https port of the target.',
  },
  tls_client_cert_required: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The target demands a client certificate',
    hint: 'The service does not support client certificates. Ask the operator of the target for another way to authenticate.',
  },
  tls_aborted: {
    phase: 'tls',
    blame: 'target',
    repeat: 'safe',
    title: 'The target broke off the TLS handshake',
    hint: 'A firewall or load balancer in front of the target may reject the service. Try again. If the handshake fails again, ask the operator of the target.',
  },
  tls_timeout: {
    phase: 'tls',
    blame: 'target',
    repeat: 'safe',
    title: 'The TLS handshake did not finish in time',
    hint: 'The port accepts connections but does not finish the handshake. Check the port in the URL. If the port is right, the target is overloaded or a firewall blocks the handshake: tell the operator of the target.',
  },
  send_timeout: {
    phase: 'sending',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target did not take the request in time',
    hint: 'The target stopped reading the request. Send a smaller body, or raise timeoutMs.',
  },
  no_response: {
    phase: 'responding',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target closed the connection without a response',
    hint: 'The target may have processed the request. Check its log before you send the request again.',
  },
  response_timeout: {
    phase: 'responding',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target did not answer in time',
    hint: 'Raise timeoutMs, or let the target reply at once and do the work later.',
  },
  response_malformed: {
    phase: 'responding',
    blame: 'target',
    repeat: 'never',
    title: 'The response of the target violates HTTP',
    hint: 'The operator of the target has to correct its server.',
  },
  response_not_http: {
    phase: 'responding',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target does not answer with HTTP',
    hint: 'Another service listens on that port. Check the port in the URL.',
  },
  response_headers_too_large: {
    phase: 'responding',
    blame: 'target',
    repeat: 'never',
    title: 'The headers of the response are too large',
    hint: 'The service accepts at most 512 headers and 16 KiB of them. The usual cause is a target that sets too many cookies.',
  },
  judging_failed: {
    phase: 'responding',
    blame: 'node',
    repeat: 'never',
    title: 'Judging the response exceeded the limits',
    hint: 'The target has responded: see the status. Simplify the conditions of `expect` and the templates of `capture`, or let the target send a smaller response.',
  },
  queue_full: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'Too many calls to this target are waiting',
    hint: 'Calls to the target arrive faster than it answers them. Try again later.',
  },
  queue_timeout: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The call waited too long for its turn',
    hint: 'Calls to the target arrive faster than it answers them. Try again later.',
  },
  local_resource: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The service ran out of sockets or files',
    hint: 'The operator has to raise the limits of the process, such as the number of open files.',
  },
  shutdown: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The service was stopped before the call ended',
    hint: 'Send the call again where `repeat` allows it.',
  },
  cancelled: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The client closed its connection before the call began',
    hint: 'Let the client wait at least two seconds longer than timeoutMs for the reply of the service.',
  },
} as const satisfies Record<string, FailureInfo>

/** The name of a failure. It is part of the API. */
export type FailureCode = keyof typeof failures

/** All codes of failures, for schemas. */
export const failureCodes = Object.keys(failures) as FailureCode[]

/**
 * Why a call ended without a response that could be judged. `detail` is one sentence that the service wrote: it has no
 * address, no text of the peer and no message of a library.
 */
export interface Failure {
  readonly code: FailureCode
  readonly detail: string
  /** JSON Pointer to the part of the node to look at, or null. */
  readonly path: string | null
  /** A hint for this case, in place of the one in the table of codes. */
  readonly hint?: string
  /** The status of a response that was rejected after its status line was read. */
  readonly status?: number
}

/**
 * The retry safety after a failure. A failure that would only come again is `never`. For all others delivery decides: a
 * request that may have arrived is `if_idempotent`, one that was not sent is `safe`.
 */
export function findSafetyAfterFailure(code: FailureCode, delivered: Delivered): RetrySafety {
  const { repeat } = failures[code]
  if (repeat === 'never') return 'never'
  return delivered === 'no' ? 'safe' : 'if_idempotent'
}
