import type { Static } from 'typebox'
import { closedObject, named, nullable, oneOfWords, recordSchema } from './builders.ts'
import { type FailureCode, failureCodes } from './failure.ts'
import { FailureCodeName } from './failure-code.ts'
import { methods } from './method.ts'
import {
  idempotencyKeyPattern,
  maxCorrelationIdLength,
  minMaskLength,
  secretNamePattern,
  tenantPattern,
} from './names.ts'
import { maxTotalMs, Node } from './node.ts'
import { Payload } from './payload.ts'
import { purposes } from './purpose.ts'
import { Type } from './typebox.ts'
import { warningCodes } from './warning.ts'

const Secrets = Type.Record(
  Type.String({ pattern: `^${secretNamePattern}$` }),
  Type.String({
    minLength: minMaskLength,
    description: 'At least four characters: a shorter value cannot be masked.',
  }),
  {
    $id: 'Secrets',
    additionalProperties: false,
    description:
      'Secrets of this call: name to value. The node refers to them as `{{ secrets.NAME }}`. The service masks them in replies and does not log them.',
    examples: [{ crm_token: 's3cr3t' }],
  },
)

/** The members of a request beside its node. */
export const restOfExecute = {
  payload: Type.Optional(named(Payload)),
  secrets: Type.Optional(named(Secrets)),
  idempotencyKey: Type.Optional(
    Type.String({
      pattern: `^${idempotencyKeyPattern}$`,
      description:
        "The client's name for this execution, 1 to 255 visible ASCII characters. It is sent as Idempotency-Key, unless the node sets that header. Templates can use it as `execution.idempotencyKey`.",
      examples: ['instance-4711-step-3'],
    }),
  ),
  correlationId: Type.Optional(
    Type.String({
      maxLength: maxCorrelationIdLength,
      description: "The engine's own name for the execution. The reply and the log have it.",
      examples: ['instance-4711'],
    }),
  ),
  tenant: Type.Optional(
    Type.String({
      pattern: `^${tenantPattern}$`,
      description:
        'The customer of the engine. Statistics, limits and connection pools are kept per tenant. 1 to 64 characters of A-Z a-z 0-9 . _ -',
      examples: ['acme'],
    }),
  ),
  deadlineMs: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: maxTotalMs,
      description:
        'The time limit of the execution, in milliseconds. It covers waiting, attempts and pauses.',
      examples: [15_000],
    }),
  ),
  diagnostics: Type.Optional(
    oneOfWords(['full', 'brief'], {
      description:
        '`brief`: the reply leaves out headers and bodies of request and response, and quotes nothing of the target.',
      default: 'full',
    }),
  ),
}

export const ExecuteRequest = closedObject(
  { node: named(Node), ...restOfExecute },
  {
    $id: 'ExecuteRequest',
    description: 'The body of `POST /v1/execute`: a node, a payload, and options of the call.',
  },
)

/** The body of `POST /v1/execute` without its node. */
export const ExecuteRest = closedObject(restOfExecute, { $id: 'ExecuteRest' })

export type ExecuteRequest = Static<typeof ExecuteRequest>

export const Simulation = Type.Union(
  [
    closedObject(
      {
        status: Type.Integer({
          minimum: 100,
          maximum: 999,
          description: 'The status of the response.',
          examples: [201],
        }),
        headers: Type.Optional(recordSchema(Type.String(), { description: 'The headers of the response.' })),
        body: Type.Optional(Type.String({ description: 'The text of the body.' })),
      },
      { title: 'Response', description: 'A response.' },
    ),
    closedObject({ failure: named(FailureCodeName) }, { title: 'Failure', description: 'A failure.' }),
  ],
  {
    $id: 'Simulation',
    description: 'a response ("status", "headers", "body") or a "failure" to decide on',
    examples: [{ status: 201, body: '{"id":"L-9"}' }, { failure: 'response_timeout' }],
  },
)

export type Simulation = Static<typeof Simulation>

const restOfPreview = {
  payload: restOfExecute.payload,
  secrets: restOfExecute.secrets,
  idempotencyKey: restOfExecute.idempotencyKey,
  correlationId: restOfExecute.correlationId,
  tenant: restOfExecute.tenant,
  simulate: Type.Optional(named(Simulation)),
}

