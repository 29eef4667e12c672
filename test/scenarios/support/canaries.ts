import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { writeEchoes } from '../../support/disguises.ts'
import { type Answer, hangUp } from '../../support/receiver.ts'

/** Begins every value that must not be seen. */
export const mark = 'c4n4ry'

/** One value for each place that keeps some, so that a leak names its source. */
export interface Canaries {
  readonly token: string
  readonly note: string
  readonly mounted: string
  readonly bound: string
  readonly apiKey: string
  readonly cookie: string
  readonly password: string
  readonly iban: string
  /** A key of Standard Webhooks, and what it decodes to. */
  readonly signer: string
  readonly signerKey: string
  /** The same, stored. */
  readonly sealer: string
  readonly sealerKey: string
}

const places = ['token', 'note', 'mounted', 'bound', 'apiKey', 'cookie', 'password', 'iban'] as const

/** Those that go into headers as they are. */
const inHeaders: ReadonlySet<string> = new Set(['token', 'mounted', 'apiKey', 'cookie', 'iban'])

/** Values with all that is written differently in URLs, JSON, XML, forms and base64; some chosen, some by chance. */
export function sampleCanaries(count: number): readonly Canaries[] {
  const unit = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 16 })
  const ascii = 'aB3-_.~/+=&?#%"\'\\<>;: '
  const chosen = ['', `a/b+c=d?e&f`, `"quoted" \\ 'and' <tagged>`, '%41%2f&amp;\\u0041+']
  const chance = fc.sample(fc.tuple(unit(ascii), unit(`${ascii}é€😀\t\n`)), count)
  return [...chosen.map((text) => [text, `${text} ü😀\n`] as const), ...chance].map(
    ([plain, wild], index) => {
      const values = places.map((place) => {
        const middle = inHeaders.has(place) ? plain : wild
        return [place, `${mark}-${place}-${index}-${middle}-Zq7x`] as const
      })
      const signerKey = `${mark}-signer-${index}-0123456789-Zq7x`
      const sealerKey = `${mark}-sealer-${index}-0123456789-Zq7x`
      const keys = { signer: standardKey(signerKey), signerKey, sealer: standardKey(sealerKey), sealerKey }
      return { ...Object.fromEntries(values), ...keys } as unknown as Canaries
    },
  )
}

function standardKey(key: string): string {
  return `whsec_${base64(key)}`
}

/** A call, and the values in it that must not be seen. */
export interface CanaryCall {
  readonly request: { readonly node: object; readonly [member: string]: unknown }
  /** What comes with the request. */
  readonly own: readonly string[]
  /** What comes from the service. */
  readonly stored: readonly string[]
}

const common = {
  id: 'canary',
  expect: { type: 'string', value: 'never there' },
  capture: {
    body: '{{ response.body }}',
    json: '{{ response.json }}',
    headers: '{{ response.headers | json }}',
  },
}

/** Calls that have values in every place of a node. The service has secrets that end with the index. */
export function callsWith(
  canaries: Canaries,
  index: number,
  url: string,
): readonly [CanaryCall, ...CanaryCall[]] {
  const { token, note, mounted, bound, apiKey, cookie, password, iban } = canaries
  const { signer, signerKey, sealer, sealerKey } = canaries
  const event = { hidden: base64(iban), carrier: base64(`\u0001${note}`), name: token }
  const rest = {
    tenant: 'acme',
    secrets: { token, note, signer },
    payload: { profile: { iban, when: 'now' }, event },
  }
  const everywhere = {
    ...common,
    method: 'POST',
    url: `${url}/hook?static=1`,
    auth: { type: 'bearer', token: '{{ secrets.token }}' },
    query: [{ name: 'k', value: `pre {{ secrets.bound_${index} }}` }],
    headers: [
      { name: 'X-Mounted', value: `Key {{ secrets.mounted_${index} }}` },
      { name: 'X-Api-Key', value: apiKey },
      { name: 'Cookie', value: cookie },
      { name: 'X-Iban', source: 'profile', field: 'iban', sensitive: true },
    ],
    body: { structure: 'json', content: { note: 'it is {{ secrets.note }}', list: ['{{ secrets.note }}'] } },
    signing: {
      scheme: 'standard-webhooks',
      secret: ['{{ secrets.signer }}', `{{ secrets.sealer_${index} }}`],
    },
  }
  const form = {
    ...common,
    method: 'PUT',
    url: `${url}/hook`,
    auth: { type: 'basic', username: 'flow', password },
    body: {
      structure: 'simple',
      contentType: 'application/x-www-form-urlencoded',
      fields: [
        { name: 'bound', value: `{{ secrets.bound_${index} }}` },
        { name: 'iban', source: 'profile', field: 'iban', sensitive: true },
      ],
    },
  }
  const path = {
    ...common,
    signing: {
      scheme: 'hmac',
      over: '{{ path }}{{ body }}',
      header: 'X-Signature',
      value: '{{ hex }}',
      secret: `{{ secrets.mounted_${index} }}`,
    },
    method: 'PATCH',
    url: `${url}/{{ secrets.note }}/x?y={{ secrets.token }}`,
    auth: { type: 'apiKey', in: 'query', name: 'key', value: password },
    body: { structure: 'raw', contentType: 'text/xml', content: `<a>{{ secrets.bound_${index} }}</a>` },
  }
  const file = { source: 'event', filename: '{{ event.name }}' }
  const files = {
    ...common,
    method: 'POST',
    url: `${url}/hook`,
    body: {
      structure: 'multipart',
      parts: [
        { name: 'note', value: '{{ secrets.note }}' },
        { name: 'bound', value: `{{ secrets.bound_${index} }}` },
        { ...file, name: 'hidden', field: 'hidden', sensitive: true },
        { ...file, name: 'carrier', field: 'carrier' },
      ],
    },
  }
  const alone = {
    ...common,
    method: 'PUT',
    url: `${url}/hook`,
    body: { structure: 'binary', source: 'event', field: 'hidden', sensitive: true },
  }
  return [
    {
      request: { node: everywhere, ...rest },
      own: [token, note, apiKey, cookie, iban, signer, signerKey],
      stored: [mounted, bound, sealer, sealerKey],
    },
    { request: { node: form, ...rest }, own: [token, note, password, iban], stored: [bound] },
    { request: { node: path, ...rest }, own: [token, note, password], stored: [bound, mounted] },
    { request: { node: files, ...rest }, own: [token, note, iban], stored: [bound] },
    { request: { node: alone, ...rest }, own: [token, note, iban], stored: [] },
  ]
}

