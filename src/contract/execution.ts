import type { Static } from 'typebox'
import { closedObject, named, nullable, oneOfWords, recordSchema } from './builders.ts'
import { failureCodes } from './failure.ts'
import { methods } from './method.ts'
import { minMaskLength, secretNamePattern, tenantPattern } from './names.ts'
import { Node } from './node.ts'
import { Payload } from './payload.ts'
import { purposes } from './purpose.ts'
import { Type } from './typebox.ts'

/** Values that the node refers to as `{{ secrets.NAME }}`. */
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
      'Name to value, for this call only. Referred to as `{{ secrets.NAME }}`; never shown, never logged.',
    examples: [{ crm_token: 's3cr3t' }],
  },
)

const restOfExecute = {
  payload: Type.Optional(named(Payload)),
  secrets: Type.Optional(named(Secrets)),
  idempotencyKey: Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,255}$',
      description:
        "The caller's name for this execution, 1 to 255 visible ASCII characters; goes out as Idempotency-Key, unless a header field of the node has that name. Templates have it as `execution.idempotencyKey`.",
      examples: ['instance-4711-step-3'],
    }),
  ),
  correlationId: Type.Optional(
    Type.String({
      maxLength: 128,
      description: 'Free text, returned and logged.',
      examples: ['instance-4711'],
    }),
  ),
  tenant: Type.Optional(
    Type.String({
      pattern: `^${tenantPattern}$`,
      description: 'Separates statistics, limits and connection pools: up to 64 of A-Z a-z 0-9 . _ -',
      examples: ['acme'],
    }),
  ),
  deadlineMs: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 600_000,
      description: 'Milliseconds after which everything ends: waiting for a place, attempts, pauses.',
      examples: [15_000],
    }),
  ),
  diagnostics: Type.Optional(
    oneOfWords(['full', 'brief'], {
      description: '`brief` leaves out headers and bodies of request and response.',
      default: 'full',
    }),
  ),
}

/** The body of `POST /v1/execute`. */
export const ExecuteRequest = closedObject(
  { node: named(Node), ...restOfExecute },
  {
    $id: 'ExecuteRequest',
    description: 'A node, what the workflow knows, and how the call is to be made.',
  },
)

/** The body of `POST /v1/execute` without its node. */
export const ExecuteRest = closedObject(restOfExecute, { $id: 'ExecuteRest' })

/** The body of `POST /v1/execute`. */
export type ExecuteRequest = Static<typeof ExecuteRequest>

/** A response or failure to decide on as if the target had given it. */
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
    closedObject(
      { failure: oneOfWords(failureCodes, { description: 'The code of the failure.' }) },
      { title: 'Failure', description: 'A failure.' },
    ),
  ],
  {
    $id: 'Simulation',
    description: 'a response ("status", "headers", "body") or a "failure" to decide on',
    examples: [{ status: 201, body: '{"id":"L-9"}' }, { failure: 'response_timeout' }],
  },
)

/** A response or failure to decide on. */
export type Simulation = Static<typeof Simulation>

const restOfPreview = {
  payload: restOfExecute.payload,
  secrets: restOfExecute.secrets,
  idempotencyKey: restOfExecute.idempotencyKey,
  correlationId: restOfExecute.correlationId,
  tenant: restOfExecute.tenant,
  simulate: Type.Optional(named(Simulation)),
}

/** The body of `POST /v1/preview`. */
export const PreviewRequest = closedObject(
  { node: named(Node), ...restOfPreview },
  { $id: 'PreviewRequest', description: 'What is to be rendered, and what the target might answer.' },
)

/** The body of `POST /v1/preview` without its node. */
export const PreviewRest = closedObject(restOfPreview, { $id: 'PreviewRest' })

/** The body of `POST /v1/preview`. */
export type PreviewRequest = Static<typeof PreviewRequest>

const nullableText = (description: string) => nullable<string>({ type: 'string', description })
const nullableNumber = (description: string) => nullable<number>({ type: 'number', minimum: 0, description })

const deliveredDescription =
  'Whether the target got the request. `yes`: a complete response head came back. `maybe`: something was sent. `no`: not one byte of a request left.'
const delivered = oneOfWords(['yes', 'maybe', 'no'], { description: deliveredDescription })

const HeaderPairs = Type.Array(
  Type.Unsafe<readonly [string, string]>({
    type: 'array',
    items: { type: 'string' },
    minItems: 2,
    maxItems: 2,
    description: 'Name and value.',
  }),
  { description: 'Name and value pairs in the order of the wire.' },
)

