/** Who has to act for the next execution to go better. */
export type Blame = 'node' | 'target' | 'service'

/** Whether a complete request may have reached the target: `yes` rests on a response head, `no` on silence. */
export type Delivered = 'no' | 'maybe' | 'yes'

/** Whether sending the same request again can do harm, or any good. */
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
    hint: 'Send the secret in `secrets`, or correct its name in the node. Whoever runs the service can add one to its own secrets.',
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
    hint: 'Its value does not fit there, or makes what it is part of too long. Why is not told, since that would tell a part of it: the operator knows the value.',
  },
  template_failed: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'A template could not be rendered',
    hint: 'Simplify the template: loops, text and time that it may use are limited.',
  },
  url_invalid: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'The rendered URL is not usable',
    hint: 'Look at the values that the payload puts into the URL.',
  },
  header_invalid: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'A rendered header is not usable',
    hint: 'Remove line breaks and control characters. Encode what is outside of ASCII, for example with the filter url_encode or base64_encode.',
  },
  body_invalid: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'The rendered body is not what its content type says',
    hint: 'Look at the rendered body with a preview of the same payload.',
  },
  request_too_large: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'The rendered request is too large',
    hint: 'Send fewer fields, or a reference instead of the data.',
  },
  address_denied: {
    phase: 'address',
    blame: 'node',
    repeat: 'never',
    title: 'The target may not be called from here',
    hint: 'Only public addresses are open. Whoever runs the service can open others with EGRESS_ALLOW, save those of metadata services and of the service itself.',
  },
  dns_not_found: {
    phase: 'dns',
    blame: 'node',
    repeat: 'safe',
    title: 'The host name does not exist',
    hint: 'Check the host name in the URL for a typing error. Names of a private network are known to its own name servers only: whoever runs the service sets them with EGRESS_DNS_SERVERS.',
  },
  dns_failed: {
    phase: 'dns',
    blame: 'target',
    repeat: 'safe',
    title: 'The host name could not be resolved',
    hint: "Either the name servers of its domain are at fault, or those that the service asks: the ones in EGRESS_DNS_SERVERS, or else the system's. If other hosts are resolved, tell the operator of the target, else whoever runs the service.",
  },
  dns_timeout: {
    phase: 'dns',
    blame: 'target',
    repeat: 'safe',
    title: 'The name servers did not answer in time',
    hint: "Either the name servers of its domain are slow or down, or those that the service asks: the ones in EGRESS_DNS_SERVERS, or else the system's. If other hosts are resolved, tell the operator of the target, else whoever runs the service.",
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
    title: 'The target cannot be reached from here',
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
    hint: 'It is self-signed, or the target does not send its intermediate certificate. A private authority is added with EGRESS_CA_FILE.',
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
    hint: 'It is revoked, malformed, too weak or meant for another purpose. Its operator has to replace it.',
  },
  tls_protocol: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The target offers no acceptable version of TLS',
    hint: 'TLS 1.2 or newer with a common cipher is required. The operator of the target has to update it.',
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
    hint: 'Client certificates are not supported. Ask for another way to authenticate.',
  },
  tls_aborted: {
    phase: 'tls',
    blame: 'target',
    repeat: 'safe',
    title: 'The target broke off the TLS handshake',
    hint: 'A firewall or load balancer in front of the target may reject the service. Try again, then ask its operator.',
  },
  tls_timeout: {
    phase: 'tls',
    blame: 'target',
    repeat: 'safe',
    title: 'The TLS handshake was not finished in time',
    hint: 'The port accepts connections and does not finish the handshake. Check the port in the URL. Where it is right, the target is overloaded, or a firewall in front of it lets no handshake through: tell its operator.',
  },
  send_timeout: {
    phase: 'sending',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target did not take the request in time',
    hint: 'The target stopped reading. Send a smaller body or a longer timeoutMs.',
  },
  no_response: {
    phase: 'responding',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target closed the connection without an answer',
    hint: 'The target may have processed the request. Look into its log before you repeat it.',
  },
  response_timeout: {
    phase: 'responding',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target did not answer in time',
    hint: 'Raise timeoutMs, or let the target accept the request at once and do the work later.',
  },
  response_malformed: {
    phase: 'responding',
    blame: 'target',
    repeat: 'never',
    title: 'The answer of the target breaks the rules of HTTP',
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
    title: 'The headers of the answer are too large',
    hint: 'At most 16 KiB and 512 headers are accepted. The target may be setting cookies without end.',
  },
  judging_failed: {
    phase: 'responding',
    blame: 'node',
    repeat: 'never',
    title: 'The response could not be judged within the limits',
    hint: 'The target has answered: look at the status. Simplify the conditions of `expect` and the templates of `capture`, or let the target answer with less.',
  },
  queue_full: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'Too many calls to this target are waiting',
    hint: 'The target is slower than the calls that are sent to it. Try again later.',
  },
  queue_timeout: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The call waited too long for its turn',
    hint: 'The target is slower than the calls that are sent to it. Try again later.',
  },
  local_resource: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The service ran out of sockets or files',
    hint: 'Whoever runs the service has to raise its limits.',
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
    title: 'The caller gave up before the call began',
    hint: 'Wait longer than timeoutMs for the answer of the service.',
  },
} as const satisfies Record<string, FailureInfo>

/** The name of a failure, as callers see it. */
export type FailureCode = keyof typeof failures

/** All codes, for schemas. */
export const failureCodes = Object.keys(failures) as FailureCode[]

/**
 * Why a call ended without an answer that could be judged. `detail` is one sentence of our own for people:
 * no address, no text of the peer, no library message.
 */
export interface Failure {
  readonly code: FailureCode
  readonly detail: string
  /** JSON Pointer to the part of the node to look at, or null. */
  readonly path: string | null
  /** What helps in this case, where that is more than the table of codes can say. */
  readonly hint?: string
  /** Of a response that could not be taken, where its status line was read. */
  readonly status?: number
}

/** A request that may have arrived is never `safe` to repeat, and one that cannot have arrived always is. */
export function findSafetyAfterFailure(code: FailureCode, delivered: Delivered): RetrySafety {
  const { repeat } = failures[code]
  if (repeat === 'never') return 'never'
  return delivered === 'no' ? 'safe' : 'if_idempotent'
}
