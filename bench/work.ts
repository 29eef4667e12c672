import type { ExecuteRequest } from '../src/execution/contract.ts'
import { serialNumber } from './requests.ts'

/** What the receiver has to find, or the request does not count. */
export const proof = {
  request: 'POST /v1/leads?source=flow',
  token: 'Bearer s3cr3t-of-the-crm',
  body: '"email":"ada.',
} as const

/** Where the receiver of a work listens, and what it is asked for. */
export interface Destination {
  readonly port: number
  readonly host?: string
  /** Bytes of the response body; by default a lead's few. */
  readonly responseBytes?: number
}

/** The execution that everything is measured with. */
export type Lead = ReturnType<typeof lead>

/** The lead of the README with ten fields. No two profiles are alike, so that no answer can be kept for the next call. */
export function lead({ port, host = 'localhost', responseBytes }: Destination) {
  const path =
    responseBytes === undefined ? '/v1/leads?source=flow' : `/v1/leads?source=flow&bytes=${responseBytes}`
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
    secrets: { crm_token: 's3cr3t-of-the-crm' },
  } satisfies ExecuteRequest
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
