import { describe, expect, it } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const profile = {
  id: 'p-1',
  email: 'ada@example.com',
  score: 0,
  visits: 3,
  phone: '',
  first: null,
  tags: ['a', 'b'],
  none: [],
}

const body = (content: unknown) => ({ structure: 'json', content })

/** What a target received of a node, and the reply. */
async function send(node: object, rest: object = {}) {
  const target = await receiver(json(200, { id: 7, count: 0 }))
  const { execute } = await service()
  const { path = '/', ...others } = node as { path?: string }
  const reply: ExecuteReply = await execute({
    node: { method: 'POST', ...others, url: target.url + path },
    payload: { profile, event: { type: 'x' } },
    ...rest,
  })
  const [received] = target.received
  return { reply, target: received?.target, body: received?.body.toString() }
}

/** The complaints of a 400, as `path: message`. */
async function refusal(node: object) {
  const { post } = await service()
  const { status, body: problem } = await post<{ errors: { path: string; message: string }[] }>(
    '/v1/execute',
    {
      node: { method: 'POST', url: 'https://hooks.example/', ...node },
      payload: { profile },
    },
  )
  expect(status).toBe(400)
  return problem.errors.map(({ path, message }) => `${path}: ${message}`)
}

describe('a blank within a path', () => {
  it('changes nothing in a query, a path, a body, a condition and a capture', async () => {
    const {
      reply,
      target,
      body: sent,
    } = await send({
      path: '/{{ profile .id }}',
      query: [{ name: 'q', value: '{{ profile .email }}', when: 'profile .visits == 3' }],
      body: body({ tag: '{{ profile.tags [0] }}', all: '{% for t in profile\n.tags %}{{ t }}{% endfor %}' }),
      expect: { type: 'condition', value: 'response .json .id == 7 and response ["status"] == 200' },
      capture: { id: '{{ response . json . id }}' },
    })

    expect(target).toBe('/p-1?q=ada%40example.com')
    expect(sent).toBe('{"tag":"a","all":"ab"}')
    expect(reply).toMatchObject({ branch: 'success', captured: { id: 7 }, warnings: [] })
  })
})

describe('a template that would mean something else', () => {
  const when = (condition: string) => ({ query: [{ name: 'q', value: 1, when: condition }] })
  const expects = (value: string) => ({ expect: { type: 'condition', value } })
  const query = (value: string) => ({ query: [{ name: 'q', value }] })

  it.each<[node: object, path: string, said: string]>([
    [expects('response.body contains "errors" == false'), '/node/expect/value', 'cannot be chained'],
    [expects('200 <= response.status < 300'), '/node/expect/value', 'cannot be chained'],
    [
      expects('response.status == 200 or response.json.a and response.json.b'),
      '/node/expect/value',
      'cannot be mixed',
    ],
    [expects('response.body contains "a" or "b"'), '/node/expect/value', 'repeat the comparison'],
    [expects('response.json.state == "OK" | downcase'), '/node/expect/value', 'in parentheses'],
    [expects('response.statusCode == 200'), '/node/expect/value', '"response.status"'],
    [expects('status == 200'), '/node/expect/value', '"response.status"'],
    [expects('response.body.id == 7'), '/node/expect/value', '"response.json.id"'],
    [when('score > 50'), '/node/query/0/when', '"profile.score"'],
    [when('Profile.score > 50'), '/node/query/0/when', '"profile.score"'],
    [when('response.status == 200'), '/node/query/0/when', 'There is no response yet'],
    [
      query('{{ profile.first + " " + profile.last }}'),
      '/node/query/0/value',
      'texts are joined as in {{ a }} {{ b }} or a | append: b',
    ],
    [query('{% for t of profile.tags %}{{ t }}{% endfor %}'), '/node/query/0/value', 'write "in" for "of"'],
    [query('{{ secrets.crm-token }}'), '/node/query/0/value', 'write "_" for "-"'],
    [query('{{ response.json.id }}'), '/node/query/0/value', '{{ vars.NAME }}'],
    [expects('$statusCode == 200'), '/node/expect/value', 'write response.status.'],
    [{ url: 'https://127.0.0.1:99999/' }, '/node/url', 'a port is a number from 1 to 65535'],
    [{ url: 'htps://receiver.example/' }, '/node/url', 'write https:// for what is before the host'],
    [{ headers: [{ name: 'X-A:', value: 'b' }] }, '/node/headers/0/name', 'write it without the colon'],
    [{ headers: [{ name: 'X A', value: 'b' }] }, '/node/headers/0/name', 'write "-" for a blank within it'],
    [
      { headers: [{ name: 'X-A', value: 'b\nX-C: d' }] },
      '/node/headers/0/value',
      'one entry for each header',
    ],
    [query('{{ email }}'), '/node/query/0/value', '"profile.email"'],
    [
      query('{% if profile.a and profile.b or profile.c %}x{% endif %}'),
      '/node/query/0/value',
      'cannot be mixed',
    ],
    [{ url: 'https://hooks.example/{{ id }}' }, '/node/url', '"profile.id"'],
    [{ auth: { type: 'bearer', token: '{{ crm_token }}' } }, '/node/auth/token', 'write {{ secrets.NAME }}'],
    [{ body: body({ a: '{{ profil.email }}' }) }, '/node/body/content/a', '"profile.email"'],
    [{ capture: { id: '{{ json.id }}' } }, '/node/capture/id', '"response.json.id"'],
  ])('is a 400 with the nearest right form: %j', async (node, path, said) => {
    const [complaint, ...others] = await refusal(node)

    expect(others).toEqual([])
    expect(complaint).toContain(`${path}: `)
    expect(complaint).toContain(said)
  })

  it('is a 400 in a preview, too, which sends nothing', async () => {
    const { post } = await service()
    const node = { method: 'GET', url: 'https://hooks.example/', ...when('score > 50') }

    const { status } = await post('/v1/preview', { node })

    expect(status).toBe(400)
  })
})

