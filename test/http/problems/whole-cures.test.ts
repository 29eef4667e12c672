import { describe, expect, it } from 'vitest'
import { explainBody } from './support/explain-body.ts'

const node = { method: 'POST', url: 'https://receiver.test/' }

type Errors = Readonly<Record<string, string>>

/** The errors of a body, by path. */
function refuse(body: unknown, route = 'PreviewRequest'): Errors {
  return Object.fromEntries(Array.from(explainBody(body, route), ({ path, message }) => [path, message]))
}

/** The errors of a node, by their path in it. */
function refuseNode(part: object): Errors {
  const errors = Object.entries(refuse({ node: { ...node, ...part } }))
  return Object.fromEntries(errors.map(([path, message]) => [path.replace(/^\/node/, ''), message]))
}

const structures = 'must be "simple", "full", "json", "raw", "multipart" or "binary"'

describe('a name in another case', () => {
  const did = (name: string) => `unknown member; did you mean "${name}"?`

  it('is the same member, whatever else it means', () => {
    expect(refuse({ Node: node, Payload: { Profile: { id: 1 } } })).toEqual({
      '/Node': did('node'),
      '/Payload': did('payload'),
      '/Payload/Profile': did('profile'),
    })
  })

  it('stays beside the node whose members stand at the top', () => {
    expect(refuse({ Method: 'POST', url: node.url, Payload: { Event: {} } })).toEqual({
      '/node': 'missing; put "Method", "url" into it: "node": { … }',
      '/Method': did('method'),
      '/Payload': did('payload'),
      '/Payload/Event': did('event'),
    })
  })

  it('is the payload within a node, too', () => {
    expect(refuseNode({ Payload: { Profile: {} } })).toEqual({
      '/Payload':
        'unknown member; it belongs beside "node", at the top, with small letters: "payload" with "profile", "event", "instance", "flow" and "vars"',
    })
  })

  it('is told within a form whose word is none, if the members tell the form', () => {
    expect(refuseNode({ Body: { Structure: 0, Fields: [{ Name: 'a', Value: 'b' }] } })).toEqual({
      '/Body': did('body'),
      '/Body/Structure': `unknown member; it is called "structure" here, and ${structures}, not a number`,
      '/Body/Fields': did('fields'),
      '/Body/Fields/0/Name': did('name'),
      '/Body/Fields/0/Value': did('value'),
    })
    expect(Object.keys(refuseNode({ auth: { type: 2, Token: '{{ secrets.a }}' } }))).toEqual([
      '/auth/type',
      '/auth/Token',
    ])
  })
})
