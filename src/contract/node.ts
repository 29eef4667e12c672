import type { Static } from 'typebox'
import { anyJson, closedObject, named, oneOfWords, recordSchema } from './builders.ts'
import { FailureCodeName } from './failure-code.ts'
import { methods } from './method.ts'
import { maxConnectionNameLength } from './names.ts'
import { sources } from './payload.ts'
import { Signing } from './signing.ts'
import { Type } from './typebox.ts'

/** The defaults of a node. */
export const defaults = {
  timeoutMs: 10_000,
  expect: { type: 'status', value: '2xx' },
  onError: 'error',
  ifEmpty: 'send',
  ifFileEmpty: 'fail',
  contentType: 'application/json',
  fileType: 'application/octet-stream',
  minVersion: 'TLSv1.2',
} as const

/**
 * How many items a node may have. They bound the work of one call and lie far above what people draw. No setting changes
 * them, so that every instance of the service accepts the same nodes.
 */
export const nodeLimits = {
  nameCharacters: 1_024,
  fields: 1_000,
  captures: 100,
  expectations: 100,
  cases: 100,
  branchCharacters: 128,
  retryConditions: 100,
  tokenParameters: 20,
  resetHeaders: 20,
  statuses: 100,
  hosts: 100,
} as const

/** The highest `totalMs` of `retry` and `deadlineMs` of a request, in milliseconds. */
export const maxTotalMs = 600_000

/** The service's names for the outputs of a node. An engine can give them other names with `branches`. */
export const branchNames = ['success', 'error', 'exit'] as const

/** The service's name for an output of a node. */
export type BranchName = (typeof branchNames)[number]

/** Whether a branch is one of the service's own, not that of a case. */
export function isBranchName(branch: string): branch is BranchName {
  return branch === 'success' || branch === 'error' || branch === 'exit'
}

const fieldOptions = {
  name: Type.String({
    minLength: 1,
    maxLength: nodeLimits.nameCharacters,
    description: 'The name that the target expects. The service keeps order, case and repeated names.',
  }),
  ifEmpty: Type.Optional(
    oneOfWords(['send', 'omit', 'fail'], {
      description:
        'What to do if the value is missing, null or "". `send`: send it empty. `omit`: leave the field out. `fail`: do not make the call. For `omit` and `fail` an empty list counts as empty, too. Without `ifEmpty` the value is sent empty, with a warning.',
      default: defaults.ifEmpty,
    }),
  ),
  when: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'A Liquid condition without braces. If it is false, the field is left out.',
      examples: ['profile.score > 50'],
    }),
  ),
  sensitive: Type.Optional(
    Type.Boolean({
      description: 'Whether the value is masked wherever the service shows it.',
      default: false,
    }),
  ),
}

const AttributeField = closedObject(
  {
    ...fieldOptions,
    source: oneOfWords(sources, { description: 'The part of the payload that the attribute belongs to.' }),
    field: Type.String({
      minLength: 1,
      maxLength: nodeLimits.nameCharacters,
      description:
        'The exact name of the attribute. If no attribute has this name, the service reads it as a dotted path.',
      examples: ['email', 'address.city', 'items.0.sku'],
    }),
  },
  { title: 'Attribute', description: 'The value is an attribute of the payload.' },
)

const TemplateField = closedObject(
  {
    ...fieldOptions,
    value: Type.Unsafe<string | number | boolean | null>({
      type: ['string', 'number', 'boolean', 'null'],
      description: 'A number, a boolean, null, or a string that is a Liquid template.',
      examples: ['{{ event.form | upcase }}', 42],
    }),
  },
  { title: 'Template', description: 'The value is a constant or a Liquid template.' },
)

const LiteralField = closedObject(
  { ...fieldOptions, literal: anyJson('Any JSON value. It is sent unchanged: nothing in it is a template.') },
  { title: 'Literal', description: 'The value is sent unchanged.' },
)

export const Field = Type.Union([AttributeField, TemplateField, LiteralField], {
  $id: 'Field',
  description: 'an object with a name and exactly one of: "source" with "field", "value", or "literal"',
  examples: [
    { name: 'email', source: 'profile', field: 'email' },
    { name: 'form', value: '{{ event.form | upcase }}' },
    { name: 'tags', literal: ['a', 'b'] },
  ],
})

