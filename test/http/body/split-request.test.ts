import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PreviewReply } from '../../../src/contract/execution.ts'
import type { Problem } from '../../../src/contract/schemas.ts'
import { splitRequest } from '../../../src/http/body/split-request.ts'
import { service } from '../../support/service.ts'

describe('a request that begins with its node', () => {
  it.each([
    ['{"node":{}}', '{}', '{}'],
    ['{"node":{"a":1},"payload":{}}', '{"a":1}', '{"payload":{}}'],
    ['{"node":{"a":{"b":[{}]}} ,"payload":{}}', '{"a":{"b":[{}]}}', '{"payload":{}}'],
    ['\t{ "node" :\r\n{"a":1} , "payload": {} } ', '{"a":1}', '{"payload": {} } '],
    ['{"node":{"a":"}"}}', '{"a":"}"}', '{}'],
    ['{"node":{"a":"\\""}}', '{"a":"\\""}', '{}'],
    ['{"node":{"a":"\\\\"},"b":"\\\\"}', '{"a":"\\\\"}', '{"b":"\\\\"}'],
    ['{"node":{"a":"\\\\\\"}"}}', '{"a":"\\\\\\"}"}', '{}'],
    ['{"node":{}} {}', '{}', '{} {}'],
    ['{"node":{},"node":{}}', '{}', '{"node":{}}'],
  ])('%j is split', (request, node, rest) => {
    expect(splitRequest(request)).toEqual({ node, rest })
  })

  it.each([
    '',
    '{',
    '{"node":',
    '{"node":{',
    '{"node":{"a',
    '{"node":{"a\\"}',
    '{"node":{}',
    '{"node":{},}',
    '{"node":{};}',
    '{"node":{},payload}',
    '{"node":[]}',
    '{"node":1}',
    '{"payload":{},"node":{}}',
  ])('%j is not split', (request) => {
    expect(splitRequest(request)).toBeNull()
  })

  it('is JSON where both parts are, and says what they say', () => {
    const space = fc.string({ unit: fc.constantFrom(...' \t\r\n'), maxLength: 3 })
    const object = fc.dictionary(fc.string(), fc.jsonValue())
    fc.assert(
      fc.property(object, object, space, space, (node, rest, one, other) => {
        const members = JSON.stringify({ ...rest, last: 1 }).slice(1)
        const split = splitRequest(`{${one}"node":${other}${JSON.stringify(node)}${other},${one}${members}`)

        expect(split?.node).toBe(JSON.stringify(node))
        expect(JSON.parse(split?.rest ?? '')).toEqual(JSON.parse(`{${members}`))
      }),
    )
  })
})

describe('a request whose node is known', () => {
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
  ])('is answered as the first one was where it has %s', async (_what, body) => {
    const { post } = await service()
    const first = await post<PreviewReply | Problem>('/v1/preview', body)
    const own = splitRequest(body)?.node
    for (const text of [node, node, own, own])
      await post('/v1/preview', `{"node":${text},"payload":{"profile":{"id":1}}}`)
    const second = await post<PreviewReply | Problem>('/v1/preview', body)

    expect(second.status).toBe(first.status)
    expect({ ...second.body, instance: null }).toEqual({ ...first.body, instance: null })
  })
})
