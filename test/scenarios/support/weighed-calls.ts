import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const bearer = { auth: { type: 'bearer', token: 'a-wrong-token' } }
const asks = (challenge: string) => ({ 'www-authenticate': challenge })
const renew = 'It comes from "auth" of the node: get a new one at the target, and put it there.'

const ofCredentials: readonly CallRow[] = [
  [
    'a session that has expired, with a challenge of another scheme',
    bearer,
    [401, [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }], asks('Token')],
    '/node/auth',
    `The target does not accept the credential: "INVALID_SESSION_ID: Session expired or invalid". ${renew}`,
  ],
  [
    'a token that was revoked, with a challenge of another scheme',
    bearer,
    [401, { error: 'The access token has been revoked' }, asks('Basic realm="x"')],
    '/node/auth',
    `The target does not accept the credential: "The access token has been revoked". ${renew}`,
  ],
  [
    'a key that is invalid, with a challenge of another scheme',
    bearer,
    [401, { error: { message: 'Invalid API Key provided' } }, asks('Basic realm="x"')],
    '/node/auth',
    'The target does not accept the credential: "Invalid API Key provided". It comes from "auth" of the node: check the token or secret there. If it is right, send it by the scheme that the target asks for, Basic.',
  ],
  [
    'a credential of which the target says nothing, with a challenge of another scheme',
    bearer,
    [401, { error: 'Unauthorized' }, asks('Basic realm="x"')],
    '/node/auth',
    'The target asks for Basic, and "auth" of the node sends Bearer: "Unauthorized". Set the type of "auth" to "basic".',
  ],
  [
    'a token in the wrong form, with a challenge of another scheme',
    bearer,
    [401, { error: 'Invalid token type' }, asks('Basic realm="x"')],
    '/node/auth',
    'The target asks for Basic, and "auth" of the node sends Bearer: "Invalid token type". Set the type of "auth" to "basic".',
  ],
]

const parts = {
  headers: [{ name: 'Content-Type', value: 'multipart/form-data' }],
  body: { structure: 'multipart', parts: [{ name: 'email', source: 'profile', field: 'email' }] },
}
const asForm = {
  headers: [{ name: 'Content-Type', value: 'application/x-www-form-urlencoded' }],
  body: { structure: 'json', content: { email: '{{ profile.email }}' } },
}
const noBoundary =
  'The header has no boundary of the body, so that the target finds no parts. A header of the node changes the label, not the body. Remove this header: the service writes it with the boundary.'

const ofFailures: readonly CallRow[] = [
  ...[400, 500].map(
    (status): CallRow => [
      `a header without the boundary, answered with ${status}`,
      parts,
      [status, { error: 'Multipart: Boundary not found' }],
      '/node/headers/0',
      `${noBoundary} The target answers ${status}: "Multipart: Boundary not found".`,
    ],
  ),
  [
    'a header without the boundary, and a failure about something else',
    parts,
    [500, { error: 'The database is down' }],
    '/node/expect',
    'The target failed with status 500: "The database is down". Its operator finds the cause of the 500 in its log.',
  ],
  [
    'JSON under the label of a form, of which a failing target reads nothing',
    asForm,
    [500, { error: 'email is required' }],
    '/node/headers/0',
    'The header says application/x-www-form-urlencoded, but the body is written as JSON. A header of the node changes the label, not the body. Remove this header, or write the body in the form that it names. The target answers 500: "email is required".',
  ],
  [
    'a misspelt attribute that a failing target names',
    { body: { structure: 'json', content: { email: '{{ profile.emial }}' } } },
    [502, { error: 'email is required' }],
    '/node/body/content/email',
    'profile.emial is not defined and was rendered as nothing. Did you mean "profile.email"? The target answers 502: "email is required".',
  ],
]

const keyInQuery = {
  method: 'GET',
  auth: { type: 'apiKey', in: 'query', name: 'key', value: 'a-wrong-key' },
  query: [{ name: 'city', value: 'Graz' }],
}
const ofKey =
  'That is about the credential. It comes from "auth" of the node: check the token or secret there.'

const ofKeysInQuery: readonly CallRow[] = [
  [
    'a key of the query that Google does not accept',
    keyInQuery,
    [
      400,
      { error: { message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } },
    ],
    '/node/auth',
    `The target answers 400: "INVALID_ARGUMENT: API key not valid. Please pass a valid API key". ${ofKey}`,
  ],
  [
    'a key of the query that the target names',
    keyInQuery,
    [422, { errors: { key: ['is not known'] } }],
    '/node/auth',
    `The target answers 422: "key: is not known". ${ofKey}`,
  ],
  [
    'another parameter beside a key of the query',
    keyInQuery,
    [400, { error: 'city is invalid' }],
    '/node/query/0',
    'The target answers 400: "city is invalid". Check the value of "city".',
  ],
]