/** The codes of a reason. */
export const reasonCodes = ['expectation_met', 'expectation_unmet', ...failureCodes] as const

/** Why the call took its branch. */
export const Reason = closedObject(
  {
    code: oneOfWords(reasonCodes, { description: 'Stable name of the reason.' }),
    message: Type.String({ description: 'What happened, in a sentence.' }),
    hint: nullableText('What to do about it.'),
    blame: Type.Unsafe<'node' | 'target' | 'service' | null>({
      enum: ['node', 'target', 'service', null],
      description: 'Who has to act for the next call to go better.',
    }),
    path: nullableText('JSON Pointer to the part of the node to look at.'),
    docs: nullableText('Where the code is explained.'),
    expected: Type.Optional(Type.String({ description: 'What the node expected.' })),
    actual: Type.Optional(Type.String({ description: 'What came instead, or met it.' })),
  },
  { $id: 'Reason', description: 'Why the call took its branch.' },
)

/** Why the call took its branch. */
export type Reason = Static<typeof Reason>

/** Something that did not stop the call but deserves a look. */
const Warning = closedObject(
  {
    code: Type.String({ description: 'Stable name of the warning.', examples: ['value_empty'] }),
    path: nullableText('JSON Pointer to the part of the node to look at.'),
    message: Type.String({ description: 'What is odd, in a sentence.' }),
  },
  { $id: 'Warning', description: 'Something that did not stop the call but deserves a look.' },
)

/** The request as sent, with secrets masked. */
export const ShownRequest = closedObject(
  {
    method: oneOfWords(methods, { description: 'The HTTP method.' }),
    url: Type.String({ description: 'The rendered URL.' }),
    headers: Type.Optional(HeaderPairs),
    body: Type.Optional(nullableText('The rendered body, or null where none is sent.')),
    bodyBytes: nullable<number>({
      type: 'integer',
      minimum: 0,
      description:
        'The size of the body that is sent; null where it would tell how long a secret is, or where the body could not be rendered.',
    }),
  },
  { $id: 'ShownRequest', description: 'The request as sent, with secrets masked.' },
)

/** The request as sent, with secrets masked. */
export type ShownRequest = Static<typeof ShownRequest>

/** What the target answered, with secrets masked. */
export const ShownResponse = closedObject(
  {
    status: Type.Integer({ description: 'The status.' }),
    reason: Type.Optional(nullableText('The phrase of the status line; null where it has none.')),
    headers: Type.Optional(HeaderPairs),
    body: Type.Optional(
      Type.String({
        description: 'The body, decoded and read in its charset; at most MAX_ECHO_BYTES of it.',
      }),
    ),
    bodyEncoding: Type.Optional(
      oneOfWords(['utf8', 'base64'], {
        description:
          'How `body` is written: as text where no byte of it was lost and it names its charset, is of a type that is text, is UTF-8, or looks like text, and no NUL says otherwise; else as base64 of the bytes.',
      }),
    ),
    bodyBytes: nullable<number>({
      type: 'integer',
      minimum: 0,
      description:
        'How much of the body was read, after decoding; null where it would tell how long a secret is.',
    }),
    truncated: Type.Boolean({ description: 'Whether `body` shows less than was read.' }),
  },
  { $id: 'ShownResponse', description: 'What the target answered, with secrets masked.' },
)

/** What the target answered, with secrets masked. */
export type ShownResponse = Static<typeof ShownResponse>

/** One request that reached the wire or was to. */
export const AttemptEntry = closedObject(
  {
    purpose: oneOfWords(purposes, {
      description:
        'Why the request went out. `call`: as the node says. `resend`: the same once more at once, on a fresh connection, since a kept one had ended without a byte of an answer; done with GET, PUT, DELETE and `idempotent`, and with any request of which nothing had been sent.',
    }),
    number: Type.Integer({ minimum: 1, description: 'Counts all entries, from 1.' }),
    startedAt: Type.String({ format: 'date-time', description: 'When it began.' }),
    durationMs: Type.Number({ minimum: 0, description: 'How long it took, in milliseconds.' }),
    status: nullable<number>({ type: 'integer', description: 'The status of the response.' }),
    failure: Type.Unsafe<(typeof failureCodes)[number] | null>({
      enum: [...failureCodes, null],
      description: 'The code of the failure.',
    }),
    delivered,
    connectionReused: Type.Boolean({ description: 'Whether an open connection was used.' }),
    timings: closedObject(
      {
        queueMs: nullableNumber('Waiting for a place.'),
        dnsMs: nullableNumber('Resolving the name.'),
        connectMs: nullableNumber('Opening the connection.'),
        tlsMs: nullableNumber(
          'The TLS handshake, all of a second connection included where the first met with silence.',
        ),
        firstByteMs: nullableNumber('From sending to the response head.'),
        downloadMs: nullableNumber('Reading the body.'),
      },
      { description: 'Milliseconds per phase; null where a phase did not happen.' },
    ),
  },
  { $id: 'Attempt', description: 'One request that reached the wire or was to.' },
)

