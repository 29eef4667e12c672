import type { ForeignMembers, ForeignWords } from './foreign-word.ts'
import { leaveOut, milliseconds } from './sentences.ts'

export const requestMembers: ForeignMembers = {
  Request: [
    {
      words: 'nodeConfig config configuration settings webhook action step task module activity',
      is: 'node',
    },
    { words: 'data context input inputs variables attributes message', is: 'payload' },
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
      says: 'the reply to this request has the result; leave it out',
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
    },
    {
      words: 'form submission order cart message body data json',
      says: 'it belongs into "event"',
      example: { event: { form: '…' } },
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
    { words: 'certExpired certHasExpired certificateExpired expired', is: 'tls_cert_expired' },
    { words: 'errTlsCertAltnameInvalid hostnameMismatch wrongHost', is: 'tls_name_mismatch' },
    { words: 'ssrf blocked privateAddress forbiddenAddress', is: 'address_denied' },
    {
      words: 'any all every anything default',
      says: 'leave it out for all of them: any other failure takes the branch of "onError"',
    },
    {
      words: 'expectationUnmet expectationNotMet unmet statusMismatch unexpectedStatus httpError badStatus',
      says: 'an answer that is not as expected is no failure: it takes the branch of "onError", and a case for it has a condition, such as { "type": "status", "value": "4xx" }',
    },
    { words: 'true yes error', says: 'as in "response_timeout", "connect_refused" or "dns_not_found"' },
  ],
}
