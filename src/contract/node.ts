import type { Static } from 'typebox'
import { anyJson, closedObject, named, oneOfWords, recordSchema } from './builders.ts'
import { methods } from './method.ts'
import { sources } from './payload.ts'
import { Type } from './typebox.ts'

/** What a node does where its config is silent. */
export const defaults = {
  timeoutMs: 10_000,
  expect: { type: 'status', value: '2xx' },
  onError: 'error',
  ifEmpty: 'send',
  contentType: 'application/json',
} as const

/** How much of a kind a node may have: the same node is always accepted or always refused. */
export const nodeLimits = {
  nameCharacters: 1_024,
  fields: 1_000,
  captures: 100,
  expectations: 100,
  statuses: 100,
  hosts: 100,
} as const

/** The outputs of a node under their own names. */
export const branchNames = ['success', 'error', 'exit'] as const

/** An output of a node under its own name. */
export type BranchName = (typeof branchNames)[number]

const fieldOptions = {
  name: Type.String({
    minLength: 1,
    maxLength: nodeLimits.nameCharacters,
    description: 'The name that the receiver expects. Order, case and repetition are kept.',
  }),
  ifEmpty: Type.Optional(
    oneOfWords(['send', 'omit', 'fail'], {
      description:
        'What to do with a value that is missing, null or "": send it empty, leave the field out, or do not make the call. The last two take an empty list for empty, too. Without it, an empty value is sent and reported as a warning.',
      default: defaults.ifEmpty,
    }),
  ),
  when: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'A Liquid condition without braces. Where it is false the field is left out.',
      examples: ['profile.score > 50'],
    }),
  ),
  sensitive: Type.Optional(
    Type.Boolean({ description: 'Mask the value wherever it is shown.', default: false }),
  ),
}

