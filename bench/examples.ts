import { createHash } from 'node:crypto'
import type { ExecuteRequest } from '../src/contract/execution.ts'
import { serialNumber } from './requests.ts'

// The requests of a measurement, and their responses. A new example is another entry of `examples`. If it sends other
// headers or needs another response, it also needs a route, and the bare forwarder must send these headers, too.

/** An execution to measure with. */
export interface Example {
  readonly name: string
  /** For --help. */
  readonly what: string
  /** For a receiver on localhost. */
  readonly request: (port: number) => ExecuteRequest
}

/** What a receiver demands of requests for a path, so that they count, and its response, with status 201. */
export interface Route {
  /** With the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** A text that the body must contain. */
  readonly body: string
  /** The least number of digits of the body's length. nginx sees only the length of a body. */
  readonly lengthDigits: number
  /** JSON. */
  readonly answer: string
}

/** In every response, and so in the reply of every contender that does the work. */
export const answerId = 'L-1001'

/** Sizes of responses that a lead may ask for. */
export const responseKilobytes: readonly number[] = [1, 10, 100, 1_000]

const crmToken = 's3cr3t-of-the-crm'
const apiKey = 'k3y-of-the-second-system'

/** 32 bytes in JSON. */
const sentence = 'Ada said "yes" on the phone.\n'

/** With the rest of the body just below 64 KiB, the most that a reply shows. */
const notes = sentence.repeat(2_031)

export const examples: readonly Example[] = [
  {
    name: 'lead',
    what: 'ten fields as JSON and one credential',
    request: (port) => lead({ port }),
  },
  {
    name: 'lead-two-credentials',
    what: 'the lead with a second credential in a header',
    request: withSecondCredential,
  },
  {
    name: 'lead-64-kib',
    what: 'the lead with a text of 64 KiB in request and response, with line breaks and quotes in it',
    request: withNotes,
  },
  {
    name: 'lead-500-secrets',
    what: 'the lead with 500 values in "secrets", of which one is used',
    request: withManySecrets,
  },
]

const leadHeaders = { authorization: `Bearer ${crmToken}`, 'x-flow': 'Nurture' }
const leadBody = { body: '"email":"ada.', lengthDigits: 3 }
const twoCredentialsPath = '/v1/leads?source=two-systems'
const notesPath = '/v1/leads?source=phone'

export const routes: readonly Route[] = [
  { path: leadPath(), headers: leadHeaders, ...leadBody, answer: JSON.stringify({ id: answerId }) },
  ...responseKilobytes.map((kilobytes) => ({
    path: leadPath(kilobytes),
    headers: leadHeaders,
    ...leadBody,
    answer: createAnswer(kilobytes * 1_000),
  })),
  {
    path: twoCredentialsPath,
    headers: { ...leadHeaders, 'x-api-key': apiKey },
    ...leadBody,
    answer: JSON.stringify({ id: answerId }),
  },
  {
    path: notesPath,
    headers: leadHeaders,
    body: JSON.stringify(sentence).slice(1, -1),
    lengthDigits: 5,
    answer: JSON.stringify({ id: answerId, notes }),
  },
]

/** The path of the lead, with a response of a given size if asked for. */
export function leadPath(kilobytes?: number): string {
  return kilobytes === undefined ? '/v1/leads?source=flow' : `/v1/leads?source=flow&kilobytes=${kilobytes}`
}

function createAnswer(bytes: number): string {
  const start = `{"id":"${answerId}","text":"`
  return `${start.padEnd(bytes - 2, 'lead ')}"}`
}

/** The target of the lead. */
export interface Destination {
  readonly port: number
  readonly host?: string
  readonly path?: string
}

export type Lead = ReturnType<typeof lead>

/** The lead of the README with ten fields. Every profile differs, so that nothing can be cached between calls. */
export function lead({ port, host = 'localhost', path = leadPath() }: Destination) {
  return {
    node: {
      id: 'crm-lead',
      method: 'POST',
      url: `https://${host}:${port}${path}`,
      auth: { type: 'bearer', token: '{{ secrets.crm_token }}' },
      headers: [{ name: 'X-Flow', value: '{{ flow.name }}' }],
      body: { structure: 'simple', contentType: 'application/json', fields: [...fields] },
      expect: { type: 'status', value: '2xx' },
      branches: { success: 'yes', error: 'no' },
      capture: { leadId: '{{ response.json.id }}' },
    },
    payload: {
      profile,
      event: { type: 'form_submitted', form: 'demo' } as Attributes,
      flow: { name: 'Nurture' },
    },
    secrets: { crm_token: crmToken } as Readonly<Record<string, string>>,
  } satisfies ExecuteRequest
}

/** The lead as an engine sends it that renders its templates itself. */
export function rendered({ node, payload }: Lead) {
  return {
    node: {
      ...node,
      templates: 'none' as const,
      auth: { ...node.auth, token: crmToken },
      headers: [{ name: 'X-Flow', value: payload.flow.name }],
    },
    payload,
  } satisfies ExecuteRequest
}

function withSecondCredential(port: number): ExecuteRequest {
  const { node, payload, secrets } = lead({ port, path: twoCredentialsPath })
  const headers = [...node.headers, { name: 'X-Api-Key', value: '{{ secrets.api_key }}' }]
  return { node: { ...node, headers }, payload, secrets: { ...secrets, api_key: apiKey } }
}

function withNotes(port: number): ExecuteRequest {
  const { node, payload, secrets } = lead({ port, path: notesPath })
  const body = {
    ...node.body,
    fields: [...fields, { name: 'notes', source: 'event', field: 'notes' }] as const,
  }
  const event = { ...payload.event, notes }
  return {
    node: { ...node, body: { ...body, fields: [...body.fields] } },
    payload: { ...payload, event },
    secrets,
  }
}

function withManySecrets(port: number): ExecuteRequest {
  const { node, payload, secrets } = lead({ port })
  const unused = Array.from({ length: 499 }, (_, at) => [`unused_${at}`, valueLikeASecret(at)])
  return { node, payload, secrets: { ...Object.fromEntries(unused), ...secrets } }
}

function valueLikeASecret(seed: number): string {
  return createHash('sha256').update(`secret ${seed}`).digest('base64url').slice(0, 32)
}

type Field =
  | { readonly name: string; readonly source: 'profile' | 'event'; readonly field: string }
  | { readonly name: string; readonly value: string }

const fields: readonly Field[] = [
  { name: 'email', source: 'profile', field: 'email' },
  { name: 'first_name', source: 'profile', field: 'first_name' },
  { name: 'last_name', source: 'profile', field: 'last_name' },
  { name: 'company', source: 'profile', field: 'company' },
  { name: 'country', source: 'profile', field: 'country' },
  { name: 'phone', source: 'profile', field: 'phone' },
  { name: 'score', source: 'profile', field: 'lead_score' },
  { name: 'tags', source: 'profile', field: 'tags' },
  { name: 'event', source: 'event', field: 'type' },
  { name: 'form', value: '{{ event.form | upcase }}' },
]

type Attributes = Readonly<Record<string, unknown>>

const profile: Attributes = {
  id: `p-${serialNumber}`,
  email: `ada.${serialNumber}@example.com`,
  first_name: 'Ada',
  last_name: 'Lovelace',
  company: 'Analytical Engines Ltd',
  country: 'GB',
  phone: '+44 20 7946 0000',
  lead_score: 97,
  tags: ['analytics', 'newsletter'],
}
