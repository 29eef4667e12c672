import type { BrokenCall } from './broken-calls.ts'

const json = (content: unknown) => ({ body: { structure: 'json', content } })
const condition = (value: string) => ({ expect: { type: 'condition', value } })
const simple = (...fields: readonly object[]) => ({ body: { structure: 'simple', fields } })
const bearer = { auth: { type: 'bearer', token: 'a-wrong-token' } }
const get = { method: 'GET' }

type Row = readonly [
  what: string,
  node: BrokenCall['node'],
  answer: readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>],
  path: string,
  hint: string,
]

const rows: readonly Row[] = [
  [
    'Salesforce: two required fields in a list',
    json({ Email: 'a' }),
    [
      400,
      [
        {
          message: 'Required fields are missing: [LastName, Company]',
          errorCode: 'REQUIRED_FIELD_MISSING',
          fields: ['LastName', 'Company'],
        },
      ],
    ],
    '/node/body/content',
    'The target answers 400: "REQUIRED_FIELD_MISSING: Required fields are missing: [LastName, Company]". The node sends no fields "LastName" and "Company": add them.',
  ],
  [
    'HubSpot: properties that are not in their object',
    json({ email: 'a', firstname: 'b' }),
    [400, { message: 'Invalid input JSON: Some required fields were not set: [properties]' }],
    '/node/body/content',
    'The target answers 400: "Invalid input JSON: Some required fields were not set: [properties]". The target reads the fields from an object "properties": put those of the body into one, as in {"properties": {…}}.',
  ],
  [
    'Google: a parameter that is not in the URL',
    json({ values: [['a']] }),
    [400, { error: { code: 400, message: "'valueInputOption' is required but not specified" } }],
    '/node/query',
    'The target answers 400: "\'valueInputOption\' is required but not specified". The node sends no parameter "valueInputOption": add it to "query".',
  ],
  [
    'GitHub: a name that was not supplied',
    json({ titel: 'a' }),
    [422, { message: 'Invalid request.\n\n"title" wasn\'t supplied.' }],
    '/node/body/content/titel',
    'The target answers 422: "Invalid request. \'title\' wasn\'t supplied". The node sends "titel": rename it to "title".',
  ],
  [
    'Slack: a scope that is missing, in a 200',
    { ...bearer, ...json({ channel: 'C1' }), ...condition('response.json.ok == true') },
    [200, { ok: false, error: 'missing_scope', needed: 'chat:write' }],
    '/node/auth',
    'The target says: "missing_scope: chat:write". response.json.ok is false, not true. The credential lacks the permission: give it at the target to the credential, which comes from "auth" of the node.',
  ],
  [
    'Spring: a number that went out as a text, told by its value',
    json({ age: '{{ profile.age }}', name: 'Ada' }),
    [400, { message: 'Cannot deserialize value of type `java.lang.Integer` from String "36"' }],
    '/node/body/content/age',
    'The target answers 400: "Cannot deserialize value of type `java.lang.Integer` from String \'36\'". The node sends "age" as a text, and the target wants a number: write "{{ profile.age | plus: 0 }}". It comes from profile.age.',
  ],
  [
    'Laravel: an id in the path without quotation marks',
    { ...get, ...bearer, path: '/api/leads/{{ profile.id }}' },
    [404, { message: 'No query results for model [App\\Models\\Lead] p-77' }],
    '/node/url',
    'The target does not know "p-77", which stands in the path of the URL: "No query results for model [App\\Models\\Lead] p-77". Correct it there, or check whether it belongs to this account or environment.',
  ],
  [
    'Shopify: a path without its ending',
    { ...bearer, ...json({ product: { title: 'a' } }) },
    [406, ''],
    '/node/url',
    'The target cannot answer in the form that it takes the call to ask for. The node sends no header Accept: look in the documentation of the target whether its path has an ending such as ".json", or add the header Accept with "application/json".',
  ],
  [
    'two misspelt attributes at once',
    simple(
      { name: 'email', source: 'profile', field: 'emial' },
      { name: 'name', source: 'profile', field: 'first_nme' },
    ),
    [400, { message: 'Bad Request' }],
    '/node/body/fields/0',
    'The profile has no attribute "emial". Did you mean "email"? The target answers 400: "Bad Request". The profile has no attribute "first_nme". Did you mean "first_name"?',
  ],
  [
    'Mailchimp: a name spelt out',
    json({ email_address: '{{ profile.plan }}', status: 'subscribed' }),
    [400, { title: 'Invalid Resource', detail: 'Please provide a valid email address.' }],
    '/node/body/content/email_address',
    'The target answers 400: "Please provide a valid email address". Check the value of "email_address". The node sends "gold", which comes from profile.plan.',
  ],
  [
    'Brevo: a name before its kind',
    json({ email: '{{ profile.plan }}' }),
    [400, { code: 'invalid_parameter', message: 'Invalid email address' }],
    '/node/body/content/email',
    'The target answers 400: "invalid_parameter: Invalid email address". Check the value of "email". The node sends "gold", which comes from profile.plan.',
  ],
  [
    'Klaviyo: a header that is required',
    { ...bearer, ...json({ data: {} }) },
    [400, { errors: [{ detail: 'The API revision header is required.', source: { pointer: '/data/' } }] }],
    '/node/headers',
    'The target answers 400: "The API revision header is required". The node sends no header "revision": add it to "headers".',
  ],
  [
    'Meta: the details beside a message',
    json({ to: '{{ profile.plan }}' }),
    [
      400,
      {
        error: {
          message: 'Parameter value is not valid',
          error_data: { details: "Parameter 'to' is not a valid phone number." },
        },
      },
    ],
    '/node/body/content/to',
    'The target answers 400: "Parameter value is not valid; Parameter \'to\' is not a valid phone number". Check the value of "to". The node sends "gold", which comes from profile.plan.',
  ],
  [
    'WordPress: complaints in data',
    json({ plan: '{{ profile.plan }}' }),
    [
      400,
      {
        code: 'rest_invalid_param',
        message: 'Invalid parameter(s): plan',
        data: { status: 400, params: { plan: 'plan is not one of silver and bronze.' } },
      },
    ],
    '/node/body/content/plan',
    'The target answers 400: "rest_invalid_param: Invalid parameter(s): plan; plan is not one of silver and bronze". Check the value of "plan". The node sends "gold", which comes from profile.plan.',
  ],
  [
    'JSON-RPC: the message in data',
    { ...json({ jsonrpc: '2.0', method: 'call' }), ...condition('response.json.result != nil') },
    [
      200,
      { jsonrpc: '2.0', error: { code: 200, message: 'Server Error', data: { message: 'No such partner' } } },
    ],
    '/node/body/content',
    'The target says: "Server Error; No such partner". response.json.result is missing; the response has jsonrpc = "2.0", error = an object. That is about the values that the node sends: correct them.',
  ],
  [
    'GraphQL: a variable without a value',
    {
      ...json({ query: 'mutation($e: String!) { a(e: $e) { id } }', variables: { email: 'a' } }),
      ...condition('response.json.data.a.id != nil'),
    },
    [200, { errors: [{ message: 'Variable "$e" of required type "String!" was not provided.' }] }],
    '/node/body/content/variables',
    'The target says: "Variable \'$e\' of required type \'String!\' was not provided". response.json.data.a.id is missing; the response has errors = a list of 1. "variables" of the body has no "e": add it there, under this name without the dollar sign.',
  ],
  [
    'PostgreSQL: a value in the words of a 500',
    json({ seats: '{{ profile.plan }}', name: 'Ada' }),
    [500, { error: 'invalid input syntax for type integer: "gold"' }],
    '/node/body/content/seats',
    'The target fails with status 500 on a value of the node: "invalid input syntax for type integer: \'gold\'". Check the value of "seats"; if it is right, its operator finds the cause in its log. It comes from profile.plan.',
  ],
  [
    'Fastify: a name in another writing, missed',
    json({ firstName: 'Ada' }),
    [400, { message: "body must have required property 'first_name'" }],
    '/node/body/content/firstName',
    'The target answers 400: "body must have required property \'first_name\'". The node sends "firstName": rename it to "first_name".',
  ],
  [
    'Rails: one field is wrong and another one missing',
    json({ email: '{{ profile.plan }}' }),
    [422, { errors: ['Email is invalid', "Last name can't be blank"] }],
    '/node/body/content/email',
    'The target answers 422: "Email is invalid; Last name can\'t be blank". Check the value of "email". The node sends "gold", which comes from profile.plan.',
  ],
  [
    'Asana: the object around the fields',
    json({ name: 'a', projects: ['1'] }),
    [400, { errors: [{ message: "Missing input: 'data'" }] }],
    '/node/body/content',
    'The target answers 400: "Missing input: \'data\'". The target reads the fields from an object "data": put those of the body into one, as in {"data": {…}}.',
  ],
  [
    'a list that is compared with a number',
    { ...get, ...condition('response.json.errors == 0') },
    [200, { state: 'done', errors: [] }],
    '/node/expect',
    'response.json.errors is a list of 0, and the condition compares it with a number: compare response.json.errors.size.',
  ],
]

/** Calls as new users get them wrong, with the answers of APIs and frameworks that many use. */
export const ordinaryCalls: readonly BrokenCall[] = rows.map(
  ([what, node, [status, body, headers = {}], path, hint]) => ({
    what,
    node,
    payload: {
      profile: { id: 'p-77', email: 'ada@example.com', first_name: 'Ada', age: '36', plan: 'gold' },
    },
    answer: { status, headers, body },
    path,
    hint,
  }),
)