export type Field = Static<typeof Field>

const secretTemplate = (description: string, examples: string[]) =>
  Type.String({ minLength: 1, description, examples })

const BearerAuth = closedObject(
  {
    type: oneOfWords(['bearer'], { description: 'A Bearer token (RFC 6750).' }),
    token: secretTemplate('A template of the token.', ['{{ secrets.crm_token }}']),
  },
  { title: 'Bearer', description: 'Authorization: Bearer …' },
)

const BasicAuth = closedObject(
  {
    type: oneOfWords(['basic'], { description: 'User name and password (RFC 7617).' }),
    username: Type.String({
      description: 'A template of the user name. The name must not contain a colon.',
      examples: ['flow'],
    }),
    password: Type.String({
      description: 'A template of the password.',
      examples: ['{{ secrets.crm_password }}'],
    }),
  },
  { title: 'Basic', description: 'Authorization: Basic …' },
)

const ApiKeyAuth = closedObject(
  {
    type: oneOfWords(['apiKey'], { description: 'A key under a name that the target expects.' }),
    in: oneOfWords(['header', 'query'], { description: 'Whether the key is a header or a URL parameter.' }),
    name: Type.String({
      minLength: 1,
      maxLength: nodeLimits.nameCharacters,
      description: 'The name of the header or URL parameter.',
      examples: ['X-Api-Key'],
    }),
    value: secretTemplate('A template of the key.', ['{{ secrets.crm_key }}']),
  },
  { title: 'API key', description: 'A key in a header or as a URL parameter.' },
)

const OAuth2Auth = closedObject(
  {
    type: oneOfWords(['oauth2'], {
      description:
        'An access token of OAuth 2.0, which the service fetches with client credentials (RFC 6749, section 4.4), keeps and renews.',
    }),
    tokenUrl: Type.String({
      minLength: 1,
      description:
        'The token endpoint: an absolute https URL without user info and fragment. It is no template.',
      examples: ['https://login.crm.example/oauth/token'],
    }),
    clientId: Type.String({
      minLength: 1,
      description: 'A template of the client id.',
      examples: ['{{ secrets.crm_id }}'],
    }),
    clientSecret: secretTemplate('A template of the client secret.', ['{{ secrets.crm_secret }}']),
    clientAuth: Type.Optional(
      oneOfWords(['basic', 'body'], {
        description:
          'How id and secret are sent to the token endpoint. `basic`: in the header Authorization, each form-encoded (RFC 6749, section 2.3.1). `body`: as `client_id` and `client_secret` in the form.',
        default: 'basic',
      }),
    ),
    scope: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'A template of the scope: names separated by spaces.',
        examples: ['leads.write'],
      }),
    ),
    audience: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'A template of the audience, which some servers want.',
        examples: ['https://api.crm.example'],
      }),
    ),
    parameters: Type.Optional(
      recordSchema(Type.String(), {
        maxProperties: nodeLimits.tokenParameters,
        description: 'Other parameters of the request for a token: name to template.',
        default: {},
        examples: [{ resource: 'https://api.crm.example' }],
      }),
    ),
    refusedWhen: Type.Optional(
      Type.Unsafe<Expectation>({
        ...Type.Ref('Expectation'),
        description:
          'Says of a response of the target that it refuses the token, beside status 401. The token is then thrown away.',
        examples: [{ type: 'condition', value: "response.json.errors[0].code == '602'" }],
      }),
    ),
  },
  { title: 'OAuth 2.0', description: 'Authorization: Bearer …, with a token that the service fetches.' },
)

const DigestAuth = closedObject(
  {
    type: oneOfWords(['digest'], {
      description:
        'User name and password for the challenge of the target (RFC 7616): MD5, SHA-256, each also with -sess; `qop=auth` or none. Where the service knows no nonce, it first sends the request without its body.',
    }),
    username: Type.String({
      description: 'A template of the user name. The name must not contain a colon.',
      examples: ['flow'],
    }),
    password: Type.String({
      description: 'A template of the password. It is never sent.',
      examples: ['{{ secrets.crm_password }}'],
    }),
  },
  { title: 'Digest', description: 'Authorization: Digest …, an answer to the challenge of the target.' },
)

