import { isObject } from '../../../webhook/values/json.ts'
import type { ForeignMembers, ForeignWords } from './foreign-word.ts'
import { asAttributes, listNames } from './list-names.ts'
import { leaveOut, milliseconds } from './sentences.ts'

/** What to do with a mark for all failures. */
export const anyFailure =
  'there is no word for all of them: a failure without a case takes the branch of "onError"; leave out this case, and write "onError"'

/** What to do with a status in the place of a failure. */
export const statusIsNoFailure =
  'an answer with a status is no failure: a case for it has { "type": "status", "value": 429 }, a simulation { "status": 429 }'

const withoutTypes = 'and each value stands there itself, without {"value", "type"} around it'

/** Whether values are those of Camunda, each in an object with its type. */
function areWrapped(value: unknown): boolean {
  const [first] = isObject(value) ? Object.values(value) : []
  return isObject(first) && Object.hasOwn(first, 'value') && Object.keys(first).length <= 3
}

export const requestMembers: ForeignMembers = {
  Request: [
    {
      words: 'nodeConfig config configuration settings webhook action step task module activity',
      is: 'node',
    },
    {
      words: 'data context input inputs attributes message',
      is: 'payload',
      twice:
        'the data of the workflow is "payload", which is there already; put this into it, as "profile", "event", "instance", "flow" or "vars"',
    },
    {
      words: 'variables variable vars captured captures',
      says: 'it belongs into "payload", as "vars"',
      example: (value) => ({ payload: { vars: asAttributes(value, 'leadId') } }),
      unless: {
        fits: areWrapped,
        says: `it belongs into "payload", as "vars", ${withoutTypes}`,
        example: (value) => ({ payload: { vars: asAttributes(value, 'leadId') } }),
      },
    },
    { words: 'secret credentials credential env environment vault', is: 'secrets' },
    { words: 'correlation traceId requestId reference executionId jobId runId', is: 'correlationId' },
    { words: 'idempotency dedupKey deduplicationKey requestKey', is: 'idempotencyKey' },
    { words: 'tenantId customer organization organisation org workspace account accountId', is: 'tenant' },
    { words: 'deadline timeLimit totalTimeout', is: 'deadlineMs', says: milliseconds },
    {
      words: 'debug verbose trace detail brief',
      says: 'the reply shows everything without it',
      example: { diagnostics: 'brief' },
    },
    {
      words: 'test testMode dryRun preview mode',
      says: 'POST /v1/preview shows the request and sends nothing; leave it out',
    },
    { words: 'simulation simulated simulatedResponse mock mockResponse response', is: 'simulate' },
    { words: 'nodeId', says: 'it is "id" of "node"' },
    {
      words: 'requests nodes batch batches calls items jobs webhooks operations bulk',
      says: 'there are no batches; send one request for each node',
      example: { node: { method: 'POST', url: 'https://host/path' } },
    },
    {
      words: 'contact user person subscriber lead member recipient',
      says: 'it belongs into "payload", as "profile"',
      example: { payload: { profile: {} } },
    },
    {
      words: 'form trigger submission eventData',
      says: 'it belongs into "payload", as "event"',
      example: { payload: { event: {} } },
    },
    {
      words: 'callback callbackUrl replyUrl async',
      says: 'the reply to this request has the result; leave it out. POST /v1/executions takes the same request, replies at once, and tells a "callback" of the end',
    },
  ],
  Payload: [
    {
      words: 'profiles contact customer user person subscriber lead member recipient attributes properties',
      is: 'profile',
    },
    { words: 'eventData trigger triggerData webhook', is: 'event' },
    { words: 'workflow process journey campaign scenario', is: 'flow' },
    { words: 'workflowInstance processInstance execution run', is: 'instance' },
    {
      words: 'variables variable captured captures steps nodes results outputs previous context state',
      is: 'vars',
      unless: { fits: areWrapped, is: 'vars', says: withoutTypes },
    },
    {
      words: 'form submission order cart message body data json',
      says: 'it belongs into "event"',
      example: (value) => ({
        event: Object.fromEntries(
          (listNames(value).length > 0 ? listNames(value) : ['type']).map((name) => [name, '…']),
        ),
      }),
    },
    {
      words: 'response lastResponse previousResponse',
      says: 'what an earlier node has captured belongs into "vars"',
      example: { vars: { leadId: '…' } },
    },
    { words: 'secrets secret credentials', says: 'it is "secrets" beside "node"' },
  ],
  Simulation: [
    { words: 'statusCode code httpStatus', is: 'status' },
    { words: 'error errorCode fault failureCode fails reason', is: 'failure' },
    { words: 'text content data payload', is: 'body' },
    {
      words: 'json',
      says: 'it is "body", as text',
      example: { status: 200, body: '{"id":1}' },
      covers: ['status'],
    },
    { words: 'header', is: 'headers' },
    { words: 'response', says: 'write its members into "simulate" itself', unwrap: true },
    { words: 'statusText delay delayMs durationMs timeout', says: leaveOut },
  ],
}