export const PreviewRequest = closedObject(
  { node: named(Node), ...restOfPreview },
  {
    $id: 'PreviewRequest',
    description: 'The body of `POST /v1/preview`: a node, a payload, and a simulated outcome.',
  },
)

/** The body of `POST /v1/preview` without its node. */
export const PreviewRest = closedObject(restOfPreview, { $id: 'PreviewRest' })

export type PreviewRequest = Static<typeof PreviewRequest>

const nullableText = (description: string) => nullable<string>({ type: 'string', description })
const nullableNumber = (description: string) => nullable<number>({ type: 'number', minimum: 0, description })

const deliveredDescription =
  'Whether the target got the request. `yes`: a complete response head came back. `maybe`: some bytes of the request were sent. `no`: not one byte was sent.'
const delivered = oneOfWords(['yes', 'maybe', 'no'], { description: deliveredDescription })

const HeaderPair = Type.Unsafe<readonly [string, string]>({
  $id: 'HeaderPair',
  type: 'array',
  items: { type: 'string' },
  minItems: 2,
  maxItems: 2,
  description: 'Name and value.',
})

const HeaderPairs = Type.Array(named(HeaderPair), {
  description: 'Pairs of name and value, in the order on the wire.',
})

/** The codes that a reason can have. */
export const reasonCodes = ['expectation_met', 'case_met', 'expectation_unmet', ...failureCodes] as const

/** The name of a reason: that of a failure, or what became of the expectation and the cases. */
export const ReasonCode = Type.Unsafe<(typeof reasonCodes)[number]>({
  $id: 'ReasonCode',
  anyOf: [
    { type: 'string', enum: ['expectation_met', 'case_met', 'expectation_unmet'] },
    named(FailureCodeName),
  ],
  description: 'The stable name of the reason.',
})

export const Reason = closedObject(
  {
    code: named(ReasonCode),
    failure: Type.Optional(
      Type.Unsafe<FailureCode>({
        ...named(FailureCodeName),
        description: 'The failure of the call, if `code` is `case_met` and the case is for failures.',
      }),
    ),
    message: Type.String({ description: 'What happened, in one sentence. It has no word of the target.' }),
    hint: nullableText(
      'The cause and what to do about it. After an unexpected response it quotes what the target says about the error: masked, at most 200 characters, in one line; not with `diagnostics: brief`.',
    ),
    blame: Type.Unsafe<'node' | 'target' | 'service' | null>({
      enum: ['node', 'target', 'service', null],
      description:
        'Who can fix the cause: the author of the node, the operator of the target, or the operator of the service.',
    }),
    path: nullableText(
      'A JSON Pointer to the part of the node to change: for example the credential for 401, the URL for 404, the field that the target names for 422.',
    ),
    docs: nullableText(
      'The page that explains `code`: a path of this service or, with `DOCS_BASE_URL`, an address. Null for `expectation_met`.',
    ),
    expected: Type.Optional(Type.String({ description: 'What the node expected.' })),
    actual: Type.Optional(
      Type.String({ description: 'What the target sent, in words of the service. The hint has its values.' }),
    ),
  },
  { $id: 'Reason', description: 'Why the call took its branch.' },
)

export type Reason = Static<typeof Reason>

const Warning = closedObject(
  {
    code: oneOfWords(warningCodes, {
      description: 'The stable name of the warning. Later versions may add names. They rename none.',
      examples: ['value_empty'],
    }),
    path: nullableText('A JSON Pointer to the part of the node that the warning is about.'),
    message: Type.String({ description: 'What is odd, in one sentence.' }),
  },
  { $id: 'Warning', description: 'An oddity that did not stop the call.' },
)

export const ShownRequest = closedObject(
  {
    method: oneOfWords(methods, { description: 'The HTTP method.' }),
    url: Type.String({ description: 'The rendered URL.' }),
    headers: Type.Optional(HeaderPairs),
    body: Type.Optional(nullableText('The rendered body; null if the request has none.')),
    bodyBytes: nullable<number>({
      type: 'integer',
      minimum: 0,
      description:
        'The size of the body. Null if it would reveal the length of a secret, or if the body could not be rendered.',
    }),
  },
  { $id: 'ShownRequest', description: 'The request as sent, with secrets masked.' },
)

