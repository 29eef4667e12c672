/** A node for each service task, under its id. */
export const nodes = {
  lead: {
    id: 'crm-lead',
    method: 'POST',
    url: 'https://receiver.test:8443/v1/leads',
    body: { structure: 'simple', fields: [{ name: 'email', source: 'profile', field: 'email' }] },
    branches: { success: 'yes', error: 'no' },
    cases: [{ branch: 'exit', succeeded: false, when: { type: 'status', value: 410 } }],
    capture: { leadId: '{{ response.json.id }}' },
  },
  welcome: {
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
  },
}
