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
  | 'authorizing'
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
    title: 'A secret cannot be used where the node puts it',
    hint: 'The value has a character that is not allowed there, or makes the URL, header or body too long. The reply does not say which, because that would reveal a part of the value. Ask the operator, who knows the value.',
  },
  template_failed: {
    phase: 'rendering',
    blame: 'node',
    repeat: 'never',
    title: 'A template could not be rendered',
    hint: 'Simplify the templates of the request: their loops, characters and processor time are limited. Check the values that their filters get.',
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
    hint: 'Remove line breaks and control characters from the value of the header. Encode characters outside ASCII, for example with the filter url_encode or base64_encode.',
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
  auth_token_refused: {
    phase: 'authorizing',
    blame: 'node',
    repeat: 'never',
    title: 'The token endpoint refused the client',
    hint: 'Check the client id, the client secret, the scope and the audience in "auth", and "clientAuth": some servers take the credentials in the body only.',
  },
  auth_token_failed: {
    phase: 'authorizing',
    blame: 'target',
    repeat: 'safe',
    title: 'The token endpoint gave no token',
    hint: 'Check the URL of the token endpoint, tokenUrl. If it is right, tell the operator of the token endpoint, and send the call again later: the target was not called.',
  },
  address_denied: {
    phase: 'address',
    blame: 'node',
    repeat: 'never',
    title: 'The service is not allowed to call this target',
    hint: 'Check host and port in the URL: only public addresses are open. The operator of the service can open others with EGRESS_ALLOW, except those of metadata services and of the service itself.',
  },
  dns_not_found: {
    phase: 'dns',
    blame: 'node',
    repeat: 'safe',
    title: 'The host name does not exist',
    hint: 'Check the host name in the URL for a typing error. Names of a private network are known to its own name servers only: the operator of the service sets them with EGRESS_DNS_SERVERS. A name that was created just now may take minutes: then try again.',
  },
  dns_failed: {
    phase: 'dns',
    blame: 'target',
    repeat: 'safe',
    title: 'The host name could not be resolved',
    hint: "The name servers of the domain fail, or its DNSSEC signatures are wrong: tell the operator of the target, and try again later. If no other host is resolved either, the fault is with the name servers that the service asks (EGRESS_DNS_SERVERS or, if that is not set, the system's).",
  },
  dns_timeout: {
    phase: 'dns',
    blame: 'target',
    repeat: 'safe',
    title: 'The name servers did not answer in time',
    hint: "If the service resolves other hosts, the name servers of the domain are slow or down: tell the operator of the target, and try again when they answer. If it resolves none, it cannot reach the name servers in EGRESS_DNS_SERVERS or, if that is not set, the system's: tell its operator.",
  },
  connect_refused: {
    phase: 'connecting',
    blame: 'target',
    repeat: 'safe',
    title: 'The target refused the connection',
    hint: 'Nothing listens on that port. Check the port in the URL. If it is right, the target is down: tell its operator, and try again when it is up.',
  },
  connect_unreachable: {
    phase: 'connecting',
    blame: 'target',
    repeat: 'safe',
    title: 'The service cannot reach the target',
    hint: 'Check the host in the URL. If the service reaches other targets, the network of this target is down: tell the operator of the target, and try again later. If it reaches none, its own network is at fault.',
  },
  connect_timeout: {
    phase: 'connecting',
    blame: 'target',
    repeat: 'safe',
    title: 'The target did not accept the connection in time',
    hint: 'The target is down or overloaded, or a firewall drops the packets. Check host and port in the URL. If they are right, ask the operator of the target to admit the service, and try again.',
  },
  tls_untrusted: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The certificate of the target comes from an unknown authority',
    hint: 'The certificate is self-signed, or the target does not send its intermediate certificate. The operator of the service can add a private authority with EGRESS_CA_FILE.',
  },
  tls_cert_expired: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The certificate of the target has expired',
    hint: 'The operator of the target has to renew the certificate, or to install the renewed one.',
  },
  tls_cert_not_yet_valid: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The certificate of the target is not valid yet',
    hint: 'The operator of the target has to install a certificate that is valid today. If several targets end like this, the clock of the machine of the service is wrong.',
  },
  tls_name_mismatch: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The certificate of the target is for another name',
    hint: 'Write the host into the URL that the documentation of the target names. If it is that one, the operator of the target has to add it to the certificate.',
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
    hint: 'Another protocol answers on that port, most often plain HTTP. Write the https port of the target into the URL.',
  },
  tls_client_cert_invalid: {
    phase: 'tls',
    blame: 'node',
    repeat: 'never',
    title: 'The certificates in `tls` of the node cannot be used',
    hint: 'Correct the secrets that `tls` refers to: the certificate as PEM, followed by its intermediates, and the private key that belongs to it.',
  },
  tls_client_cert_required: {
    phase: 'tls',
    blame: 'target',
    repeat: 'never',
    title: 'The target demands a client certificate',
    hint: 'Set `certificate` and `key` in `tls` of the node. The operator of the target issues them, or says which authority it accepts.',
  },
  tls_aborted: {
    phase: 'tls',
    blame: 'target',
    repeat: 'safe',
    title: 'The target broke off the TLS handshake',
    hint: 'A firewall or load balancer in front of the target may reject the service. Try the call again. If the handshake breaks off each time, ask the operator of the target, and check the port in the URL.',
  },
  tls_timeout: {
    phase: 'tls',
    blame: 'target',
    repeat: 'safe',
    title: 'The TLS handshake did not finish in time',
    hint: 'The port accepts connections but does not finish the handshake: check it in the URL. If it is right, the target is overloaded or a firewall blocks the handshake: tell the operator of the target, and try again later.',
  },
  send_timeout: {
    phase: 'sending',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target did not take the request in time',
    hint: 'The target stopped reading the request. Send a smaller body. A part of the request has arrived: check the log of the target before you send it again.',
  },
  no_response: {
    phase: 'responding',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target closed the connection without a response',
    hint: 'The target, or a proxy in front of it, gave up on the request or crashed. It may have processed the request: look into its log, at the time that `attempts` shows, before you send the request again.',
  },
  response_timeout: {
    phase: 'responding',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target did not answer in time',
    hint: 'Let the target reply at once and do the work afterwards. It may have processed this request: unless that is idempotent, look there before you repeat it.',
  },
  response_malformed: {
    phase: 'responding',
    blame: 'target',
    repeat: 'never',
    title: 'The response of the target violates HTTP',
    hint: 'The operator of the target has to correct the server or the proxy that wrote this response. The request has most likely been carried out: `attempts` has the status, where one came.',
  },
  response_not_http: {
    phase: 'responding',
    blame: 'target',
    repeat: 'if_idempotent',
    title: 'The target does not answer with HTTP',
    hint: 'Another service than a web server listens on that port. Check the port in the URL, or ask the operator of the target. Only then repeat the request.',
  },
  response_headers_too_large: {
    phase: 'responding',
    blame: 'target',
    repeat: 'never',
    title: 'The headers of the response are too large',
    hint: 'The operator of the target has to send fewer or shorter headers: most often it sets too many cookies. It had most likely carried out the request by then.',
  },
  judging_failed: {
    phase: 'responding',
    blame: 'node',
    repeat: 'never',
    title: 'Judging the response exceeded the limits',
    hint: 'The target has responded: see the status. Simplify the conditions of `expect` and the templates of `capture`, or let the target send a smaller response.',
  },
  connection_missing: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The connection of the node is gone',
    hint: 'The service had the connection when it started, or later, and has it no more: CONNECTIONS_FILE was changed. Let the operator of the service add it again and send the call again, or name another connection in the node.',
  },
  queue_full: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'Too many calls to this target are waiting',
    hint: 'Calls to the target arrive faster than it answers. Send the call again later and more slowly, or let the operator of the service raise MAX_PER_HOST or MAX_QUEUE_PER_HOST.',
  },
  queue_timeout: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The call waited too long for its turn',
    hint: 'Calls to this host take all the slots that the service has for it (MAX_PER_HOST). Slow the flow down and send the call again, or let the operator of the service raise MAX_PER_HOST.',
  },
  rate_limited: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The service has sent as many calls as its limits allow',
    hint: 'The operator of the service limits the calls of this connection, or to this host, so that the target is not overrun. Send the call again after retryAfterMs, and slow the flow down. The operator can raise the limits of the connection in CONNECTIONS_FILE, or those of the host in LIMITS_FILE.',
  },
  target_paused: {
    phase: 'service',
    blame: 'target',
    repeat: 'safe',
    title: 'The target has asked for a pause',
    hint: 'The target has answered another call of this connection with a status such as 429, and said how long to wait. Send the call again after retryAfterMs. If that happens often, slow the flow down, or let the operator of the service limit the connection to what the target allows.',
  },
  local_resource: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The service ran out of sockets or files',
    hint: 'The operator of the service has to raise the limits of the process, such as the number of open files (ulimit -n). After that the call can be sent again.',
  },
  proxy_unreachable: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The proxy of the service could not be reached',
    hint: 'All calls of the service go through a proxy. Its operator checks that the proxy runs, and that EGRESS_PROXY names it. After that the call can be sent once again.',
  },
  proxy_refused: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The proxy of the service opened no connection to the target',
    hint: 'The operator of the service has to allow the target in the rules of the proxy, or to correct the credentials in EGRESS_PROXY. Most proxies allow by name: with EGRESS_PROXY_RESOLVES=proxy they get the name instead of an address that the service has judged. Then send it again.',
  },
  shutdown: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The service was stopped before the call ended',
    hint: 'The service restarts, or is replaced by another instance. Send the call again, where `repeat` is `if_idempotent` only if a second request does no harm.',
  },
  cancelled: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The client closed its connection before the call began',
    hint: 'Nothing was sent, so the call may be repeated. Let the client of the service wait at least two seconds longer than timeoutMs for the reply.',
  },
  interrupted: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The service was cut off while the call was under way',
    hint: 'The service had begun to send the request and has not learnt what became of it. Look at the target, at the time that the last entry of `attempts` shows. Send the call again only if the target has not done its work.',
  },
  withdrawn: {
    phase: 'service',
    blame: 'service',
    repeat: 'never',
    title: 'The execution was cancelled',
    hint: 'A client of the service cancelled the execution, and no further attempt of it began. `attempts` and `delivered` say what came before.',
  },
  expired: {
    phase: 'service',
    blame: 'service',
    repeat: 'never',
    title: 'The execution was not finished in time',
    hint: 'No attempt begins behind `expiresAt`. The operator of the service sees in the backlog what the execution waited for; set `expiresAt` later, and submit the execution anew.',
  },
  unreadable: {
    phase: 'service',
    blame: 'service',
    repeat: 'safe',
    title: 'The stored execution cannot be read',
    hint: 'The file of the store is damaged, and the operator of the service has to restore it. After that send the execution again, unless `delivered` says that it may have arrived.',
  },
} as const satisfies Record<string, FailureInfo>