export type ShownRequest = Static<typeof ShownRequest>

export const ShownResponse = closedObject(
  {
    status: Type.Integer({ description: 'The status.' }),
    reason: Type.Optional(nullableText('The reason phrase of the status line; null if it has none.')),
    headers: Type.Optional(HeaderPairs),
    body: Type.Optional(
      Type.String({
        description: 'The body after content decoding, read in its charset, up to MAX_ECHO_BYTES.',
      }),
    ),
    bodyEncoding: Type.Optional(
      oneOfWords(['utf8', 'base64'], {
        description:
          'How `body` is written. `utf8`: as text. The body is text if it has no NUL and no byte that is invalid in its charset, and names its charset, has a text media type, is UTF-8 or looks like text. `base64`: any other body.',
      }),
    ),
    bodyBytes: nullable<number>({
      type: 'integer',
      minimum: 0,
      description:
        'How many bytes of the body were read, counted after content decoding. Null if it would reveal the length of a secret.',
    }),
    truncated: Type.Boolean({ description: 'Whether `body` is shorter than the body that was read.' }),
  },
  { $id: 'ShownResponse', description: 'The response of the target, with secrets masked.' },
)

export type ShownResponse = Static<typeof ShownResponse>

export const AttemptEntry = closedObject(
  {
    purpose: oneOfWords(purposes, {
      description:
        'Why the request was sent. `call`: as the node says. `resend`: a kept connection ended without a byte of a response, so the same request was sent again at once on a new connection; or the target refused the token of `oauth2` or the nonce of `digest`, so it was sent again with a new one. The service resends GET, PUT, DELETE and `idempotent` requests, and any request of which nothing had been sent. `redirect`: the response before it led there, and `followRedirects` allows it. `token`: it asked for a token of `oauth2`. `challenge`: it asked for a challenge of `digest`, without a credential and without the body of the node.',
    }),
    host: Type.Optional(
      Type.String({ description: 'The host that the request went to, if it is not that of the node.' }),
    ),
    port: Type.Optional(
      Type.Integer({ description: 'The port that the request went to. It stands beside `host`.' }),
    ),
    number: Type.Integer({
      minimum: 1,
      description:
        'The number of the attempt, from 1. Attempts of earlier executions under the same id count, too.',
    }),
    startedAt: Type.String({ format: 'date-time', description: 'When the attempt began.' }),
    durationMs: Type.Number({ minimum: 0, description: 'The duration of the attempt, in milliseconds.' }),
    status: nullable<number>({
      type: 'integer',
      description: 'The status of the response; null if none came.',
    }),
    failure: Type.Unsafe<FailureCode | null>({
      anyOf: [named(FailureCodeName), { type: 'null' }],
      description: 'The code of the failure; null if the attempt did not fail.',
    }),
    delivered,
    connectionReused: Type.Boolean({ description: 'Whether the attempt reused a kept connection.' }),
    timings: closedObject(
      {
        queueMs: nullableNumber('Waiting for a permit.'),
        dnsMs: nullableNumber('Resolving the name.'),
        connectMs: nullableNumber('Opening the connection.'),
        tlsMs: nullableNumber(
          'The TLS handshake. It includes a second connection, which the service opens if the target does not react to the first handshake.',
        ),
        firstByteMs: nullableNumber(
          'From sending the request to the head of the response; null if no head came.',
        ),
        downloadMs: nullableNumber('Reading the response body.'),
      },
      { description: 'Milliseconds per phase; null if the attempt did not have the phase.' },
    ),
  },
  { $id: 'Attempt', description: 'One try at sending the request.' },
)

export type AttemptEntry = Static<typeof AttemptEntry>