const AttributeField = closedObject(
  {
    ...fieldOptions,
    source: oneOfWords(sources, { description: 'The part of the payload that has the attribute.' }),
    field: Type.String({
      minLength: 1,
      maxLength: nodeLimits.nameCharacters,
      description:
        'The exact name of the attribute; only where there is no such attribute is it read as a dotted path.',
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
  { ...fieldOptions, literal: anyJson('Any JSON value, sent as it stands: nothing in it is a template.') },
  { title: 'Literal', description: 'The value is sent as it stands.' },
)

/** A name and where its value comes from, in exactly one of three forms. */
export const Field = Type.Union([AttributeField, TemplateField, LiteralField], {
  $id: 'Field',
  description: 'an object with a name and exactly one of: "source" with "field", "value", or "literal"',
  examples: [
    { name: 'email', source: 'profile', field: 'email' },
    { name: 'form', value: '{{ event.form | upcase }}' },
    { name: 'tags', literal: ['a', 'b'] },
  ],
})

/** A name and where its value comes from. */
export type Field = Static<typeof Field>

const secretTemplate = (description: string, examples: string[]) =>
  Type.String({ minLength: 1, description, examples })

const BearerAuth = closedObject(
  {
    type: oneOfWords(['bearer'], { description: 'A Bearer token.' }),
    token: secretTemplate('Template of the token.', ['{{ secrets.crm_token }}']),
  },
  { title: 'Bearer', description: 'Authorization: Bearer …' },
)

const BasicAuth = closedObject(
  {
    type: oneOfWords(['basic'], { description: 'Name and password.' }),
    username: Type.String({
      description: 'Template of the user name, without a colon.',
      examples: ['flow'],
    }),
    password: Type.String({
      description: 'Template of the password.',
      examples: ['{{ secrets.crm_password }}'],
    }),
  },
  { title: 'Basic', description: 'Authorization: Basic …' },
)

const ApiKeyAuth = closedObject(
  {
    type: oneOfWords(['apiKey'], { description: 'A key under a name of the receiver.' }),
    in: oneOfWords(['header', 'query'], { description: 'Where the key goes.' }),
    name: Type.String({
      minLength: 1,
      maxLength: nodeLimits.nameCharacters,
      description: 'The name of the header or parameter.',
      examples: ['X-Api-Key'],
    }),
    value: secretTemplate('Template of the key.', ['{{ secrets.crm_key }}']),
  },
  { title: 'API key', description: 'A key in a header or as a URL parameter.' },
)

/** How the call authenticates itself; always masked. */
export const Auth = Type.Union([BearerAuth, BasicAuth, ApiKeyAuth], {
  $id: 'Auth',
  description: 'How the call authenticates itself at the target. Always masked in what is shown.',
  discriminator: { propertyName: 'type' },
})

/** How the call authenticates itself. */
export type Auth = Static<typeof Auth>

const encodedType = Type.Optional(
  oneOfWords(['application/json', 'application/x-www-form-urlencoded'], {
    description: 'How the object is written.',
    default: defaults.contentType,
  }),
)

const SimpleBody = closedObject(
  {
    structure: oneOfWords(['simple'], { description: 'An object of chosen fields.' }),
    contentType: encodedType,
    fields: Type.Array(named(Field), {
      maxItems: nodeLimits.fields,
      description: 'The members of the object, in order.',
    }),
  },
  { title: 'Simple', description: 'An object of the chosen fields.' },
)

const FullBody = closedObject(
  {
    structure: oneOfWords(['full'], { description: 'Everything the payload has.' }),
    contentType: encodedType,
    source: Type.Optional(
      oneOfWords(sources, { description: 'Only this part of the payload. Without it, the whole payload.' }),
    ),
  },
  { title: 'Full', description: 'The payload as given, or one of its parts.' },
)

const JsonBody = closedObject(
  {
    structure: oneOfWords(['json'], { description: 'JSON of the author.' }),
    contentType: encodedType,
    content: anyJson(
      'Any JSON. Its strings are templates, its names are not; a string that is nothing but one placeholder becomes the value with its type.',
    ),
  },
  { title: 'JSON', description: 'The same JSON with its strings rendered.' },
)

const RawBody = closedObject(
  {
    structure: oneOfWords(['raw'], { description: 'Text of the author.' }),
    contentType: Type.String({
      minLength: 1,
      description:
        'The media type of the text. The values are written as it asks, and the text is sent in its charset.',
      examples: ['application/xml'],
    }),
    content: Type.String({
      description:
        'A Liquid template. In the media types of JSON, of JSON in lines, of XML and of forms the values are escaped.',
    }),
  },
  { title: 'Raw', description: 'The rendered text.' },
)

/** What is sent as the body. */
export const Body = Type.Union([SimpleBody, FullBody, JsonBody, RawBody], {
  $id: 'Body',
  description: 'What is sent as the body, in one of four structures.',
  discriminator: { propertyName: 'structure' },
})

/** What is sent as the body. */
export type Body = Static<typeof Body>

/** A status or a class of statuses, as the author writes it. */
const statusPattern = Type.Unsafe<number | string>({
  anyOf: [
    { type: 'integer', minimum: 100, maximum: 999 },
    { type: 'string', pattern: '^[1-9]([0-9]{2}|[xX]{2})$' },
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
  { title: 'Status', description: 'Met when the status is one of these.' },
)

const StringExpectation = closedObject(
  {
    type: oneOfWords(['string'], { description: 'The text of the body decides.' }),
    value: Type.String({ minLength: 1, description: 'The text to look for.', examples: ['"ok":true'] }),
    match: Type.Optional(
      oneOfWords(['contains', 'notContains', 'equals'], {
        description: 'Whether the body has the text, has it not, or is the text.',
        default: 'contains',
      }),
    ),
    ignoreCase: Type.Optional(
      Type.Boolean({ description: 'Take upper and lower case as the same.', default: false }),
    ),
  },
  { title: 'String', description: 'Met when the response body has the text, or has it not.' },
)

const ConditionExpectation = closedObject(
  {
    type: oneOfWords(['condition'], { description: 'A condition over the response decides.' }),
    value: Type.String({
      minLength: 1,
      description:
        'A Liquid condition without braces over `response` (`status`, `headers`, `body`, `json`) and the payload.',
      examples: ['response.json.accepted == true'],
    }),
  },
  { title: 'Condition', description: 'Met when the condition is true.' },
)

/** What the response must be for the call to count as a success. */
export const Expectation = Type.Union([StatusExpectation, StringExpectation, ConditionExpectation], {
  $id: 'Expectation',
  description: 'What the response must be for the call to count as a success.',
  discriminator: { propertyName: 'type' },
})

/** What the response must be for the call to count as a success. */
export type Expectation = Static<typeof Expectation>

/** Whether and when a call is tried again. */
const Retry = closedObject(
  {
    attempts: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10, default: 3, description: 'How many attempts at most.' }),
    ),
    initialDelayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 600_000,
        default: 500,
        description: 'Bound of the first pause in milliseconds. It doubles with each attempt.',
      }),
    ),
    maxDelayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 600_000,
        default: 10_000,
        description:
          'Bound of every pause of our own in milliseconds, and of the pauses that the target asks for with Retry-After, unless `waitForRetryAfter` is true.',
      }),
    ),
    waitForRetryAfter: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Whether a pause that the target asks for may be longer than `maxDelayMs`. With false the call ends with `retryAfterMs` instead, and the engine waits.',
      }),
    ),
    totalMs: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 600_000,
        default: 30_000,
        description: 'All attempts and pauses together, in milliseconds.',
      }),
    ),
  },
  { $id: 'Retry', description: 'Whether and when a call is tried again.' },
)