/** A connection with a credential, what is sent of it, and the values that must not be seen. */
export interface CanaryConnection {
  readonly name: string
  readonly entry: object
  readonly sent: string
  readonly stored: readonly string[]
}

const hmac = { scheme: 'hmac', over: '{{ path }}{{ body }}', header: 'X-Signature', value: '{{ base64 }}' }

/** The name in the client certificate of connections. */
export const ofCertificate = 'the-caller'

/** Connections that have values in every place of an entry. */
export function connectionsWith(
  { token, mounted, apiKey, cookie, password, iban, sealer, sealerKey }: Canaries,
  index: number,
  baseUrl: string,
): readonly CanaryConnection[] {
  const digits = Buffer.from(`flow:${password}`).toString('base64')
  const rows: readonly (readonly [rest: object, sent: string, stored: readonly string[]])[] = [
    [{ auth: { type: 'bearer', token: `{{ secrets.mounted_${index} }}` } }, `Bearer ${mounted}`, [mounted]],
    [{ auth: { type: 'bearer', token: token } }, `Bearer ${token}`, [token]],
    [
      { auth: { type: 'basic', username: 'flow', password: password } },
      `Basic ${digits}`,
      [password, digits],
    ],
    [{ auth: { type: 'apiKey', in: 'header', name: 'X-K', value: apiKey } }, apiKey, [apiKey]],
    [
      { auth: { type: 'apiKey', in: 'query', name: 'k', value: password } },
      `/hook?k=${password}`,
      [password],
    ],
    [
      { headers: [{ name: 'X-Mounted', value: `Key {{ secrets.mounted_${index} }}` }] },
      `Key ${mounted}`,
      [mounted],
    ],
    [{ headers: [{ name: 'Cookie', literal: cookie }] }, cookie, [cookie]],
    [{ headers: [{ name: 'X-Iban', literal: iban, sensitive: true }] }, iban, [iban]],
    [
      { signing: { scheme: 'standard-webhooks', secret: `{{ secrets.sealer_${index} }}` } },
      'webhook-signature',
      [sealer, sealerKey],
    ],
    [
      { signing: { ...hmac, secret: [`{{ secrets.mounted_${index} }}`, `{{ secrets.sealer_${index} }}`] } },
      'X-Signature',
      [mounted, sealer],
    ],
    [
      {
        tls: {
          certificate: '{{ secrets.certificate }}',
          key: `{{ secrets.key_${index} }}`,
          passphrase: `{{ secrets.mounted_${index} }}`,
        },
      },
      ofCertificate,
      [mounted],
    ],
  ]
  return rows.map(([rest, sent, stored], row) => ({
    name: `crm-${index}-${row}`,
    entry: { baseUrl, tenants: ['acme'], ...rest },
    sent,
    stored,
  }))
}

/** A call by a connection. */
export function callOf(connection: string) {
  return { node: { ...common, method: 'POST', connection, url: '/hook' } }
}

/** What the target sends back, in every form. */
export function writeEcho(values: readonly string[]): string {
  return values.flatMap(writeEchoes).join(' ')
}

const encoded = (values: readonly string[]) => values.map(encodeURIComponent).join('&a=')
const base64 = (value: string) => Buffer.from(value).toString('base64')

/** Ways in which a target may bring values back. */
export const answersWith: Readonly<Record<string, (values: readonly string[]) => Answer>> = {
  'in its body': (values) => (_request, response) => response.end(writeEcho(values)),
  'in the body of an error': (values) => (_request, response) =>
    response
      .writeHead(500, { 'content-type': 'application/json' })
      .end(JSON.stringify({ [writeEcho(values)]: values })),
  'in headers': (values) => (_request, response) => {
    const headers = values.flatMap((value, at) => [
      `x-url-${at}`,
      encodeURIComponent(value),
      `x-${at}`,
      base64(value),
    ])
    response.writeHead(200, ['set-cookie', `sid=${mark}-chosen-by-the-target`, ...headers]).end()
  },
  'in a redirect': (values) => (_request, response) =>
    response.writeHead(302, { location: `https://elsewhere.example/?a=${encoded(values)}` }).end(),
  compressed: (values) => (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(writeEcho(values))),
  'among bytes that are no text': (values) => (_request, response) =>
    response.end(
      Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(values.join('\0')), Buffer.from([0xfe])]),
    ),
  'and breaks off': (values) => (_request, response, incoming) => {
    response.writeHead(200, { 'content-length': 99_999 })
    response.write(writeEcho(values), () => incoming.socket.destroy())
  },
  'in what is no HTTP': (values) => (_request, _response, incoming) =>
    void incoming.socket.end(writeEcho(values)),
  'not at all': () => hangUp,
}

/** Where a body is cut, so that only the beginning of a value is left. */
export function cutAnswer(limit: number, value: string): Answer {
  return (_request, response) => response.end(`${'x'.repeat(limit - mark.length - 2)}${value}`)
}