const AwsSigV4Auth = closedObject(
  {
    type: oneOfWords(['awsSigV4'], {
      description:
        'AWS Signature Version 4: each attempt is signed with its own date, over the bytes that are sent.',
    }),
    region: secretTemplate('A template of the region.', ['eu-central-1']),
    service: secretTemplate('A template of the name by which the service is signed.', ['execute-api']),
    accessKeyId: secretTemplate('A template of the access key id.', ['{{ secrets.aws_key_id }}']),
    secretAccessKey: secretTemplate('A template of the secret access key. It is never sent.', [
      '{{ secrets.aws_secret_key }}',
    ]),
    sessionToken: Type.Optional(
      secretTemplate('A template of the token of temporary credentials, sent as X-Amz-Security-Token.', [
        '{{ secrets.aws_session_token }}',
      ]),
    ),
  },
  {
    title: 'AWS Signature V4',
    description: 'Authorization: AWS4-HMAC-SHA256 …, a signature of the request.',
  },
)

export const Auth = Type.Union([BearerAuth, BasicAuth, ApiKeyAuth, OAuth2Auth, DigestAuth, AwsSigV4Auth], {
  $id: 'Auth',
  description: 'How the request authenticates itself at the target. The reply always masks the credential.',
  discriminator: { propertyName: 'type' },
})

export type Auth = Static<typeof Auth>

const reference = (description: string, name: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      description: `A reference to a secret, and nothing else: ${description}`,
      examples: [`{{ secrets.${name} }}`],
    }),
  )

export const Tls = closedObject(
  {
    certificate: reference(
      'the client certificate as PEM, followed by its intermediates. Needs `key`.',
      'crm_cert',
    ),
    key: reference('the private key of the certificate, as PEM.', 'crm_key'),
    passphrase: reference('the passphrase of an encrypted `key`.', 'crm_passphrase'),
    ca: reference(
      'the authorities that the certificate of the target must come from, as PEM. They replace those of the service; name and validity are checked all the same.',
      'crm_ca',
    ),
    minVersion: Type.Optional(
      oneOfWords(['TLSv1.2', 'TLSv1.3'], {
        description: 'The oldest version of TLS to speak with the target.',
        default: defaults.minVersion,
      }),
    ),
  },
  {
    $id: 'Tls',
    description:
      'How the service shows itself to the target in TLS, and what it demands of it. Calls with different settings never share a connection.',
    examples: [{ certificate: '{{ secrets.crm_cert }}', key: '{{ secrets.crm_key }}' }],
  },
)

export type Tls = Static<typeof Tls>

const encodedType = Type.Optional(
  oneOfWords(['application/json', 'application/x-www-form-urlencoded'], {
    description: 'The format in which the object is sent.',
    default: defaults.contentType,
  }),
)

const SimpleBody = closedObject(
  {
    structure: oneOfWords(['simple'], { description: 'An object with the fields of the node.' }),
    contentType: encodedType,
    fields: Type.Array(named(Field), {
      maxItems: nodeLimits.fields,
      description: 'The members of the object, in order.',
    }),
  },
  { title: 'Simple', description: 'An object with the fields of the node.' },
)

const FullBody = closedObject(
  {
    structure: oneOfWords(['full'], { description: 'The payload or one of its parts.' }),
    contentType: encodedType,
    source: Type.Optional(
      oneOfWords(sources, {
        description: 'The part of the payload to send. Without `source` the whole payload is sent.',
      }),
    ),
  },
  { title: 'Full', description: 'The payload or one of its parts, unchanged.' },
)

const JsonBody = closedObject(
  {
    structure: oneOfWords(['json'], { description: 'JSON that the author writes.' }),
    contentType: encodedType,
    content: anyJson(
      'Any JSON. Its strings are templates, its names are not. A string that consists of one placeholder becomes the value and keeps its type.',
    ),
  },
  { title: 'JSON', description: 'The JSON of the author with rendered strings.' },
)

const RawBody = closedObject(
  {
    structure: oneOfWords(['raw'], { description: 'Text that the author writes.' }),
    contentType: Type.String({
      minLength: 1,
      description:
        'The media type of the text. It decides how values are escaped, and in which charset the text is sent.',
      examples: ['application/xml'],
    }),
    content: Type.String({
      description:
        'A Liquid template. Values are escaped if the media type is JSON, JSON lines, XML or a form.',
    }),
  },
  { title: 'Raw', description: 'The rendered text.' },
)

