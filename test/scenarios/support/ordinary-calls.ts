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
    'The target answers 400: "Cannot deserialize value of type `java.lang.Integer` from String \'36\'". The node sends "age" as a text, and the target wants a number: leave the quotation marks out in "content", or end the placeholder in | plus: 0. It comes from profile.age.',
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