describe('a negation in parentheses', () => {
  it.each([
    ['response.status == 200 and (not response.json.error)', 'success'],
    ['response.status == 200 and (not response.json.id)', 'error'],
    ['(not response.json.error)', 'success'],
    ['(not response.json.id) == profile.visits', 'error'],
  ])('decides the branch: %s: %s', async (value, branch) => {
    const { reply } = await send({ expect: { type: 'condition', value } })

    expect(reply.branch).toBe(branch)
  })

  it('decides what is sent', async () => {
    const { target } = await send({
      query: [
        { name: 'a', value: 1, when: '(not profile.phone)' },
        { name: 'b', value: 1, when: '(not profile.email)' },
        { name: 'c', value: '{{ profile.tags | reject_exp: "t", "not t contains \'a\'" | join: "," }}' },
      ],
    })

    expect(target).toBe('/?a=1&c=a')
  })
})

describe('a placeholder where none is filled in', () => {
  it.each<[node: object, path: string]>([
    [{ query: [{ name: '{{ profile.k }}', value: 1 }] }, '/node/query/0/name'],
    [{ headers: [{ name: 'X-{{ profile.k }}', value: 1 }] }, '/node/headers/0/name'],
    [
      { body: { structure: 'simple', fields: [{ name: '{{ profile.k }}', value: 1 }] } },
      '/node/body/fields/0/name',
    ],
    [{ body: body({ '{{ profile.k }}': 1 }) }, '/node/body/content/{{ profile.k }}'],
    [{ body: { structure: 'raw', contentType: '{{ profile.k }}', content: '' } }, '/node/body/contentType'],
    [{ auth: { type: 'apiKey', in: 'query', name: '{{ profile.k }}', value: 'key-1' } }, '/node/auth/name'],
    [{ expect: { type: 'string', value: '{{ profile.id }}' } }, '/node/expect/value'],
    [{ branches: { error: '{{ flow.next }}' } }, '/node/branches/error'],
  ])('is a 400: %j', async (node, path) => {
    const complaints = await refusal(node)

    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toContain(`${path}: must not contain a placeholder`)
  })

  it('is sent as it stands where the node has no templates', async () => {
    const { target, reply } = await send({
      templates: 'none',
      query: [{ name: '{{ k }}', value: '{{ v }}' }],
      expect: { type: 'string', value: '{{ x }}' },
    })

    expect(target).toBe('/?%7B%7B%20k%20%7D%7D=%7B%7B%20v%20%7D%7D')
    expect(reply.branch).toBe('error')
  })
})

describe('the number zero', () => {
  it('is a value that default leaves as it is, and that conditions take as true', async () => {
    const { body: sent, reply } = await send({
      body: body({
        score: '{{ profile.score | default: 50 }}',
        phone: '{{ profile.phone | default: "none" }}',
        tags: '{{ profile.none | default: "none" }}',
        rated: '{% if profile.score %}yes{% else %}no{% endif %}',
        called: '{% unless profile.phone %}never{% endunless %}',
      }),
      query: [
        { name: 'a', value: 1, when: 'profile.score' },
        { name: 'b', value: 1, when: 'profile.phone' },
        { name: 'c', value: 1, when: 'not profile.first and profile.score' },
      ],
      expect: { type: 'condition', value: 'response.json.count' },
    })

    expect(sent).toBe('{"score":0,"phone":"none","tags":"none","rated":"yes","called":"never"}')
    expect(reply).toMatchObject({ branch: 'success', request: { url: expect.stringMatching(/\?a=1&c=1$/) } })
  })
})