const outputName = (branch: BranchName) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: `The engine's name for ${branch}.`,
      default: branch,
    }),
  )

/** The configuration of one Webhook node, as drawn in the workflow editor. */
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
    name: Type.Optional(Type.String({ description: "The author's name for the node. Not used." })),
    notes: Type.Optional(Type.String({ description: "The author's notes. Not used." })),
    method: oneOfWords(methods, { description: 'The HTTP method.' }),
    url: Type.String({
      description:
        'Absolute, https only, without user info, at most 8 KiB. May carry static parameters. Placeholders are allowed after the host only. Or one placeholder and nothing else, whose value is a whole URL; then `hosts` says where it may lead.',
      examples: ['https://api.crm.example/v1/leads?source=flow', '{{ vars.nextPage }}'],
    }),
    hosts: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
        minItems: 1,
        maxItems: nodeLimits.hosts,
        description:
          'Where a `url` that is one placeholder may lead: exact names, addresses, or `*.suffix` for all names below one, with `:port` for a port other than 443. Any other host is `url_invalid`, and nothing is sent.',
        examples: [['api.crm.example', '*.uploads.example', 'localhost:8443']],
      }),
    ),
    auth: Type.Optional(named(Auth)),
    query: Type.Optional(
      Type.Array(named(Field), {
        maxItems: nodeLimits.fields,
        description: 'URL parameters, added behind the static ones.',
        default: [],
      }),
    ),
    headers: Type.Optional(
      Type.Array(named(Field), {
        maxItems: nodeLimits.fields,
        description:
          'Headers. Those that belong to the connection or could unlock another service are refused.',
        default: [],
      }),
    ),
    body: Type.Optional(named(Body)),
    timeoutMs: Type.Optional(
      Type.Integer({
        minimum: 100,
        default: defaults.timeoutMs,
        description:
          'Milliseconds for one attempt: DNS, connecting, TLS, sending, headers and body together. At most the setting MAX_TIMEOUT_MS (10000).',
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
        description: 'The branch of a call that failed or missed the expectation.',
        default: defaults.onError,
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
      Type.Boolean({ description: 'The target treats a repeated request as one.', default: false }),
    ),
    capture: Type.Optional(
      recordSchema(Type.String(), {
        maxProperties: nodeLimits.captures,
        description:
          'Values for later nodes: name to template over `response` and the payload. Taken whether or not the expectation was met.',
        default: {},
        examples: [{ leadId: '{{ response.json.id }}' }],
      }),
    ),
    templates: Type.Optional(
      oneOfWords(['liquid', 'none'], {
        description:
          'With `none` every string is sent as it stands, for engines that render before they call. Conditions and `capture` stay Liquid.',
        default: 'liquid',
      }),
    ),
    keepAlive: Type.Optional(
      Type.Boolean({
        description:
          'Whether the call may use a connection that was kept after an earlier call, and leave its own for the next one. With `false` it gets a connection of its own, closed afterwards.',
        default: true,
      }),
    ),
    propagateTrace: Type.Optional(
      Type.Boolean({
        description:
          'Send `traceparent`, and the `tracestate` that came with the call, on to the target. A header field of the node replaces them.',
        default: false,
      }),
    ),
  },
  { $id: 'Node', description: 'One Webhook node, as drawn in the workflow editor.' },
)

/** The configuration of one Webhook node. */
export type Node = Static<typeof Node>

/** Every schema that others refer to by name. */
export const nodeSchemas = [Field, Auth, Body, Expectation, Retry, Node] as const