const fileSource = {
  source: AttributeField.properties.source,
  field: Type.String({
    minLength: 1,
    maxLength: nodeLimits.nameCharacters,
    description:
      'The exact name of the attribute with the file, or a dotted path. Its value is base64 text, also base64url, with or without line breaks, or a `data:` URL.',
    examples: ['photo', 'attachments.0.data'],
  }),
}

const fileType = Type.Optional(
  Type.String({
    minLength: 1,
    description: 'The media type of the file. Without it that of the `data:` URL is sent.',
    default: defaults.fileType,
    examples: ['image/png'],
  }),
)

const hiddenFile = Type.Optional(
  Type.Boolean({
    description: 'Whether the first bytes of the file are masked wherever the service shows them.',
    default: false,
  }),
)

const FilePart = closedObject(
  {
    name: fieldOptions.name,
    filename: Type.String({
      minLength: 1,
      description: 'A Liquid template of the name of the file. It must not use secrets.',
      examples: ['photo.png', '{{ event.fileName }}'],
    }),
    contentType: fileType,
    ...fileSource,
    ifEmpty: Type.Optional(
      oneOfWords(['fail', 'omit', 'send'], {
        description:
          'What to do if the value is missing, null or "". `fail`: do not make the call. `omit`: leave the part out. `send`: send an empty file.',
        default: defaults.ifFileEmpty,
      }),
    ),
    when: fieldOptions.when,
    sensitive: hiddenFile,
  },
  { title: 'File', description: 'The part is a file.' },
)

export const Part = Type.Union([AttributeField, TemplateField, LiteralField, FilePart], {
  $id: 'Part',
  description: 'a field, or an object with "name", "filename", "source" and "field" for a file',
  examples: [
    { name: 'note', value: 'from {{ profile.name }}' },
    { name: 'photo', filename: 'photo.png', contentType: 'image/png', source: 'event', field: 'photo' },
  ],
})

export type Part = Static<typeof Part>

const MultipartBody = closedObject(
  {
    structure: oneOfWords(['multipart'], { description: 'A multipart/form-data body (RFC 7578).' }),
    parts: Type.Array(named(Part), {
      minItems: 1,
      maxItems: nodeLimits.fields,
      description:
        'Fields and files, in order. A field is written as in a form: a list of scalars repeats the name, other nested values become `a[b]`.',
    }),
  },
  { title: 'Multipart', description: 'A form with files.' },
)

const BinaryBody = closedObject(
  {
    structure: oneOfWords(['binary'], { description: 'The bytes of one file.' }),
    ...fileSource,
    contentType: fileType,
    sensitive: hiddenFile,
  },
  { title: 'Binary', description: 'The bytes of one file, and nothing else.' },
)

export const Body = Type.Union([SimpleBody, FullBody, JsonBody, RawBody, MultipartBody, BinaryBody], {
  $id: 'Body',
  description: 'The body of the request, in one of six structures.',
  discriminator: { propertyName: 'structure' },
})

export type Body = Static<typeof Body>

const statusText = '^[1-9]([0-9]{2}|[xX]{2})$'

const statusPattern = Type.Unsafe<number | string>({
  anyOf: [
    { type: 'integer', minimum: 100, maximum: 999 },
    { type: 'string', pattern: statusText },
  ],
  description: 'a status such as 200 or "200", or a class such as "2xx"',
})

const StatusExpectation = closedObject(
  {
    type: oneOfWords(['status'], { description: 'The status decides.' }),
    value: Type.Union(
      [statusPattern, Type.Array(statusPattern, { minItems: 1, maxItems: nodeLimits.statuses })],
      {
        description: 'a status such as 200 or "200", a class such as "2xx", or a list of these',
        examples: ['2xx', 201, [200, 201, '4xx']],
      },
    ),
  },
  { title: 'Status', description: 'Met if the status is one of these.' },
)