describe('a calculation without a result', () => {
  it.each([
    ['{{ profile.visits | divided_by: profile.score }}', 'divided_by', 'a number'],
    ['{{ 5 | modulo: 0 }}', 'modulo', 'a number'],
    ['{{ profile.email | plus: 1 }}', 'plus', 'a text'],
    ['{{ profile.tags | times: 2 }}', 'times', 'a list'],
    ['{{ profile.email | to_integer }}', 'to_integer', 'a text'],
  ])('ends the call: %s', async (value, filter, kind) => {
    const { reply, target } = await send({ query: [{ name: 'q', value }] })

    expect(target).toBeUndefined()
    expect(reply).toMatchObject({
      branch: 'error',
      delivered: 'no',
      reason: { code: 'template_failed', path: '/node/query/0/value', blame: 'node' },
    })
    expect(reply.reason.message).toContain(`"${filter}"`)
    expect(reply.reason.message).toContain(kind)
    expect(reply.reason.message).not.toContain('ada@')
  })

  it('is null in a capture, with a warning that names the filter', async () => {
    const { reply } = await send({
      capture: { rate: '{{ response.json.id | divided_by: response.json.count }}' },
    })

    expect(reply).toMatchObject({ branch: 'success', captured: { rate: null } })
    expect(reply.warnings).toMatchObject([
      { code: 'capture_failed', message: expect.stringContaining('"divided_by"') },
    ])
  })
})

describe('a missing value', () => {
  it.each(['slice: 0', 'first', 'sort', 'pop', 'split: ","', 'map: "a"', 'sample', 'uniq', 'where: "a"'])(
    'stays missing through %s in a path',
    async (filter) => {
      const { reply, target } = await send({ path: `/i/{{ profile.first | ${filter} }}` })

      expect(target).toBeUndefined()
      expect(reply.reason.code).toBe('value_missing')
    },
  )
})

describe('the execution as a variable of a template', () => {
  const named = {
    node: '{{ node.id }}',
    id: '{{ execution.id }}',
    key: '{{ execution.idempotencyKey }}',
    correlation: '{{ execution.correlationId }}',
    tenant: '{{ execution.tenant }}',
  }

  it('has the names that the client gave', async () => {
    const { reply, body: sent } = await send(
      { id: 'n-1', body: body(named), capture: { tenant: '{{ execution.tenant }}-{{ response.json.id }}' } },
      { idempotencyKey: 'step-3', correlationId: 'instance-4711', tenant: 'acme' },
    )

    const { executionId } = reply
    expect(JSON.parse(sent ?? '')).toEqual({
      ...{ node: 'n-1', id: executionId },
      ...{ key: 'step-3', correlation: 'instance-4711', tenant: 'acme' },
    })
    expect(reply).toMatchObject({ captured: { tenant: 'acme-7' }, warnings: [] })
  })

  it('has null for what the client did not give', async () => {
    const { reply, body: sent } = await send({ body: body(named) })

    expect(JSON.parse(sent ?? '')).toMatchObject({ node: null, key: null, correlation: null, tenant: null })
    expect(reply.warnings).toEqual([])
  })

  it('has the key that goes out where the client gave none', async () => {
    const { reply, body: sent } = await send({ body: body(named), idempotent: true })

    expect(JSON.parse(sent ?? '').key).toBe(reply.idempotencyKey)
    expect(reply.idempotencyKey).toBe(reply.executionId)
  })

  it('has the key of the client though a header of the node takes its place', async () => {
    const { reply, body: sent } = await send(
      { body: body(named), headers: [{ name: 'Idempotency-Key', value: 'own' }] },
      { idempotencyKey: 'step-3' },
    )

    expect(JSON.parse(sent ?? '').key).toBe('step-3')
    expect(reply.idempotencyKey).toBe('own')
  })

  it('is there in a preview, too', async () => {
    const { preview } = await service()
    const { request } = await preview({
      node: { method: 'POST', url: 'https://hooks.example/', body: body(named) },
      ...{ idempotencyKey: 'step-3', correlationId: 'instance-4711', tenant: 'acme' },
    })

    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      ...{ key: 'step-3', correlation: 'instance-4711', tenant: 'acme' },
    })
    expect(request?.headers).toContainEqual(['Idempotency-Key', 'step-3'])
  })
})

describe('a body that must not have a text', () => {
  const node = { expect: { type: 'string', value: 'errors', match: 'notContains' } }

  it.each([
    ['{"ok":true}', 'success', 'a body that does not contain it'],
    ['{"errors":[1]}', 'error', 'a body that contains it'],
    ['', 'success', 'a body that does not contain it'],
  ])('decides the branch: %s: %s', async (answer, branch, actual) => {
    const target = await receiver((_request, response) => response.end(answer))
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, ...node } })

    expect(reply).toMatchObject({
      branch,
      reason: { expected: 'a body that does not contain "errors"', actual },
    })
  })
})

describe('a condition that reads what the workflow does not have', () => {
  it('leads to a warning in "when" and in "expect", except behind default', async () => {
    const { reply } = await send({
      query: [
        { name: 'a', value: 1, when: 'profile.scoer > 50' },
        { name: 'b', value: 1, when: '(profile.missing | default: 1) == 1' },
      ],
      expect: { type: 'condition', value: 'response.json.id == event.number or response.json.nope' },
    })

    expect(reply.branch).toBe('error')
    expect(reply.warnings).toMatchObject([
      {
        code: 'template_undefined',
        path: '/node/query/0/when',
        message: expect.stringContaining('profile.score'),
      },
      {
        code: 'template_undefined',
        path: '/node/expect/value',
        message: expect.stringContaining('event.number'),
      },
    ])
  })
})