export const ExecuteReply = closedObject(
  {
    executionId: Type.String({ format: 'uuid', description: 'The UUIDv7 of this execution.' }),
    nodeId: nullableText('`node.id` of the request.'),
    correlationId: nullable<string>({
      type: 'string',
      maxLength: maxCorrelationIdLength,
      description: '`correlationId` of the request.',
    }),
    tenant: nullable<string>({
      type: 'string',
      pattern: `^${tenantPattern}$`,
      description: '`tenant` of the request.',
    }),
    connection: nullableText('`node.connection` of the request.'),
    idempotencyKey: nullableText('The Idempotency-Key that was sent to the target.'),
    branch: Type.String({
      description: "The output that the workflow follows, under the engine's own name.",
    }),
    succeeded: Type.Boolean({
      description:
        'Whether the response met the expectation; if a case decided, its `succeeded`. It does not depend on the branch.',
    }),
    reason: named(Reason),
    delivered,
    repeat: oneOfWords(['safe', 'if_idempotent', 'never'], {
      description:
        'Whether to send the same request again. `safe`: it cannot duplicate anything and may help. `if_idempotent`: it may duplicate. `never`: it does not help. After an unexpected response the status decides: 429, 503 and 529 are `safe`; 408, 425 and every other 5xx except 501 and 505 are `if_idempotent`; all others are `never`.',
    }),
    retryAfterMs: nullableNumber(
      'The pause that the target asked for, in milliseconds; with `rate_limited` and `target_paused` the time until the call could begin.',
    ),
    captured: recordSchema(Type.Unknown(), {
      description:
        'The captured values: name to value. A value that the response does not have is null, with the warning `capture_empty`.',
    }),
    request: Type.Unsafe<ShownRequest | null>({
      anyOf: [named(ShownRequest), { type: 'null' }],
      description: 'The request that was sent; null if rendering failed.',
    }),
    response: Type.Unsafe<ShownResponse | null>({
      anyOf: [named(ShownResponse), { type: 'null' }],
      description: 'The response of the target; null if none came.',
    }),
    attempts: Type.Array(named(AttemptEntry), { description: 'All attempts, in order.' }),
    warnings: Type.Array(named(Warning), { description: 'Oddities that did not stop the call.' }),
    durationMs: Type.Integer({
      minimum: 0,
      description:
        'The time from acceptance to the end of the last attempt, in milliseconds; to the end of rendering if there was no attempt.',
    }),
    replayed: Type.Optional(
      Type.Boolean({
        description:
          'Whether this is the reply of an earlier execution with the same `idempotencyKey`, and nothing was sent. Left out if not.',
      }),
    ),
  },
  {
    $id: 'ExecuteReply',
    description:
      'The reply of `POST /v1/execute`: the branch to follow, and the diagnostics that explain it.',
  },
)

export type ExecuteReply = Static<typeof ExecuteReply>

export const Simulated = closedObject(
  {
    branch: ExecuteReply.properties.branch,
    succeeded: ExecuteReply.properties.succeeded,
    reason: ExecuteReply.properties.reason,
    captured: ExecuteReply.properties.captured,
  },
  { $id: 'Simulated', description: 'The decision of the node on the simulated outcome.' },
)

export const PreviewReply = closedObject(
  {
    request: named(ShownRequest),
    curl: nullableText(
      'The request as a shell command, preceded by the shell functions that encode its values. Shell variables stand for secrets and literal credentials. Null if rendering failed.',
    ),
    warnings: ExecuteReply.properties.warnings,
    simulated: Type.Unsafe<Static<typeof Simulated> | null>({
      anyOf: [named(Simulated), { type: 'null' }],
      description:
        'The decision on the simulated outcome, or on the failure of rendering; null if there is neither.',
    }),
  },
  {
    $id: 'PreviewReply',
    description:
      'The reply of `POST /v1/preview`: the request that would be sent, as far as it could be rendered, and the decision on a simulated outcome.',
  },
)

export type PreviewReply = Static<typeof PreviewReply>

/** The schemas of this file that other schemas or routes refer to by `$id`. */
export const executionSchemas = [
  FailureCodeName,
  Secrets,
  ExecuteRequest,
  Simulation,
  PreviewRequest,
  HeaderPair,
  ReasonCode,
  Reason,
  Warning,
  ShownRequest,
  ShownResponse,
  AttemptEntry,
  ExecuteReply,
  Simulated,
  PreviewReply,
] as const
