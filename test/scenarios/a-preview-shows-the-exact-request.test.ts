import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { dnsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const node = {
  id: 'crm-lead',
  method: 'POST',
  auth: { type: 'bearer', token: '{{ secrets.crm_token }}' },
  query: [{ name: 'email', source: 'profile', field: 'email' }],
  headers: [{ name: 'X-Flow', value: "{{ flow.name }}'s" }],
  body: { structure: 'simple', fields: [{ name: 'score', source: 'profile', field: 'score' }] },
}
const payload = { profile: { email: 'ada@example.com', score: 97 }, flow: { name: 'Ada' } }

describe('a preview shows the exact request, and nothing leaves the house', () => {
  it('shows what an execution would send', async () => {
    const target = await receiver(json(200, {}))
    const { preview, execute } = await service()
    const call = { node: { ...node, url: `${target.url}/leads` }, payload, secrets: { crm_token: 's3cr3t' } }

    const previewed = await preview(call)
    const executed = await execute(call)

    expect(previewed.request).toEqual(executed.request)
    expect(target.received).toHaveLength(1)
  })

  it('writes a curl command whose secrets are shell variables', async () => {
    const { preview } = await service()
    const secrets = { crm_token: 's3cr3t-value' }

    const { curl } = await preview({ node: { ...node, url: 'https://crm.example/leads' }, payload, secrets })

    expect(curl?.split(' \\\n  ')).toEqual([
      "curl --request 'POST' --url 'https://crm.example/leads?email=ada%40example.com'",
      expect.stringMatching(/^--header 'User-Agent: webhook-node\/[\d.]+'$/),
      "--header 'Accept: */*'",
      "--header 'Content-Type: application/json'",
      `--header 'Authorization: Bearer '"$crm_token"`,
      "--header 'X-Flow: Ada'\\''s'",
      `--data-raw '{"score":97}'`,
      "--max-time '10'",
    ])
  })

  it('needs no values of secrets', async () => {
    const { preview } = await service()

    const { request, curl } = await preview({ node: { ...node, url: 'https://crm.example/leads' }, payload })

    expect(request?.headers).toContainEqual(['Authorization', '•••'])
    expect(curl).toContain('"$crm_token"')
  })

  it('opens no connection and asks no name server', async () => {
    const dns = await dnsServer({ 'crm.example': { a: ['127.0.0.1'] } })
    const target = await receiver(json(200, {}))
    const connections: unknown[] = []
    target.server.on('connection', (socket) => connections.push(socket))
    const { preview } = await service({ dns: dns.address, allow: `crm.example:${target.port}` })

    const { request } = await preview({
      node: { ...node, url: `https://crm.example:${target.port}/` },
      payload,
      simulate: { status: 200 },
    })

    expect(request?.url).toBe(`https://crm.example:${target.port}/?email=ada%40example.com`)
    expect(dns.questions).toEqual([])
    expect(connections).toEqual([])
  })

  it('warns as an execution does', async () => {
    const { preview } = await service()
    const query = [{ name: 'email', source: 'profile', field: 'e_mail' }]

    const { warnings } = await preview({
      node: { method: 'GET', url: 'https://crm.example/', query },
      payload,
    })

    expect(warnings).toMatchObject([
      { code: 'value_empty', path: '/node/query/0', message: expect.stringContaining('"email"') },
    ])
  })
})
