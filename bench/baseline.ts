import Fastify from 'fastify'
import { request } from 'undici'
import type { Lead } from './examples.ts'

const app = Fastify()

app.post<{ Body: Lead }>('/v1/execute', async ({ body: { node, payload, secrets } }) => {
  const members = node.body.fields.map((field) => [
    field.name,
    'value' in field ? field.value : payload[field.source][field.field],
  ])
  const { statusCode, body } = await request(new URL(node.url), {
    method: node.method,
    headers: {
      authorization: `Bearer ${secrets.crm_token}`,
      'content-type': 'application/json',
      'x-flow': payload.flow.name,
      ...(secrets.api_key !== undefined && { 'x-api-key': secrets.api_key }),
    },
    body: JSON.stringify(Object.fromEntries(members)),
  })
  return { branch: statusCode < 300 ? 'yes' : 'no', status: statusCode, response: await body.text() }
})

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
