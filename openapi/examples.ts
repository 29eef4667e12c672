import type { RedriveRequest, SubmitRequest } from '../src/contract/durable.ts'
import type { ExecuteRequest, PreviewRequest } from '../src/contract/execution.ts'

/** A body with a name, as OpenAPI shows it in a drop-down. */
export interface Example<T> {
  readonly summary: string
  readonly description: string
  readonly value: T
}

const payload = {
  profile: {
    id: 'p-2041',
    email: 'ada@example.com',
    first_name: 'Ada',
    lead_score: 97,
    tags: ['analytics', 'newsletter'],
  },
  event: { type: 'form_submitted', form: 'demo' },
  flow: { name: 'Nurture' },
}

const lead = {
  node: {
    id: 'crm-lead',
    method: 'POST',
    url: 'https://receiver.test:8443/v1/leads?source=flow',
    auth: { type: 'bearer', token: '{{ secrets.crm_token }}' },
    headers: [{ name: 'X-Flow', value: '{{ flow.name }}' }],
    body: {
      structure: 'simple',
      contentType: 'application/json',
      fields: [
        { name: 'email', source: 'profile', field: 'email' },
        { name: 'score', source: 'profile', field: 'lead_score' },
        { name: 'form', value: '{{ event.form | upcase }}' },
      ],
    },
    expect: { type: 'status', value: '2xx' },
    branches: { success: 'yes', error: 'no' },
    capture: { leadId: '{{ response.json.id }}' },
  },
  payload,
  secrets: { crm_token: 's3cr3t' },
} satisfies ExecuteRequest

const subscription = {
  node: {
    id: 'newsletter',
    method: 'GET',
    url: 'https://receiver.test:8443/v1/subscribe?list=weekly',
    query: [
      { name: 'email', source: 'profile', field: 'email' },
      { name: 'name', source: 'profile', field: 'first_name' },
      { name: 'tag', source: 'profile', field: 'tags' },
      { name: 'via', source: 'event', field: 'type' },
    ],
    expect: { type: 'string', value: 'subscribed' },
    branches: { success: 'yes', error: 'no' },
  },
  payload,
} satisfies ExecuteRequest

const conditionalField = {
  node: {
    id: 'profile-sync',
    method: 'PUT',
    url: 'https://receiver.test:8443/v1/profiles/{{ profile.id }}',
    body: {
      structure: 'simple',
      fields: [
        { name: 'email', source: 'profile', field: 'email' },
        { name: 'segment', value: 'hot', when: 'profile.lead_score > 50' },
        { name: 'segment', value: 'cold', when: 'profile.lead_score <= 50' },
        { name: 'phone', source: 'profile', field: 'phone', ifEmpty: 'omit' },
      ],
    },
  },
  payload,
} satisfies ExecuteRequest

const unexpectedStatus = {
  node: {
    id: 'crm-lead',
    method: 'POST',
    url: 'https://receiver.test:8443/v1/leads?source=flow',
    auth: { type: 'bearer', token: '{{ secrets.crm_token }}' },
    body: { structure: 'full', source: 'profile' },
    expect: { type: 'status', value: 200 },
    branches: { success: 'yes', error: 'no' },
  },
  payload,
  secrets: { crm_token: 's3cr3t' },
} satisfies ExecuteRequest

const slowTarget = {
  node: {
    id: 'slow-report',
    method: 'GET',
    url: 'https://receiver.test:8443/v1/slow',
    timeoutMs: 1000,
    onError: 'exit',
  },
} satisfies ExecuteRequest

const deniedAddress = {
  node: { id: 'metadata', method: 'GET', url: 'https://169.254.169.254/latest/meta-data/' },
} satisfies ExecuteRequest

/**
 * Bodies of `POST /v1/execute` by name. They run unchanged against the demo's receiver at
 * `https://receiver.test:8443`, and each description says what it answers.
 */
export const executeExamples = {
  lead: {
    summary: 'A lead as JSON, with a captured id',
    description:
      'Sends chosen fields with a Bearer token. The receiver answers 201 with `{"id":"L-1001"}`, and the id comes back as `captured.leadId` for later nodes.',
    value: lead,
  },
  subscription: {
    summary: 'A profile as URL parameters, judged by a text',
    description:
      'Attributes of the profile and of the event become URL parameters. The receiver answers 200 with a text that contains `subscribed`.',
    value: subscription,
  },
  conditional_field: {
    summary: 'A field that is sent on a condition',
    description:
      'The segment is `hot` only if the score is above 50. A missing phone number is left out. The receiver answers 200.',
    value: conditionalField,
  },
  unexpected_status: {
    summary: '201 where 200 was expected',
    description:
      'The receiver answers 201, but the node accepts only 200: the error branch, with a hint that names the solution.',
    value: unexpectedStatus,
  },
  timeout: {
    summary: 'A target that is too slow',
    description:
      'The receiver takes longer than the one second that the node waits, so the profile leaves the flow through the branch `exit`.',
    value: slowTarget,
  },
  denied_address: {
    summary: 'An address that may not be called',
    description: 'The metadata service of a cloud is never called: the error branch, with nothing sent.',
    value: deniedAddress,
  },
} satisfies Readonly<Record<string, Example<ExecuteRequest>>>

