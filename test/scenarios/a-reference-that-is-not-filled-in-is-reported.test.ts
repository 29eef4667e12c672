// biome-ignore-all lint/suspicious/noTemplateCurlyInString: other tools write so
import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const payload = { profile: { email: 'ada@example.com' }, event: { type: 'demo' } }

describe('a reference that is not filled in', () => {
  it.each([
    'profile.email',
    '${profile.email}',
    '{profile.email}',
    '%profile.email%',
    '[[profile.email]]',
    '<%= profile.email %>',
    '$.profile.email',
    'Hello ${profile.email}',
  ])('is sent as it stands and reported with the right form: %s', async (value) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = [{ name: 'q', value }]

    const reply = await execute({ node: { method: 'GET', url: target.url, query }, payload })

    expect(target.received[0]?.target).toBe(`/?q=${encodeURIComponent(value)}`)
    expect(reply).toMatchObject({
      branch: 'success',
      warnings: [
        {
          code: 'placeholder_not_rendered',
          path: '/node/query/0',
          message: expect.stringContaining('{{ profile.email }}'),
        },
      ],
    })
  })

  it('is reported as a placeholder in a node whose templates are none, and in a literal', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const content = { a: 'Hi {{ profile.email }}' }

    const none = await execute({
      node: { method: 'POST', url: target.url, templates: 'none', body: { structure: 'json', content } },
      payload,
    })
    const literal = await execute({
      node: { method: 'GET', url: target.url, query: [{ name: 'q', literal: '{{ profile.email }}' }] },
      payload,
    })

    expect(target.received.map((request) => request.body.toString() || request.target)).toEqual([
      '{"a":"Hi {{ profile.email }}"}',
      `/?q=${encodeURIComponent('{{ profile.email }}')}`,
    ])
    expect(
      [none, literal].map(({ warnings }) => warnings.map(({ code, path }) => `${code} ${path}`)),
    ).toEqual([['placeholder_not_rendered /node/body/content/a'], ['placeholder_not_rendered /node/query/0']])
  })

  it('is not reported where the payload has no such path', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const query = ['event.created', '${profile.phone}', 'vars.x'].map((value) => ({ name: 'q', value }))

    const reply = await execute({ node: { method: 'GET', url: target.url, query }, payload })

    expect(reply.warnings).toEqual([])
  })

  it('is reported without what must not be seen', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const secrets = { key: 'profile.email' }
    const headers = [{ name: 'X-Note', value: '${profile.email}' }]

    const reply = await execute({ node: { method: 'GET', url: target.url, headers }, payload, secrets })

    expect(JSON.stringify(reply)).not.toContain('profile.email')
    expect(reply.warnings).toMatchObject([{ code: 'placeholder_not_rendered' }])
  })
})
