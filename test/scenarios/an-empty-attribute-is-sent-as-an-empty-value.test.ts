import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const payload = { profile: { email: 'ada@example.com', phone: '', fax: null } }
const fieldsFor = (ifEmpty?: string) =>
  ['email', 'phone', 'fax', 'mobile'].map((field) => ({
    name: field,
    source: 'profile',
    field,
    ...(ifEmpty === undefined ? {} : { ifEmpty }),
  }))

describe('an empty attribute', () => {
  it('is sent as an empty value in the URL, with a warning for each', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'GET', url: `${target.url}/`, query: fieldsFor() },
      payload,
    })

    expect(target.received[0]?.target).toBe('/?email=ada%40example.com&phone=&fax=&mobile=')
    expect(reply).toMatchObject({
      branch: 'success',
      warnings: [
        { code: 'value_empty', path: '/node/query/1' },
        { code: 'value_empty', path: '/node/query/2' },
        { code: 'value_empty', path: '/node/query/3' },
      ],
    })
  })

  it('is sent as an empty value in a form', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const contentType = 'application/x-www-form-urlencoded'
    const body = { structure: 'simple', contentType, fields: fieldsFor() }

    await execute({ node: { method: 'POST', url: target.url, body }, payload })

    expect(target.received[0]?.body.toString()).toBe('email=ada%40example.com&phone=&fax=&mobile=')
  })

  it('is sent in JSON, where an empty text stays one and nothing is null', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'simple', fields: fieldsFor() }

    await execute({ node: { method: 'POST', url: target.url, body }, payload })

    expect(target.received[0]?.body.toString()).toBe(
      '{"email":"ada@example.com","phone":"","fax":null,"mobile":null}',
    )
  })

  it('is sent as an empty header', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const headers = [{ name: 'X-Phone', source: 'profile', field: 'phone' }]

    await execute({ node: { method: 'POST', url: target.url, headers }, payload })

    const { rawHeaders = [] } = target.received[0] ?? {}
    expect(rawHeaders[rawHeaders.indexOf('X-Phone') + 1]).toBe('')
  })

  it('does not include 0 and false', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = ['score', 'vip'].map((field) => ({ name: field, source: 'profile', field }))

    const reply = await execute({
      node: { method: 'GET', url: `${target.url}/`, query },
      payload: { profile: { score: 0, vip: false } },
    })

    expect(target.received[0]?.target).toBe('/?score=0&vip=false')
    expect(reply.warnings).toEqual([])
  })

  it('leads to no warning where the node asks for it', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'GET', url: `${target.url}/`, query: fieldsFor('send') },
      payload,
    })

    expect(target.received[0]?.target).toBe('/?email=ada%40example.com&phone=&fax=&mobile=')
    expect(reply.warnings).toEqual([])
  })

  it('is left out where the node says so', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'GET', url: `${target.url}/`, query: fieldsFor('omit') },
      payload,
    })

    expect(target.received[0]?.target).toBe('/?email=ada%40example.com')
    expect(reply.warnings).toEqual([])
  })

  it('stops the call where the node says so', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'GET', url: `${target.url}/`, query: fieldsFor('fail') },
      payload,
    })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'value_missing', blame: 'node', path: '/node/query/1' },
      delivered: 'no',
      repeat: 'never',
      attempts: [],
    })
    expect(target.received).toEqual([])
  })
})

describe('a list without items', () => {
  const form = 'application/x-www-form-urlencoded'
  const places = (ifEmpty: string) => {
    const attribute = { name: 'tags', source: 'profile', field: 'tags', ifEmpty }
    const template = { name: 'tags', value: '{{ profile.tags | compact }}', ifEmpty }
    const literal = { name: 'tags', literal: [], ifEmpty }
    return [attribute, template, literal].flatMap((field) => [
      ['/node/query/0', { query: [field] }],
      ['/node/headers/0', { headers: [field] }],
      ['/node/body/fields/0', { body: { structure: 'simple', fields: [field] } }],
      ['/node/body/fields/0', { body: { structure: 'simple', contentType: form, fields: [field] } }],
    ]) as [path: string, node: object][]
  }

  it.each(places('fail'))('fails the call with ifEmpty "fail", at %s', async (path, node) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: target.url, ...node },
      payload: { profile: { tags: [] } },
    })

    expect(reply).toMatchObject({ branch: 'error', delivered: 'no', reason: { code: 'value_missing', path } })
    expect(target.received).toEqual([])
  })

  it.each(places('omit'))('is left out with ifEmpty "omit", at %s', async (_path, node) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: target.url, ...node },
      payload: { profile: { tags: [] } },
    })

    expect(reply).toMatchObject({ branch: 'success', warnings: [] })
    const [{ target: sent, rawHeaders, body } = { target: '', rawHeaders: [], body: '' }] = target.received
    expect(sent).toBe('/')
    expect(rawHeaders).not.toContain('tags')
    expect(['', '{}']).toContain(body.toString())
  })

  it('is sent as a list otherwise', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const fields = [{ name: 'tags', source: 'profile', field: 'tags' }]

    const reply = await execute({
      node: { method: 'POST', url: target.url, body: { structure: 'simple', fields } },
      payload: { profile: { tags: [] } },
    })

    expect(target.received[0]?.body.toString()).toBe('{"tags":[]}')
    expect(reply.warnings).toEqual([])
  })
})