/** More than two outcomes, and a rule for further attempts. */
const outcomes = {
  cases: [
    { branch: 'exists', when: { type: 'status', value: 409 } },
    {
      branch: 'later',
      succeeded: false,
      when: { type: 'failure', value: ['response_timeout', 'connect_refused'] },
    },
  ],
  retry: {
    delaysMs: [1_000, 5_000],
    on: ['connect', 429, 503],
    resetHeaders: [{ name: 'X-RateLimit-Reset', unit: 'epochSeconds' }],
  },
} satisfies Partial<PreviewRequest['node']>

/** Bodies of `POST /v1/preview` by name. */
export const previewExamples = {
  lead_created: {
    summary: 'A lead, and a target that creates it',
    description: 'The request of the lead, the same as a curl command, and the branch that a 201 takes.',
    value: { ...lead, simulate: { status: 201, body: '{"id":"L-1001"}' } },
  },
  lead_exists: {
    summary: 'A lead that the target knows already',
    description:
      'A case gives 409 a branch of its own. The retry rule repeats what can do no harm, and waits as long as the target asks for.',
    value: {
      ...lead,
      node: { ...lead.node, ...outcomes },
      idempotencyKey: 'instance-4711-step-3',
      simulate: { status: 409, body: '{"id":"L-1001"}' },
    },
  },
  subscription: {
    summary: 'URL parameters, without a simulated response',
    description: 'Only the request: what a profile looks like as URL parameters.',
    value: subscription,
  },
  wrong_password: {
    summary: 'A target that refuses the credential',
    description: 'What the flow does when the token is wrong.',
    value: { ...lead, simulate: { status: 401, body: '{"error":"invalid token"}' } },
  },
  timeout: {
    summary: 'A target that does not answer in time',
    description: 'Which branch the flow takes, without waiting for it.',
    value: { ...slowTarget, simulate: { failure: 'response_timeout' } },
  },
} satisfies Readonly<Record<string, Example<PreviewRequest>>>

const ok = { ok: { summary: 'The service works', description: 'It takes calls.', value: { status: 'ok' } } }

/** Replies that are not recorded, by operation and name. */
export const fixedExamples = {
  listConnections: {
    connections: {
      summary: 'Two connections',
      description: 'What a node may name, without credentials.',
      value: {
        connections: [
          {
            name: 'crm',
            host: 'api.crm.example',
            auth: 'bearer',
            headers: ['X-Api-Version'],
            tls: false,
            signing: true,
            retry: true,
            limits: true,
            tenants: ['acme'],
          },
          {
            name: 'mail',
            host: 'mail.example:8443',
            auth: null,
            headers: [],
            tls: false,
            signing: false,
            retry: false,
            limits: false,
            tenants: null,
          },
        ],
      },
    },
  },
  isLive: ok,
  isReady: ok,
  getMetrics: {
    executions: {
      summary: 'Two series',
      description: 'Executions by branch and reason.',
      value: `# HELP webhook_node_executions_total Executions that ended, by branch, code of the reason, and blame: who has to act.
# TYPE webhook_node_executions_total counter
webhook_node_executions_total{branch="success",code="expectation_met",blame="none"} 97
webhook_node_executions_total{branch="error",code="connect_timeout",blame="target"} 3
`,
    },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Example<unknown>>>>>

const { secrets: _, ...durableLead } = lead

/** Bodies of `POST /v1/executions`. */
export const submitExamples: Readonly<Record<string, Example<SubmitRequest>>> = {
  one: {
    summary: 'Deliver a lead, whatever happens',
    description: 'The service goes on for up to two days. The reply says where the result will be.',
    value: {
      ...durableLead,
      node: { ...durableLead.node, retry: { attempts: 50, maxDelayMs: 3_600_000, totalMs: 172_800_000 } },
      idempotencyKey: 'instance-4711-step-3',
    },
  },
  many: {
    summary: 'The same node for several profiles',
    description: 'All of them are accepted, or none.',
    value: {
      node: durableLead.node,
      items: [
        { payload, idempotencyKey: 'instance-1-step-3' },
        { payload, idempotencyKey: 'instance-2-step-3' },
      ],
    },
  },
}

/** Bodies of `POST /v1/executions/redrive`. */
export const redriveExamples: Readonly<Record<string, Example<RedriveRequest>>> = {
  count: {
    summary: 'Count what could be executed again',
    description: 'Nothing is done.',
    value: { filter: { code: 'connect_refused', host: 'receiver.test' }, dryRun: true },
  },
  again: {
    summary: 'Execute again what has failed',
    description: 'Twenty executions in a second, and 500 at most.',
    value: { filter: { code: 'connect_refused', host: 'receiver.test' }, perSecond: 20 },
  },
}