/** One request that reached the wire or was to. */
export type AttemptEntry = Static<typeof AttemptEntry>

/** The reply of `POST /v1/execute`. */
export const ExecuteReply = closedObject(
  {
    executionId: Type.String({ format: 'uuid', description: 'UUIDv7 of this execution.' }),
    nodeId: nullableText('`node.id` as given.'),
    correlationId: nullableText('`correlationId` as given.'),
    tenant: nullableText('`tenant` as given.'),
    idempotencyKey: nullableText('The Idempotency-Key that went out.'),
    branch: Type.String({ description: "The output to follow, under the engine's own name." }),
    succeeded: Type.Boolean({ description: 'Whether the expectation was met, whatever the branch.' }),
    reason: named(Reason),
    delivered,
    repeat: oneOfWords(['safe', 'if_idempotent', 'never'], {
      description:
        'Whether sending the same again can do harm, or any good. After a response that is not the expected one by its status: 429, 503, 529 `safe`; 408, 425 and every other 5xx but 501 and 505 `if_idempotent`; others `never`.',
    }),
    retryAfterMs: nullableNumber('The pause that the target asked for, in milliseconds.'),
    captured: recordSchema(Type.Unknown(), {
      description: 'Name to value; null, with the warning `capture_empty`, where the response had none.',
    }),
    request: Type.Unsafe<ShownRequest | null>({
      anyOf: [named(ShownRequest), { type: 'null' }],
      description: 'Null where rendering failed.',
    }),
    response: Type.Unsafe<ShownResponse | null>({
      anyOf: [named(ShownResponse), { type: 'null' }],
      description: 'Null where none came.',
    }),
    attempts: Type.Array(named(AttemptEntry), { description: 'In order.' }),
    warnings: Type.Array(named(Warning), { description: 'What deserves a look.' }),
    durationMs: Type.Integer({
      minimum: 0,
      description:
        'From acceptance to the end of the last attempt, or of rendering where there is none, in milliseconds.',
    }),
  },
  { $id: 'ExecuteReply', description: 'The branch to follow, and the diagnostics that explain it.' },
)

/** The reply of `POST /v1/execute`. */
export type ExecuteReply = Static<typeof ExecuteReply>

/** The decision on a simulated response. */
export const Simulated = closedObject(
  {
    branch: ExecuteReply.properties.branch,
    succeeded: ExecuteReply.properties.succeeded,
    reason: ExecuteReply.properties.reason,
    captured: ExecuteReply.properties.captured,
  },
  { $id: 'Simulated', description: 'What the node would have decided.' },
)

/** The reply of `POST /v1/preview`. */
export const PreviewReply = closedObject(
  {
    request: named(ShownRequest),
    curl: nullableText(
      'The request as a shell command, after the functions that it encodes values with; secrets and literal credentials are shell variables. Null where rendering failed.',
    ),
    warnings: ExecuteReply.properties.warnings,
    simulated: Type.Unsafe<Static<typeof Simulated> | null>({
      anyOf: [named(Simulated), { type: 'null' }],
      description: 'Null where nothing was simulated and the request could be rendered.',
    }),
  },
  {
    $id: 'PreviewReply',
    description:
      'The request that would be sent, or as much of it as could be rendered, and what would follow.',
  },
)

/** The reply of `POST /v1/preview`. */
export type PreviewReply = Static<typeof PreviewReply>

/** Every schema that others refer to by name. */
export const executionSchemas = [
  Secrets,
  ExecuteRequest,
  Simulation,
  PreviewRequest,
  Reason,
  Warning,
  ShownRequest,
  ShownResponse,
  AttemptEntry,
  ExecuteReply,
  Simulated,
  PreviewReply,
] as const
