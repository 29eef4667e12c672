import { Node } from '../../src/contract/node.ts'

/** What this script reads of a schema. */
interface Member {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly description?: string
}

type Property = Readonly<Record<string, unknown>>

const groupOf: Readonly<Record<string, string>> = {
  method: 'request',
  url: 'request',
  connection: 'request',
  auth: 'request',
  query: 'request',
  headers: 'request',
  body: 'request',
  expect: 'response',
  cases: 'response',
  capture: 'response',
  onError: 'response',
  branches: 'response',
}

/** The service does not look at these. */
const ignored: ReadonlySet<string> = new Set(['name', 'notes'])

/** What most nodes begin with. */
const initialValues: Readonly<Record<string, string>> = {
  method: 'POST',
  body: '={ structure: "full" }',
  branches: '={ success: "yes", error: "no", exit: "exit" }',
}

/** The element template of Camunda 8: the REST connector, with a form of the members of a node. */
export function makeTemplate(): object {
  return {
    $schema: 'https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json',
    name: 'Webhook (webhook-node)',
    id: 'webhook-node.webhook',
    version: 1,
    description: 'Executes a Webhook node and follows its branch.',
    category: { id: 'connectors', name: 'Connectors' },
    appliesTo: ['bpmn:Task'],
    elementType: { value: 'bpmn:ServiceTask' },
    engines: { camunda: '^8.6' },
    groups: [
      { id: 'service', label: 'webhook-node' },
      { id: 'execution', label: 'Execution' },
      { id: 'request', label: 'Request' },
      { id: 'response', label: 'Response' },
      { id: 'more', label: 'More', openByDefault: false },
    ],
    properties: [
      ...connector,
      ...service,
      ...Object.entries(Node.properties as Readonly<Record<string, Member>>)
        .filter(([name]) => !ignored.has(name))
        .map(([name, member]) => makeProperty(name, member)),
      ...execution,
      ...outcome,
    ],
  }
}

/** An input of the task, under a name in `node`. The REST connector does not look at it; the request body does. */
function makeProperty(name: string, member: Member): Property {
  const isRequired = Node.required.includes(name as (typeof Node.required)[number])
  const value = initialValues[name]
  return {
    id: `node.${name}`,
    label: name,
    ...(member.description === undefined ? {} : { description: member.description }),
    ...(isRequired ? { constraints: { notEmpty: true } } : { optional: true }),
    ...(value === undefined ? {} : { value }),
    ...formOf(member),
    group: groupOf[name] ?? 'more',
    binding: { type: 'zeebe:input', name: `node.${name}` },
  }
}

function formOf(member: Member): Property {
  if (member.enum !== undefined)
    return { type: 'Dropdown', choices: member.enum.map((value) => ({ name: value, value })) }
  // Written as a FEEL expression, so that the service gets a number or a boolean and no text.
  if (member.type === 'integer') return { type: 'Number', feel: 'static' }
  if (member.type === 'boolean') return { type: 'Boolean', feel: 'static' }
  if (member.type === 'string') return { type: 'String', feel: 'optional' }
  return { type: 'Text', feel: 'required' }
}

const input = (name: string) => ({ type: 'zeebe:input', name })
const header = (key: string) => ({ type: 'zeebe:taskHeader', key })

const connector: readonly Property[] = [
  {
    type: 'Hidden',
    value: 'io.camunda:http-json:1',
    binding: { type: 'zeebe:taskDefinition', property: 'type' },
  },
  { type: 'Hidden', value: '5', binding: { type: 'zeebe:taskDefinition', property: 'retries' } },
  { type: 'Hidden', value: 'POST', binding: input('method') },
  { type: 'Hidden', value: 'bearer', binding: input('authentication.type') },
]

const service: readonly Property[] = [
  {
    id: 'url',
    label: 'Address',
    description: 'The route of the service.',
    type: 'String',
    feel: 'optional',
    value: 'http://webhook-node:3000/v1/execute',
    constraints: { notEmpty: true },
    group: 'service',
    binding: input('url'),
  },
  {
    id: 'authentication.token',
    label: 'API key',
    description: 'A connector secret with the key of the service.',
    type: 'String',
    feel: 'optional',
    value: '{{secrets.WEBHOOK_NODE_KEY}}',
    constraints: { notEmpty: true },
    group: 'service',
    binding: input('authentication.token'),
  },
]

/** Inputs are evaluated in their order: the later ones use the earlier ones. */
const execution: readonly Property[] = [
  {
    id: 'idempotencyKey',
    label: 'Name of the execution',
    description:
      'An id of your process and one of the task: the same each time this task is tried, and no other.',
    type: 'String',
    feel: 'required',
    value: '=orderId + "-lead"',
    constraints: { notEmpty: true },
    group: 'execution',
    binding: input('idempotencyKey'),
  },
  {
    id: 'payload',
    label: 'Payload',
    description: 'Any of profile, event, instance and flow, each a context.',
    type: 'Text',
    feel: 'required',
    value: '={ profile: profile }',
    constraints: { notEmpty: true },
    group: 'execution',
    binding: input('payload'),
  },
  {
    id: 'deadlineMs',
    label: 'Time limit in milliseconds',
    description: 'For all attempts and pauses. The connector waits two seconds more.',
    type: 'Number',
    feel: 'static',
    value: 15_000,
    constraints: { notEmpty: true },
    group: 'execution',
    binding: input('deadlineMs'),
  },
  { type: 'Hidden', value: '=2', binding: input('connectionTimeoutInSeconds') },
  { type: 'Hidden', value: '=ceiling(deadlineMs / 1000) + 2', binding: input('readTimeoutInSeconds') },
  {
    type: 'Hidden',
    value: [
      '={',
      '  node: node,',
      '  payload: if vars = null then payload else context put(payload, "vars", vars),',
      '  idempotencyKey: idempotencyKey,',
      '  correlationId: idempotencyKey,',
      '  deadlineMs: deadlineMs,',
      '  diagnostics: "brief"',
      '}',
    ].join('\n'),
    binding: input('body'),
  },
]

/**
 * A repeat is left to the service's word, and at most five times. What the author can mend is a BPMN error. All else is an
 * incident: the process stays where it is until a person lets the task be tried again.
 */
const errorExpression = [
  '=if error = null and response.body.branch != null then null',
  'else if error.variables.response.body.repeat = "safe" then',
  '  jobError(error.message, {}, job.retries - 1, @"PT5S")',
  'else if list contains(["invalid_request", "payload_too_large", "idempotency_key_reused"], error.variables.response.body.code) then',
  '  bpmnError(error.variables.response.body.code, error.variables.response.body.detail, { webhookProblem: error.variables.response.body })',
  'else jobError(if error = null then "no reply of webhook-node" else error.message, {}, 0)',
].join('\n')

const outcome: readonly Property[] = [
  { type: 'Hidden', value: '={ webhook: response.body }', binding: header('resultExpression') },
  { type: 'Hidden', value: errorExpression, binding: header('errorExpression') },
  { type: 'Hidden', value: 'webhook', binding: { type: 'zeebe:output', source: '=webhook' } },
  {
    type: 'Hidden',
    value: 'vars',
    binding: {
      type: 'zeebe:output',
      source: '=if vars = null then webhook.captured else context merge([vars, webhook.captured])',
    },
  },
]