const StringExpectation = closedObject(
  {
    type: oneOfWords(['string'], { description: 'The text of the body decides.' }),
    value: Type.String({ minLength: 1, description: 'The text to look for.', examples: ['"ok":true'] }),
    match: Type.Optional(
      oneOfWords(['contains', 'notContains', 'equals'], {
        description: 'Whether the body must contain the text, must not contain it, or must equal it.',
        default: 'contains',
      }),
    ),
    ignoreCase: Type.Optional(
      Type.Boolean({ description: 'Whether upper and lower case count as the same.', default: false }),
    ),
  },
  { title: 'String', description: 'Met if the text of the response body matches.' },
)

const ConditionExpectation = closedObject(
  {
    type: oneOfWords(['condition'], { description: 'A condition on the response decides.' }),
    value: Type.String({
      minLength: 1,
      description:
        'A Liquid condition without braces. It can use `response` (`status`, `headers`, `body`, `json`) and the payload.',
      examples: ['response.json.accepted == true'],
    }),
  },
  { title: 'Condition', description: 'Met if the condition is true.' },
)

export const Expectation = Type.Union([StatusExpectation, StringExpectation, ConditionExpectation], {
  $id: 'Expectation',
  description: 'What the response must be for the call to count as a success.',
  discriminator: { propertyName: 'type' },
})

export type Expectation = Static<typeof Expectation>

const FailureWhen = closedObject(
  {
    type: oneOfWords(['failure'], { description: 'The failure of the call decides.' }),
    value: Type.Union(
      [
        named(FailureCodeName),
        Type.Array(named(FailureCodeName), { minItems: 1, maxItems: nodeLimits.statuses }),
      ],
      {
        description: 'a failure code such as "response_timeout", or a list of these',
        examples: ['response_timeout', ['response_timeout', 'connect_refused']],
      },
    ),
  },
  { title: 'Failure', description: 'Holds if the call fails with one of these codes.' },
)

export const When = Type.Union([StatusExpectation, StringExpectation, ConditionExpectation, FailureWhen], {
  $id: 'When',
  description: 'When a case holds: for a response as in `expect`, or for failures.',
  discriminator: { propertyName: 'type' },
})

export type When = Static<typeof When>

export const Case = closedObject(
  {
    branch: Type.String({
      minLength: 1,
      maxLength: nodeLimits.branchCharacters,
      description:
        'The branch if the case holds. `success`, `error` and `exit` get the names of `branches`; any other name is replied as it is.',
      examples: ['exists'],
    }),
    succeeded: Type.Optional(
      Type.Boolean({ description: 'Whether the call then counts as a success.', default: true }),
    ),
    when: named(When),
  },
  {
    $id: 'Case',
    description:
      'An outcome with a branch of its own. The first case that holds decides; if none holds, `expect` and `onError` do. A case for a response ends the attempts at once. A case for a failure is looked at when no further attempt may follow.',
    examples: [{ branch: 'exists', when: { type: 'status', value: 409 } }],
  },
)

export type Case = Static<typeof Case>

/** Words of `on` for failures: nothing was sent, or the target was too slow. */
const failureGroups = ['connect', 'timeout'] as const

/** What is tried again, one entry of `retry.on`. */
type RetryOn = (typeof failureGroups)[number] | number | string | Static<typeof ConditionExpectation>

/** The units of a header that says when the target accepts requests again. */
const resetUnits = ['seconds', 'milliseconds', 'epochSeconds', 'date'] as const

/** One of these units. */
export type ResetUnit = (typeof resetUnits)[number]

const headerName = (description: string) =>
  Type.String({
    pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$",
    description,
    examples: ['X-RateLimit-Reset'],
  })

const ResetHeader = closedObject(
  {
    name: headerName('the name of a header'),
    unit: oneOfWords(resetUnits, {
      description:
        'What the value of the header is: a time from now in `seconds` or `milliseconds`, or a point in time, as `epochSeconds` (since 1970) or as a `date` of HTTP or RFC 3339.',
    }),
  },
  { title: 'Header and unit', description: 'A header, and the unit of its value.' },
)

