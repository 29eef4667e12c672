import { describe, expect, it } from 'vitest'
import { cpuMs } from '../support/cpu-time.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

/** Far more than a template may take, and far less than these would. */
const soonMs = 2_000

describe('a template that would run away', () => {
  it.each([
    ['loops without end', '{% for i in (1..1000000000) %}{% endfor %}'],
    [
      'doubles a text again and again',
      '{% assign a = "xxxxxxxx" %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}',
    ],
    ['writes without end', '{% for i in (1..100000000) %}x{% endfor %}'],
  ])('ends in the error branch where it %s', async (_what, value) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const node = { method: 'GET', url: target.url, query: [{ name: 'q', value }] }

    const began = cpuMs()
    const reply = await execute({ node })

    expect(cpuMs() - began).toBeLessThan(soonMs)
    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'template_failed', blame: 'node', path: '/node/query/0/value' },
      delivered: 'no',
    })
    expect(target.received).toEqual([])
  })

  it.each([
    ['reads a file', '{% include "/etc/passwd" %}'],
    ['renders another', '{% render "secrets" %}'],
    ['takes a layout', '{% layout "page" %}'],
    ['skips the encoding', '{{ profile.name | raw }}'],
  ])('is refused where it %s', async (_what, value) => {
    const { post } = await service()
    const node = { method: 'GET', url: 'https://hooks.example/', query: [{ name: 'q', value }] }

    const { status, body } = await post('/v1/execute', { node })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/query/0/value' }] })
  })

  it('sees nothing of a value but what it owns', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const root = '{% assign name = "constructor" %}{{ [name] }}'
    const value = `[{{ profile.constructor }}{{ profile.__proto__ }}{{ profile.toString }}${root}]`

    await execute({
      node: { method: 'GET', url: `${target.url}/`, query: [{ name: 'q', value }] },
      payload: { profile: {} },
    })

    expect(target.received[0]?.target).toBe('/?q=%5B%5D')
  })
})
