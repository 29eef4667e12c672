import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PreviewReply } from '../../src/contract/execution.ts'
import type { Problem } from '../../src/contract/schemas.ts'
import { KnownNodes, nodeTextOf, withStandIn } from '../../src/http/body/known-nodes.ts'
import { service } from '../support/service.ts'

describe('the text of the node in a request', () => {
  it.each([
    ['{"node":{}}', '{}'],
    ['{"node":{"a":1},"payload":{}}', '{"a":1}'],
    ['{"node":{"a":{"b":[{}]}} ,"payload":{}}', '{"a":{"b":[{}]}}'],
    ['{"node":{"a":"}"}}', '{"a":"}"}'],
    ['{"node":{"a":"\\""}}', '{"a":"\\""}'],
    ['{"node":{"a":"\\\\"},"b":"\\\\"}', '{"a":"\\\\"}'],
    ['{"node":{"a":"\\\\\\"}"}}', '{"a":"\\\\\\"}"}'],
  ])('of %s is %s', (request, node) => {
    expect(nodeTextOf(request)).toBe(node)
  })

  it.each(['', '{', '{"node":', '{"node":{', '{"node":{"a', '{"node":{"a\\"}', '{"node":[]}', '{"node":1}'])(
    'cannot be told of %s',
    (request) => {
      expect(nodeTextOf(request)).toBeNull()
    },
  )

  it('is the JSON of the node, whatever that is and whatever follows', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (node, payload) => {
        const text = JSON.stringify(node)
        expect(nodeTextOf(`{"node":${text},"payload":${JSON.stringify(payload)}}`)).toBe(text)
      }),
    )
  })
})

describe('what stands in for a known node', () => {
  it('has no digits, which would make the rest of a request look as if it had a long number', () => {
    expect(withStandIn('{"node":{},"payload":{}}', '{}')).toMatch(/^\{"node":\{\D+\},"payload":\{\}\}$/)
  })
})

describe('a known node', () => {
  const node = { method: 'GET', url: 'https://a.test/' } as const
  const text = JSON.stringify(node)

  it('is the same for all requests, and cannot be changed by one of them', () => {
    const nodes = new KnownNodes()
    nodes.keep(text, { ...node })

    expect(nodes.find(text)).toEqual(node)
    expect(nodes.find(text)).toBe(nodes.find(text))
    expect(Object.isFrozen(nodes.find(text))).toBe(true)
  })

  it('is none that differs from its text', () => {
    const nodes = new KnownNodes()
    nodes.keep(text, { ...node, url: 'https://b.test/' })

    expect(nodes.find(text)).toBeUndefined()
  })

  it('makes room for others', () => {
    const nodes = new KnownNodes({ entries: 1, weight: 1_000 })
    const other = { ...node, url: 'https://b.test/' } as const
    nodes.keep(text, { ...node })
    nodes.keep(JSON.stringify(other), { ...other })

    expect(nodes.find(text)).toBeUndefined()
    expect(nodes.find(JSON.stringify(other))).toEqual(other)
  })
})

describe('a request whose node has come before', () => {
  const node = '{"method":"GET","url":"https://a.test/{{ profile.id }}"}'
  const long = '12345678901234567890'

  it.each([
    ['a payload', `{"node":${node},"payload":{"profile":{"id":7}}}`],
    ['a number with many digits', `{"node":${node},"payload":{"profile":{"id":${long}}}}`],
    ['nothing else', `{"node":${node}}`],
    ['another node behind it', `{"node":${node},"node":{"method":"GET","url":"https://b.test/"}}`],
    [
      'another node behind it, disguised',
      `{"node":${node},"no\\u0064e":{"method":"GET","url":"https://b.test/"}}`,
    ],
    ['a node behind it that is none', `{"node":${node},"node":{"method":"GET"}}`],
    ['a payload that is none', `{"node":${node},"payload":7}`],
    ['a member that is not known', `{"node":${node},"pay":{}}`],
    [
      'another mistake beside those of its node',
      '{"node":{"method":"POST","url":"http://x/","headers":[{"name":"Host","value":"{{"}]},"tenant":" "}',
    ],
    ['a comma too many', `{"node":${node},}`],
    ['no end', `{"node":${node},"payload":{`],
    ['more behind its end', `{"node":${node}} {}`],
    ['too many levels', `{"node":${node},"payload":{"profile":${'['.repeat(101)}${']'.repeat(101)}}}`],
  ])('and that has %s is answered as the first one was', async (_what, body) => {
    const { post } = await service()
    const first = await post<PreviewReply | Problem>('/v1/preview', body)
    await post('/v1/preview', `{"node":${node},"payload":{"profile":{"id":1}}}`)
    await post('/v1/preview', `{"node":${nodeTextOf(body)}}`)
    const second = await post<PreviewReply | Problem>('/v1/preview', body)

    expect(second.status).toBe(first.status)
    expect({ ...second.body, instance: null }).toEqual({ ...first.body, instance: null })
  })
})
