import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('a value in the URL', () => {
  it.each([
    { value: '../../admin', sent: '..%2F..%2Fadmin' },
    { value: '//evil.example/', sent: '%2F%2Fevil.example%2F' },
    { value: '@127.0.0.1', sent: '%40127.0.0.1' },
    { value: 'a?b=c&d#e', sent: 'a%3Fb%3Dc%26d%23e' },
    { value: '%2e%2e', sent: '%252e%252e' },
    { value: '\\..\\', sent: '%5C..%5C' },
    { value: 'a\r\nHost: evil', sent: 'a%0D%0AHost%3A%20evil' },
    { value: '{{ secrets.token }}', sent: '%7B%7B%20secrets.token%20%7D%7D' },
    { value: '\ud800', sent: '%EF%BF%BD' },
    { value: ['a', 'b'], sent: '%5B%22a%22%2C%22b%22%5D' },
  ])('is encoded: $value is sent as $sent', async ({ value, sent }) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const url = `${target.url}/p/{{ profile.id }}/x?q={{ profile.id }}`

    await execute({ node: { method: 'GET', url }, payload: { profile: { id: value } } })

    expect(target.received.map((request) => request.target)).toEqual([`/p/${sent}/x?q=${sent}`])
  })

  it.each([
    { url: '/p/{{ profile.id }}/x', id: '..' },
    { url: '/p/{{ profile.id }}', id: '.' },
    { url: '/p/.{{ profile.id }}/x', id: '.' },
    { url: '/p/%2e{{ profile.id }}/x', id: '.' },
  ])('leads to no call where $url would climb with "$id"', async ({ url, id }) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'GET', url: target.url + url },
      payload: { profile: { id } },
    })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'url_invalid', path: '/node/url' },
      delivered: 'no',
    })
    expect(target.received).toEqual([])
  })

  it.each(['', null, undefined])('leads to no call where a path lacks it (%j)', async (id) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'DELETE', url: `${target.url}/leads/{{ profile.id }}` },
      payload: { profile: { id } },
    })

    expect(reply).toMatchObject({ branch: 'error', reason: { code: 'value_missing' }, delivered: 'no' })
    expect(target.received).toEqual([])
  })

  it('leaves what the author escaped as it is', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const path = '/a%2Fb/%2e%2e/%zz/c,d;e=(f)/~|{}?q=%41&r=[1]&s=a+b&t='

    await execute({ node: { method: 'GET', url: target.url + path, templates: 'none' } })

    expect(target.received.map((request) => request.target)).toEqual([path])
  })

  it.each([
    'https://{{ profile.host }}/',
    'https://api.example.com:{{ profile.port }}/',
    'https://api.{{ profile.host }}.example/',
    '{{ profile.url }}',
  ])('may not choose the host: %s', async (url) => {
    const { post } = await service()

    const { status, body } = await post('/v1/execute', { node: { method: 'GET', url } })

    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ path: '/node/url' }] })
  })
})
