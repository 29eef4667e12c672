import type { BrokenCall } from './broken-calls.ts'

const condition = (value: string) => ({ expect: { type: 'condition', value } })
const content = (content: unknown) => ({ body: { structure: 'json', content } })

/** Calls whose cause stands in the body of a success, in a name that is near, or in another part of the node. */
export const bodyErrorCalls: readonly BrokenCall[] = [
  {
    what: 'a thing that a success does not find',
    node: { ...content({ channel: '#x', text: 'hi' }), ...condition('response.json.ok == true') },
    answer: { status: 200, body: { ok: false, error: 'channel_not_found' } },
    hint: 'The target says: "channel_not_found". response.json.ok is false, not true. Check the value of "channel".',
    path: '/node/body/content/channel',
  },
  {
    what: 'a mutation with an argument that does not exist',
    node: { ...content({ query: 'mutation { x }' }), ...condition('response.json.errors == nil') },
    answer: { status: 200, body: { errors: [{ message: 'Unknown argument "emial" on field "x".' }] } },
    hint: 'The target says: "Unknown argument \'emial\' on field \'x\'". response.json.errors is a list of 1, not nil. That is about "query" of the body and its variables: correct them.',
    path: '/node/body/content/query',
  },
  {
    what: 'a limit of calls in the body of a success',
    node: { ...content({ query: '{ x }' }), ...condition('response.json.errors == nil') },
    answer: { status: 200, body: { errors: [{ message: 'Throttled' }] } },
    hint: 'The target says: "Throttled". response.json.errors is a list of 1, not nil. The target gets too many calls: slow the flow down. After a pause the call can be made by hand or by a rule of the flow: the engine is told "never", because a 200 counts as done.',
    path: '/node/expect',
  },
  {
    what: 'an error of the target in the body of a success',
    node: { ...content({ a: 1 }), ...condition('response.json.ok == true') },
    answer: { status: 200, body: { ok: false, error: 'internal_error' } },
    hint: 'The target says: "internal_error". response.json.ok is false, not true.',
    path: '/node/expect',
  },
  {
    what: 'a part that a 207 refuses',
    node: { ...content({ rows: [{ email: 'x' }] }), expect: { type: 'status', value: 200 } },
    answer: {
      status: 207,
      body: { results: [{ status: 200 }, { status: 400, error: 'email is invalid' }] },
    },
    hint: 'The target says: "email is invalid". It has refused this part of the request and may have carried out the others. Check the value of "email". To accept a 207 without such a part, expect a condition on the body.',
    path: '/node/body/content/rows/0/email',
  },
  {
    what: 'a 207 in which nothing failed',
    node: { ...content({ rows: [] }), expect: { type: 'status', value: 200 } },
    answer: { status: 207, body: { results: [{ status: 201 }] } },
    hint: 'Both are success codes: to accept 207, use 2xx or list both.',
    path: '/node/expect',
  },
  {
    what: 'a protocol that the target wants',
    node: {},
    answer: { status: 426, headers: { upgrade: 'TLS/1.3' } },
    hint: 'The target wants "TLS/1.3" in place of HTTP/1.1, as its header Upgrade says. The service speaks HTTP/1.1 over TLS 1.2 and 1.3 only: use a URL of the target that takes it, or ask the operator of the target for one.',
    path: '/node/url',
  },
  {
    what: 'a name that two fields have as a part',
    node: content({ first_name: 'x', last_name: 'y' }),
    answer: { status: 400, body: { message: 'name is required' } },
    hint: 'The target answers 400: "name is required". The node sends no field "name", and it sends "first_name" and "last_name": if that is meant, rename it; if not, add "name".',
    path: '/node/body/content',
  },
  {
    what: 'words about the request that are no names',
    node: content({ a: 'x' }),
    answer: { status: 400, body: { message: 'authentication is required' } },
    hint: 'The target does not accept the request: "authentication is required". Compare names and values of the fields with the documentation of the target. The call was POST {target}/v1/leads, with "a" as application/json.',
    path: '/node/body/content',
  },
  {
    what: 'a part under another name',
    node: {
      body: { structure: 'multipart', parts: [{ name: 'photo', value: 'x' }] },
    },
    answer: { status: 400, body: { message: "Required part 'file' is not present." } },
    hint: 'The target answers 400: "Required part \'file\' is not present". The node sends no field "file", and it sends "photo": if that is meant, rename it; if not, add "file".',
    path: '/node/body/parts',
  },
  {
    what: 'a value behind its name',
    node: content({ pin: '{{ secrets.pin }}', other: 1 }),
    secrets: { pin: '4711' },
    answer: { status: 400, body: { message: 'PIN 4711 is wrong' } },
    hint: 'The target answers 400: "PIN ••• is wrong". Check the value of "pin".',
    path: '/node/body/content/pin',
  },
  {
    what: 'an element that a target names beside its text',
    node: content({ x: 1 }),
    answer: { status: 400, body: { Fault: { Error: [{ Message: 'Required', element: 'Line' }] } } },
    hint: 'The target answers 400: "Line: Required". The node sends no field "Line": add it.',
    path: '/node/body/content',
  },
  {
    what: 'a misspelt field below the object that the target names',
    node: content({ data: { nme: 'x' } }),
    answer: { status: 400, body: { errors: [{ message: 'data: Missing input. name' }] } },
    hint: 'The target answers 400: "data: Missing input. name". The node sends "nme": rename it to "name".',
    path: '/node/body/content/data/nme',
  },
  {
    what: 'a word that is a part of a name',
    node: content({ zipCode: 'x' }),
    answer: { status: 400, body: { message: 'Zip is invalid' } },
    hint: 'The target answers 400: "Zip is invalid". Check the value of "zipCode", which the target probably calls "Zip".',
    path: '/node/body/content/zipCode',
  },
  {
    what: 'a signature whose time the target does not get',
    node: {
      signing: {
        scheme: 'hmac',
        over: '{{ timestamp }}.{{ body }}',
        header: 'X-Sig',
        value: '{{ hex }}',
        secret: '{{ secrets.k }}',
      },
    },
    secrets: { k: 'hmackey1234567' },
    answer: { status: 403, body: 'bad signature' },
    hint: 'The target does not accept the signature: "bad signature". "over" has {{ timestamp }}, and "value" has not: a receiver that does not get the time cannot check the signature.',
    path: '/node/signing/value',
  },
  {
    what: 'a case that cannot be judged',
    node: {
      cases: [{ branch: 'vip', when: { type: 'condition', value: '(response.json.n | times: 2) == 4' } }],
      expect: { type: 'status', value: 201 },
    },
    answer: { status: 200, body: { n: 'two' } },
    hint: 'A case could not be judged, and counts as not met. The filter "times" needs numbers, and the value that it was given is a text that is no number. It stands in "(response.json.n | times: 2) == 4". Both are success codes: to accept 200, use 2xx or list both.',
    path: '/node/cases/0/when',
  },
  {
    what: 'a condition of the retry rule on a value of another kind',
    node: { retry: { attempts: 2, on: [{ type: 'condition', value: 'response.json.busy == true' }] } },
    answer: { status: 409, body: { busy: 'true' } },
    hint: 'The request conflicts with data that the target has. The record may exist already: where that is a normal end, expect 409 as well. The condition in "on" of the retry rule is not true either: response.json.busy is the text "true", and the condition compares it with the truth value true: write "true".',
    path: '/node/expect',
  },
]