const soap = {
  body: {
    structure: 'raw',
    contentType: 'text/xml',
    content: '<Envelope><Body><checkVat><vatNumber>{{ event.vat }}</vatNumber></checkVat></Body></Envelope>',
  },
}
const fault = (detail: string) =>
  `<s:Envelope><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>Validation failed</faultstring>${detail}</s:Fault></s:Body></s:Envelope>`

const ofDetails: readonly CallRow[] = [
  [
    'an element that stands in the detail of a fault',
    soap,
    [500, fault('<detail><n:text>vatNumber must have 9 digits</n:text></detail>')],
    '/node/body/content',
    'The target answers 500: "Validation failed: vatNumber must have 9 digits". Check the value of "vatNumber". The node sends "DE12", which comes from event.vat.',
  ],
]

const ofHeaders: readonly CallRow[] = [
  [
    'words in a header of gRPC alone',
    { body: { structure: 'json', content: { mail: '{{ profile.email }}' } } },
    [400, '', { 'grpc-status': '3', 'grpc-message': 'field%20email is required' }],
    '/node/body/content/mail',
    'The target answers 400: "INVALID_ARGUMENT: field email is required". The node sends "mail": rename it to "email".',
  ],
]

const search = (query: string) => ({ method: 'GET', path: `/v1/orders?${query}` })
const isBlank = (written: string, name: string) =>
  `The URL has "${written}" as "${name}", and a "+" in a query is read as a blank: write %2B in its place, or move the parameter to "query", which does that.`

const ofPlusSigns: readonly CallRow[] = [
  [
    'a plus sign in a time of the URL',
    search('since=2026-11-01T00:00:00+01:00'),
    [400, { error: "Invalid value for parameter 'since': '2026-11-01T00:00:00 01:00' is no date-time" }],
    '/node/url',
    `The target answers 400: "Invalid value for parameter 'since': '2026-11-01T00:00:00 01:00' is no date-time". ${isBlank('2026-11-01T00:00:00+01:00', 'since')}`,
  ],
  [
    'a plus sign in a number of a telephone',
    search('phone=+4917112345'),
    [422, { errors: { phone: ['is invalid'] } }],
    '/node/url',
    `The target answers 422: "phone: is invalid". ${isBlank('+4917112345', 'phone')}`,
  ],
  [
    'a plus sign in an address',
    search('email=ada+news@example.com'),
    [404, { error: 'No user ada news@example.com' }],
    '/node/url',
    `The target answers 404: "No user ada news@example.com". ${isBlank('ada+news@example.com', 'email')}`,
  ],
  [
    'a plus sign that is meant as a blank',
    search('q=hello+world'),
    [400, { error: "q 'hello world' is invalid" }],
    '/node/url',
    'The target answers 400: "q \'hello world\' is invalid". Check the value of "q".',
  ],
  [
    'another parameter than that with a plus sign',
    search('phone=+4917112345&limit=x'),
    [400, { error: 'limit is invalid' }],
    '/node/url',
    'The target answers 400: "limit is invalid". Check the value of "limit".',
  ],
  [
    'a plus sign that is encoded',
    search('phone=%2B4917112345'),
    [422, { errors: { phone: ['is invalid'] } }],
    '/node/url',
    'The target answers 422: "phone: is invalid". Check the value of "phone".',
  ],
]

const photo = 'x'.repeat(100_000)
const tooLarge =
  'The body is too large for the target: "Too large". Nearly all of it is the value of "photo", with 98 KiB: shorten it, or send a link to it if the target takes one.'

const ofLargeBodies: readonly CallRow[] = [
  [
    'a member that makes the body too large',
    { body: { structure: 'json', content: { a: 1, in: { photo } } } },
    [413, { error: 'Too large' }],
    '/node/body/content/in/photo',
    tooLarge,
  ],
  [
    'a member of a text that makes the body too large',
    { body: { structure: 'raw', contentType: 'application/json', content: `{"a":1,"photo":"${photo}"}` } },
    [413, { error: 'Too large' }],
    '/node/body/content',
    tooLarge,
  ],
  [
    'two members that make the body too large',
    { body: { structure: 'json', content: { a: photo, b: photo } } },
    [413, { error: 'Too large' }],
    '/node/body',
    'The body is too large for the target: "Too large". Send fewer fields.',
  ],
]

/** Calls of which several places tell something, and one of them the cause. */
export const weighedCalls: readonly BrokenCall[] = [
  ...ofCredentials,
  ...ofFailures,
  ...ofKeysInQuery,
  ...ofDetails,
  ...ofHeaders,
  ...ofPlusSigns,
  ...ofLargeBodies,
].map((row) => ({
  ...callOf(row),
  payload: { profile: { email: 'ada@example.com' }, event: { vat: 'DE12' } },
}))
