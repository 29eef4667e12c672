// A flow of two nodes: creates a lead, and greets it under the id that the CRM gave.
//
//   node flow.ts INSTANCE
import { createClient, type Node } from '../../clients/typescript/src/index.ts'
import { takeStep } from './step.ts'

const lead: Node = {
  id: 'crm-lead',
  method: 'POST',
  url: 'https://receiver.test:8443/v1/leads',
  body: { structure: 'simple', fields: [{ name: 'email', source: 'profile', field: 'email' }] },
  branches: { success: 'yes', error: 'no' },
  cases: [{ branch: 'exit', succeeded: false, when: { type: 'status', value: 410 } }],
  capture: { leadId: '{{ response.json.id }}' },
}

const welcome: Node = {
  id: 'welcome',
  method: 'POST',
  url: 'https://receiver.test:8443/v1/messages',
  body: {
    structure: 'simple',
    fields: [
      { name: 'lead', source: 'vars', field: 'leadId' },
      { name: 'text', value: 'Welcome, {{ profile.first_name }}' },
    ],
  },
  branches: { success: 'yes', error: 'no' },
}

const { WEBHOOK_NODE_URL: baseUrl = 'http://127.0.0.1:3000', WEBHOOK_NODE_KEY: apiKey } = process.env
const client = createClient({ baseUrl, apiKey })
const [instance = 'node-1'] = process.argv.slice(2)
const payload = { profile: { email: 'ada@example.com', first_name: 'Ada' } }

const created = await takeStep(client, { instance, activity: 'lead', node: lead, payload })
if (created.action === 'follow' && created.branch === 'yes') {
  // What the first node captured is in `vars` of the next.
  const known = { ...payload, vars: created.captured }
  report('greeted:', await takeStep(client, { instance, activity: 'welcome', node: welcome, payload: known }))
} else {
  report('no lead:', created)
}

/** Another branch is an end of the flow, too. A node that could not be executed is a failure. */
function report(what: string, step: Awaited<ReturnType<typeof takeStep>>) {
  console.log(what, step)
  if (step.action !== 'follow') process.exitCode = 1
}