export const requestWords: ForeignWords = {
  'Request.diagnostics': [
    { words: 'none short minimal compact false off no summary', is: 'brief' },
    { words: 'all verbose debug true on yes detailed complete', is: 'full' },
  ],
  FailureCode: [
    {
      words: 'timeout timedOut etimedout responseTimeOut readTimeout esockettimedout econnaborted slow',
      is: 'response_timeout',
    },
    { words: 'connectionTimeout undErrConnectTimeout', is: 'connect_timeout' },
    { words: 'econnrefused refused connectionRefused', is: 'connect_refused' },
    {
      words: 'enotfound dns dnsError hostNotFound nxdomain unknownHost wrongUrl nameNotResolved',
      is: 'dns_not_found',
    },
    { words: 'eaiAgain servfail', is: 'dns_failed' },
    { words: 'econnreset socketHangUp connectionReset reset closed undErrSocket', is: 'no_response' },
    { words: 'ehostunreach enetunreach unreachable networkError', is: 'connect_unreachable' },
    {
      words:
        'ssl tls certificate sslError tlsError certificateError selfSigned unableToVerifyLeafSignature depthZeroSelfSignedCert',
      is: 'tls_untrusted',
    },
    { words: 'certExpired certHasExpired certificateExpired', is: 'tls_cert_expired' },
    { words: 'errTlsCertAltnameInvalid hostnameMismatch wrongHost', is: 'tls_name_mismatch' },
    { words: 'ssrf blocked privateAddress forbiddenAddress', is: 'address_denied' },
    {
      words: 'any all every anything default other others else',
      says: anyFailure,
    },
    {
      words: 'expectationUnmet expectationNotMet unmet statusMismatch unexpectedStatus httpError badStatus',
      says: 'an answer that is not as expected is no failure: it takes the branch of "onError", and a case for it has a condition, such as { "type": "status", "value": "4xx" }',
    },
    {
      words:
        '1xx 2xx 3xx 4xx 5xx rateLimit tooManyRequests badGateway unauthorized unauthorised forbidden notFound conflict badRequest serverError internalServerError serviceUnavailable gatewayTimeout clientError http400 http401 http403 http404 http409 http429 http500 http502 http503 http504',
      says: statusIsNoFailure,
    },
    {
      words: 'expectationMet caseMet success ok none',
      says: 'that is no failure: without one the branch is "success", and a response is simulated by { "status": 200 }',
    },
    {
      words: 'sslHandshakeFailed tlsHandshakeFailed handshakeFailed handshakeFailure sslHandshake eproto',
      is: 'tls_protocol',
    },
    { words: 'true yes error', says: 'as in "response_timeout", "connect_refused" or "dns_not_found"' },
  ],
}
