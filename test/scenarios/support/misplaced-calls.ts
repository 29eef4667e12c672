import type { BrokenCall } from './broken-calls.ts'
import { type CallRow, callOf } from './call-row.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const basic = (text: string) => ({ headers: [{ name: 'Authorization', value: `Basic ${text}` }] })
const refused = [401, { message: 'Bad credentials' }, { 'www-authenticate': 'Basic realm="x"' }] as const
const beginning = 'The target does not accept the credential: "Bad credentials". What stands behind Basic'
const end =
  'use "auth" of the type "basic", with user name and password as they are. It comes from the header "Authorization" of the node.'

const key = (name: string) => ({
  auth: { type: 'apiKey', in: 'header', name, value: '{{ secrets.crm_token }}' },
})
const asksFor = (challenge: string) =>
  [401, { message: 'No API key found in request' }, { 'www-authenticate': challenge }] as const
const unseen =
  'The target finds no credential: "No API key found in request". "auth" of the node sends one, so the target looks for it elsewhere: change the name of its header or parameter, or its scheme, to what the target expects.'
const kong = ' Kong, which asks so, takes it as "apikey" unless its operator has named it otherwise.'

const none = [404, { message: 'No such contact' }] as const
const twice = (found: string, origin: string) =>
  `The URL has "${found}": a value that was percent-encoded already was encoded once more. Send the value as it is, or decode it first, as in {{ ${origin} | url_decode }}. The target answers 404: "No such contact".`
const repeated = (found: string) =>
  `The path of the URL has "${found}": one of the two is too much, most often because the beginning of the URL has it already. The target answers 404: "No such contact".`

const signed = (body: unknown) => ({
  body,
  signing: { scheme: 'standard-webhooks', secret: '{{ secrets.signing_key }}' },
})
const notVerified = [401, { message: 'Signature does not match' }] as const
const notUtf8 =
  'The target does not accept the signature: "Signature does not match". The body is not in UTF-8, and is signed as the bytes that are sent: a receiver that reads it as text computes another signature. Send it in UTF-8, or a file as base64 text, or let the target check the bytes; if it does, check the key in "signing".'

const rows: readonly CallRow[] = [
  [
    'a signature of text in Latin-1',
    signed({ structure: 'raw', contentType: 'text/xml; charset=ISO-8859-1', content: '<a>é</a>' }),
    notVerified,
    '/node/body/contentType',
    notUtf8,
  ],
  [
    'a signature of text in windows-1252',
    signed({ structure: 'raw', contentType: 'text/plain; charset=windows-1252', content: '5 €' }),
    notVerified,
    '/node/body/contentType',
    notUtf8,
  ],
  [
    'a signature of a file',
    signed({ structure: 'binary', source: 'profile', field: 'photo' }),
    notVerified,
    '/node/body/contentType',
    notUtf8,
  ],
  [
    'a signature of text in UTF-8',
    signed({ structure: 'raw', contentType: 'text/plain', content: '5 €' }),
    notVerified,
    '/node/signing',
    'The target does not accept the credential: "Signature does not match". It comes from "signing" of the node: check the token or secret there.',
  ],
  [
    'a form where the target takes something else',
    {
      body: {
        structure: 'simple',
        contentType: 'application/x-www-form-urlencoded',
        fields: [{ name: 'a', value: 'b' }],
      },
    },
    [415, { title: 'Unsupported Media Type' }],
    '/node/body/contentType',
    'The target expects another content type than application/x-www-form-urlencoded: "Unsupported Media Type". Change contentType of the body to application/json, which most APIs take.',
  ],
  [
    'Basic that is encoded twice',
    basic(base64(base64('user:pass'))),
    refused,
    '/node/headers/0',
    `${beginning} is encoded in Base64 twice: encode it once, or ${end}`,
  ],
  [
    'Basic with a line break behind the password',
    basic(base64('user:pass\n')),
    refused,
    '/node/headers/0',
    `${beginning} ends with a line break once it is decoded, as echo without -n writes it: encode it without one, or ${end}`,
  ],
  [
    'Basic without a password',
    basic(base64('token')),
    refused,
    '/node/headers/0',
    `${beginning} has no colon once it is decoded: encode user name, colon and password, or ${end}`,
  ],
  [
    'Basic that is not encoded',
    basic('user:pass'),
    refused,
    '/node/headers/0',
    `${beginning} is not encoded in Base64: encode it, or ${end}`,
  ],
  [
    'Kong: a key under another name',
    key('X-ApiKey'),
    asksFor('Key realm="kong"'),
    '/node/auth/name',
    `${unseen}${kong}`,
  ],
  [
    'a key under another name, of which the target calls the form',
    key('X-Own'),
    asksFor('ApiKey'),
    '/node/auth/name',
    unseen,
  ],
  [
    'Kong: no key',
    {},
    asksFor('Key'),
    '/node/auth',
    `The node sends no credential, and the target answers 401: "No API key found in request". It takes a key in a header or parameter of its own name: set "auth" to {"type": "apiKey", "in": "header", "name": "…", "value": "{{ secrets.NAME }}"}, with the name that its documentation shows.${kong}`,
  ],
  [
    'a key with the scheme that the target asks for',
    { headers: [{ name: 'Authorization', value: 'GenieKey {{ secrets.crm_token }}' }] },
    [401, { message: 'Key is not known' }, { 'www-authenticate': 'GenieKey' }],
    '/node/headers/0',
    'The target does not accept the credential: "Key is not known". It comes from the header "Authorization" of the node: check the token or secret there.',
  ],
  [
    'a value of the path that is encoded twice',
    { method: 'GET', path: '/contacts/{{ profile.encoded }}' },
    none,
    '/node/url',
    twice('ada%2540example.com', 'profile.encoded'),
  ],
  [
    'a parameter that is encoded twice',
    {
      method: 'GET',
      path: '/contacts',
      query: [{ name: 'email', source: 'profile', field: 'encoded' }],
    },
    none,
    '/node/query/0',
    twice('ada%2540example.com', 'profile.encoded'),
  ],
  [
    'a path whose escapes the author has escaped',
    { method: 'GET', path: '/contacts/a%2520b' },
    none,
    '/node/url',
    twice('a%2520b', 'profile.id'),
  ],
  ['a path with its version twice', { path: '/v1/v1/contacts' }, none, '/node/url', repeated('v1/v1')],
  [
    'a path with a part of its beginning twice',
    { path: '/api/api/contacts' },
    none,
    '/node/url',
    repeated('api/api'),
  ],
]

/** A credential or a value that did not go out in the form or place where the target reads it. */
export const misplacedCalls: readonly BrokenCall[] = rows.map((row) => ({
  ...callOf(row),
  payload: { profile: { encoded: 'ada%40example.com', photo: '//4A' } },
  secrets: {
    crm_token: 'tok_live_9f8e7d6c5b4a3210',
    signing_key: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
  },
}))