/** The name of a failure. It is part of the API. */
export type FailureCode = keyof typeof failures

/** All codes of failures, for schemas. */
export const failureCodes = Object.keys(failures) as FailureCode[]

/** A time limit of an execution: of an attempt, of all attempts of `retry`, or from acceptance to reply. */
export interface Clock {
  readonly name: 'timeoutMs' | 'totalMs' | 'deadlineMs'
  /** The whole limit. A call has what is left of it. */
  readonly ms: number
  /** What the attempt had of it when it began; all of it if that is not told. */
  readonly leftMs?: number
}

/**
 * Why a call ended without a response that could be judged. `detail` has sentences that the service wrote: no address, no text
 * of the peer and no message of a library.
 */
export interface Failure {
  readonly code: FailureCode
  readonly detail: string
  /** JSON Pointer to the part of the node to look at, or null. */
  readonly path: string | null
  /** A hint for this case, in place of the one in the table of codes. */
  readonly hint?: string
  /** What a token endpoint says about it, in a sentence that stands before the hint. */
  readonly said?: string
  /** Who has to act in this case, in place of the blame in the table of codes. */
  readonly blame?: Blame
  /** The retry safety in this case, in place of the one that code and delivery give. */
  readonly repeat?: RetrySafety
  /** The time limit that ended the attempt, if one did. */
  readonly clock?: Clock
  /** For a call that a limit or a pause has held back: milliseconds until it could begin. */
  readonly retryAfterMs?: number
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
