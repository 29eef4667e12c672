import type { BrokenCall } from './broken-calls.ts'

const fields: BrokenCall['node'] = {
  body: {
    structure: 'simple',
    fields: [
      { name: 'email', source: 'profile', field: 'email' },
      { name: 'plan', source: 'profile', field: 'plan' },
    ],
  },
}
const nested: BrokenCall['node'] = {
  body: {
    structure: 'json',
    content: { contact: { firstName: '{{ profile.name }}', address: { zip: '{{ profile.zip }}' } } },
  },
}
const payload = { profile: { email: 'ada@example.com', plan: 'gold', name: 'Ada', zip: '123' } }
const sendsZip = 'Check the value of "zip". The node sends "123", which comes from profile.zip.'
const sendsPlan = 'Check the value of "plan". The node sends "gold", which comes from profile.plan.'
const zipPath = '/node/body/content/contact/address/zip'

/** Answers in shapes that no list of APIs has: the sentence and the field are found wherever they stand. */
export const anyShapeCalls: readonly BrokenCall[] = [
  {
    what: 'a sentence in members of no known name, with a path of JSONPath',
    node: nested,
    payload,
    answer: {
      status: 400,
      body: { outcome: { remarks: [{ narrative: 'Five digits wanted', locator: '$.contact.address.zip' }] } },
    },
    hint: `The target answers 400: "Five digits wanted". ${sendsZip}`,
    path: zipPath,
  },
  {
    what: 'a sentence in another language, with a field in its words',
    node: fields,
    payload,
    answer: { status: 400, body: { fehler: { feldname: 'plan', meldung: 'Der Tarif ist unbekannt' } } },
    hint: `The target answers 400: "Der Tarif ist unbekannt". ${sendsPlan}`,
    path: '/node/body/fields/1',
  },
  {
    what: 'a field in another spelling beside the sentence',
    node: nested,
    payload,
    answer: { status: 422, body: { problem: { about: 'first-name', because: 'Only small letters here' } } },
    hint: 'The target answers 422: "Only small letters here". Check the value of "firstName". The node sends "Ada", which comes from profile.name.',
    path: '/node/body/content/contact/firstName',
  },
  {
    what: 'a field that is a key of the answer',
    node: fields,
    payload,
    answer: { status: 400, body: { refused: { plan: 'one of free and pro' }, ok: false } },
    hint: `The target answers 400: "plan: one of free and pro". ${sendsPlan}`,
    path: '/node/body/fields/1',
  },
  {
    what: 'the name of an error alone, in a member of no known name',
    node: fields,
    payload,
    answer: { status: 400, body: { ref: 'INVALID_PLAN', help: 'https://docs.example/1' } },
    hint: `The target answers 400: "ref: INVALID_PLAN". ${sendsPlan}`,
    path: '/node/body/fields/1',
  },
  {
    what: 'an echo of the request beside the sentence',
    node: fields,
    payload,
    answer: {
      status: 400,
      body: { request: { email: 'ada and bob', plan: 'gold' }, verdict: 'plan is discontinued' },
    },
    hint: `The target answers 400: "verdict: plan is discontinued". ${sendsPlan}`,
    path: '/node/body/fields/1',
  },
  {
    what: 'a value that is sensitive',
    node: {
      body: {
        structure: 'simple',
        fields: [{ name: 'plan', source: 'profile', field: 'plan', sensitive: true }],
      },
    },
    payload,
    answer: { status: 422, body: { errors: { plan: ['is refused'] } } },
    hint: 'The target answers 422: "plan: is refused". Check the value of "plan".',
    path: '/node/body/fields/0',
  },
  {
    what: 'a value that a secret gives',
    node: { body: { structure: 'json', content: { plan: '{{ secrets.plan }}' } } },
    secrets: { plan: 'abcd' },
    answer: { status: 422, body: { errors: { plan: ['is refused'] } } },
    hint: 'The target answers 422: "plan: is refused". Check the value of "plan".',
    path: '/node/body/content/plan',
  },
  {
    what: '401 without a word to a key in a header',
    node: { headers: [{ name: 'X-Api-Key', value: '{{ secrets.key }}' }] },
    secrets: { key: 'abcdef123456' },
    answer: { status: 401 },
    hint: 'The target does not accept the credential. It comes from the header "X-Api-Key" of the node: check the token or secret there. The call was POST {target}/v1/leads, with the header "X-Api-Key".',
    path: '/node/headers/0',
  },
  {
    what: '404 without a word to a URL with a value',
    node: { ...fields, path: '/v1/plans/{{ profile.plan }}' },
    payload,
    answer: { status: 404 },
    hint: 'The target does not have this path, or nothing under it. Check the URL, the ids in it, and whether it points at the right account or environment. The call was POST {target}/v1/plans/gold, with the value of "profile.plan".',
    path: '/node/url',
  },
  {
    what: '400 without a word',
    node: fields,
    payload,
    answer: { status: 400 },
    hint: 'The target does not accept the request. Compare names and values of the fields with the documentation of the target. The call was POST {target}/v1/leads, with "email" and "plan" as application/json.',
    path: '/node/body/fields',
  },
  {
    what: '429 with a wait in its body',
    node: fields,
    payload,
    answer: { status: 429, body: { error: { text: 'Slow down', retryAfterSeconds: 30 } } },
    hint: 'The target gets too many calls: "Slow down". Slow the flow down, or ask the operator of the target for a higher limit. This request may be sent again. The answer has "retryAfterSeconds" = 30.',
    path: '/node/retry',
  },
  {
    what: 'XML with names of its own',
    node: {
      body: {
        structure: 'raw',
        contentType: 'application/xml',
        content: '<l><plan>{{ profile.plan }}</plan></l>',
      },
    },
    payload,
    answer: {
      status: 400,
      headers: { 'content-type': 'application/xml' },
      body: '<r><ok>0</ok><hinweis>plan: kein Tarif</hinweis></r>',
    },
    hint: 'The target answers 400: "plan: kein Tarif". Check the value of "plan". The node sends "gold", which comes from profile.plan.',
    path: '/node/body/content',
  },
]