export const Retry = closedObject(
  {
    attempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10,
        default: 3,
        description: 'The largest number of attempts, the first one included.',
      }),
    ),
    initialDelayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 600_000,
        default: 500,
        description:
          'The upper bound of the first pause, in milliseconds. The bound doubles with each attempt.',
      }),
    ),
    maxDelayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 600_000,
        default: 10_000,
        description:
          'The upper bound of every pause, in milliseconds. With `waitForRetryAfter` it does not bound a pause that the target asks for with Retry-After.',
      }),
    ),
    waitForRetryAfter: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Whether a pause that the target asks for may be longer than `maxDelayMs`. If not, the call ends and the reply has the pause as `retryAfterMs`, so that the engine can wait.',
      }),
    ),
    totalMs: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: maxTotalMs,
        default: 30_000,
        description: 'The time limit for all attempts and pauses together, in milliseconds.',
      }),
    ),
    delaysMs: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0, maximum: 600_000 }), {
        minItems: 1,
        maxItems: 9,
        description:
          'The pauses themselves, in milliseconds, each varied by up to 20 %. There is one attempt more than pauses. It stands in place of `attempts`, `initialDelayMs` and `maxDelayMs`; a pause that the target asks for may be as long as the longest one here, and 10000 in any case.',
        examples: [[1_000, 5_000, 15_000]],
      }),
    ),
    on: Type.Optional(
      Type.Array(
        Type.Unsafe<RetryOn>({
          anyOf: [
            { type: 'string', enum: [...failureGroups] },
            { type: 'integer', minimum: 100, maximum: 999 },
            { type: 'string', pattern: statusText },
            ConditionExpectation,
          ],
          description:
            '"connect", "timeout", a status such as 503, a class such as "5xx", or a condition such as { "type": "condition", "value": "response.json.busy == true" }',
        }),
        {
          minItems: 1,
          maxItems: nodeLimits.retryConditions,
          description:
            'Narrows what is tried again to these outcomes. `connect`: any failure with `delivered: no`. `timeout`: `send_timeout` and `response_timeout`. What may duplicate still needs GET, PUT, DELETE or `idempotent`.',
          examples: [['connect', 429, '5xx']],
        },
      ),
    ),
    resetHeaders: Type.Optional(
      Type.Array(
        Type.Unsafe<string | Static<typeof ResetHeader>>({
          anyOf: [headerName('the name of a header whose value is in seconds'), ResetHeader],
          description:
            'the name of a header whose value is in seconds, or an object such as { "name": "X-RateLimit-Reset", "unit": "epochSeconds" }',
        }),
        {
          minItems: 1,
          maxItems: nodeLimits.resetHeaders,
          description:
            'Headers of a 429, 503 or 529 that ask for a pause, beside Retry-After. The longest pause counts.',
          examples: [['RateLimit-Reset', { name: 'X-RateLimit-Reset', unit: 'epochSeconds' }]],
        },
      ),
    ),
  },
  { $id: 'Retry', description: 'Whether and when the request is sent again after an attempt that failed.' },
)

const outputName = (branch: BranchName) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: nodeLimits.branchCharacters,
      description: `The engine's name for ${branch}.`,
      default: branch,
    }),
  )

