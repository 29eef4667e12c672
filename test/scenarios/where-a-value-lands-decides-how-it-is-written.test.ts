import { describe, expect, it } from 'vitest'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const profile = { text: `<a b="c">&'é`, list: ['x', 2], object: { a: [{ b: 'c' }] }, number: 97, empty: null }
const payload = { profile }
const form = 'application/x-www-form-urlencoded'

describe('a value', () => {
  it.each([
    {
      place: 'a path',
      node: { url: '/{{ profile.text }}' },
      sent: { target: "/%3Ca%20b%3D%22c%22%3E%26'%C3%A9" },
    },
    {
      place: 'a query',
      node: { query: [field('text'), field('list'), field('object'), field('empty')] },
      sent: {
        target:
          "/?text=%3Ca%20b%3D%22c%22%3E%26'%C3%A9&list=x&list=2&object=%7B%22a%22%3A%5B%7B%22b%22%3A%22c%22%7D%5D%7D&empty=",
      },
    },
    {
      place: 'a form',
      node: { body: { structure: 'simple', contentType: form, fields: [field('text'), field('object')] } },
      sent: { body: 'text=%3Ca+b%3D%22c%22%3E%26%27%C3%A9&object%5Ba%5D%5B0%5D%5Bb%5D=c' },
    },
    {
      place: 'JSON',
      node: {
        body: {
          structure: 'json',
          content: { '{ name }': ['{{ profile.number }}', 'no {{ profile.number }}'] },
        },
      },
      sent: { body: '{"{ name }":[97,"no 97"]}' },
    },
    {
      place: 'the middle of a text in JSON',
      node: { body: { structure: 'json', content: '{{ profile.list }} and {{ profile.text }}' } },
      sent: { body: JSON.stringify(`["x",2] and ${profile.text}`) },
    },
    {
      place: 'raw JSON',
      node: {
        body: raw(
          'application/json',
          '{"t":"{{ profile.text }}","l":{{ profile.list }},"n":{{ profile.number }}}',
        ),
      },
      sent: { body: '{"t":"<a b=\\"c\\">&\'é","l":["x",2],"n":97}' },
    },
    {
      place: 'raw XML',
      node: { body: raw('application/xml', '<t a="{{ profile.text }}">{{ profile.number }}</t>') },
      sent: { body: '<t a="&lt;a b=&quot;c&quot;&gt;&amp;&apos;é">97</t>' },
    },
    {
      place: 'raw text',
      node: { body: raw('text/plain', '{{ profile.text }}, {{ profile.list }}, [{{ profile.empty }}]') },
      sent: { body: `${profile.text}, ["x",2], []` },
    },
  ])('is written by the rules of the place where it lands: $place', async ({ node, sent }) => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const { url = '/', ...rest } = node

    const reply = await execute({ node: { method: 'POST', ...rest, url: target.url + url }, payload })

    expect(reply.branch).toBe('success')
    const [received] = target.received
    expect({ target: received?.target, body: received?.body.toString() }).toMatchObject(sent)
  })

  it('is sent as it stands where the engine has rendered before', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const node = {
      method: 'POST',
      url: `${target.url}/p`,
      templates: 'none',
      query: [{ name: 'q', value: '{{ profile.text }}' }],
      headers: [{ name: 'X-H', value: '{% if %}' }],
      body: { structure: 'json', content: { a: '{{' } },
    }

    await execute({ node, payload })

    const [received] = target.received
    expect(received?.target).toBe('/p?q=%7B%7B%20profile.text%20%7D%7D')
    expect(received?.rawHeaders).toEqual(expect.arrayContaining(['X-H', '{% if %}']))
    expect(received?.body.toString()).toBe('{"a":"{{"}')
  })

  it('leads to the error branch where raw JSON would not be JSON', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = raw('application/json', '{"n":{{ profile.empty }}}')

    const reply = await execute({ node: { method: 'POST', url: target.url, body }, payload })

    expect(reply).toMatchObject({
      branch: 'error',
      reason: { code: 'body_invalid', path: '/node/body/content' },
      delivered: 'no',
    })
    expect(target.received).toEqual([])
  })
})

function field(name: string) {
  return { name, source: 'profile', field: name }
}

function raw(contentType: string, content: string) {
  return { structure: 'raw', contentType, content }
}