export const Node = closedObject(
  {
    id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'Names the node in statistics and logs.',
        examples: ['crm-lead'],
      }),
    ),
    name: Type.Optional(
      Type.String({ description: "The author's name for the node. The service ignores it." }),
    ),
    notes: Type.Optional(Type.String({ description: "The author's notes. The service ignores them." })),
    method: oneOfWords(methods, { description: 'The HTTP method.' }),
    url: Type.String({
      description:
        'An absolute https URL without user info, at most 8 KiB. It may have static parameters. Placeholders are allowed after the host only. Or exactly one placeholder whose value is a whole URL: then `hosts` lists the hosts that it may lead to. With `connection` it is a path that begins with `/`.',
      examples: ['https://api.crm.example/v1/leads?source=flow', '{{ vars.nextPage }}', '/leads'],
    }),
    hosts: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
        minItems: 1,
        maxItems: nodeLimits.hosts,
        description:
          'The hosts that a `url` of one placeholder may lead to: exact names, addresses, or `*.suffix` for all names below a suffix, with `:port` for a port other than 443. Any other host fails with `url_invalid`, and nothing is sent.',
        examples: [['api.crm.example', '*.uploads.example', 'localhost:8443']],
      }),
    ),
    connection: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: maxConnectionNameLength,
        description:
          'The name of a connection of the service. `url` is then a path behind the `baseUrl` of the connection, which also brings credentials and headers, and may bring a client certificate, a signature and a retry rule.',
        examples: ['crm'],
      }),
    ),
    auth: Type.Optional(named(Auth)),
    tls: Type.Optional(named(Tls)),
    signing: Type.Optional(named(Signing)),
    query: Type.Optional(
      Type.Array(named(Field), {
        maxItems: nodeLimits.fields,
        description: 'URL parameters. They are added after the static ones of `url`.',
        default: [],
      }),
    ),
    headers: Type.Optional(
      Type.Array(named(Field), {
        maxItems: nodeLimits.fields,
        description:
          'Headers. A node must not set headers that control the connection or that other services trust.',
        default: [],
      }),
    ),
    body: Type.Optional(named(Body)),
    timeoutMs: Type.Optional(
      Type.Integer({
        minimum: 100,
        default: defaults.timeoutMs,
        description:
          'The time limit of one attempt, in milliseconds: DNS, connecting, TLS, sending, response headers and body together. At most the setting MAX_TIMEOUT_MS (10000).',
      }),
    ),
    expect: Type.Optional(
      Type.Unsafe<Expectation | Expectation[]>({
        anyOf: [
          named(Expectation),
          Type.Array(named(Expectation), { minItems: 1, maxItems: nodeLimits.expectations }),
        ],
        description: 'an expectation, or a list of them of which all must hold',
        default: defaults.expect,
      }),
    ),
    onError: Type.Optional(
      oneOfWords(branchNames, {
        description: 'The branch if the call fails or the response misses an expectation.',
        default: defaults.onError,
      }),
    ),
    cases: Type.Optional(
      Type.Array(named(Case), {
        maxItems: nodeLimits.cases,
        description: 'Outcomes with a branch of their own. The first that holds decides.',
        default: [],
      }),
    ),
    branches: Type.Optional(
      closedObject(
        { success: outputName('success'), error: outputName('error'), exit: outputName('exit') },
        {
          description: "The engine's own names for the outputs.",
          examples: [{ success: 'yes', error: 'no' }],
        },
      ),
    ),
    retry: Type.Optional(named(Retry)),
    idempotent: Type.Optional(
      Type.Boolean({
        description: 'Whether the target processes a request only once, even if it arrives twice.',
        default: false,
      }),
    ),
    capture: Type.Optional(
      recordSchema(Type.String(), {
        maxProperties: nodeLimits.captures,
        description:
          'Values for later nodes: name to template. The templates can use `response` and the payload. Values are captured whether or not the expectation was met.',
        default: {},
        examples: [{ leadId: '{{ response.json.id }}' }],
      }),
    ),
    templates: Type.Optional(
      oneOfWords(['liquid', 'none'], {
        description:
          '`none`: every string is sent unchanged, for engines that render templates themselves. Conditions and `capture` stay Liquid.',
        default: 'liquid',
      }),
    ),
    keepAlive: Type.Optional(
      Type.Boolean({
        description:
          'Whether the call may reuse a kept connection and keep its connection for later calls. With `false` it opens a new connection and closes it afterwards.',
        default: true,
      }),
    ),
    followRedirects: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 5,
        description:
          'How many redirects of a call are followed: 301, 302 and 303 after GET, 303 after any method, as GET without a body, and 307 and 308 after GET, PUT, DELETE or with `idempotent`. Only to https, within `timeoutMs`. To another origin go no credentials, no headers of the node but Accept, Content-Type and User-Agent, and no body that carries a secret or a sensitive value.',
        default: 0,
      }),
    ),
    propagateTrace: Type.Optional(
      Type.Boolean({
        description:
          'Whether to send the target `traceparent`, and the `tracestate` that came with the call. Headers of the node take precedence.',
        default: false,
      }),
    ),
  },
  { $id: 'Node', description: 'The configuration of one Webhook node, as drawn in the workflow editor.' },
)

export type Node = Static<typeof Node>

/** The schemas of this file that other schemas or routes refer to by `$id`. */
export const nodeSchemas = [
  Field,
  Auth,
  Signing,
  Tls,
  Part,
  Body,
  Expectation,
  When,
  Case,
  Retry,
  Node,
] as const
