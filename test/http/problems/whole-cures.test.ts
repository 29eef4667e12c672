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

describe('a name and its value in the words of another tool', () => {
  const called = (name: string) => `unknown member; it is called "${name}" here`
  const keepsType = 'unknown member; a value keeps its own type; leave it out'

  it.for<[row: object, errors: Errors]>([
    [
      { keyType: 'other', keyValue: 'X-A', valueType: 'other', valueValue: '1' },
      { keyType: keepsType, keyValue: called('name'), valueType: keepsType, valueValue: called('value') },
    ],
    [
      { keyType: 'Accept', keyValue: '', valueType: 'text/plain', valueValue: '' },
      {
        keyType: called('name'),
        keyValue: 'unknown member; leave it out',
        valueType: called('value'),
        valueValue: 'unknown member; leave it out',
      },
    ],
    [
      { headerName: 'X-A', headerValue: '1' },
      { headerName: called('name'), headerValue: called('value') },
    ],
    [
      { paramName: 'a', paramValue: '1' },
      { paramName: called('name'), paramValue: called('value') },
    ],
    [
      { k: 'a', v: '1' },
      { k: called('name'), v: called('value') },
    ],
    [
      { key: 'a', value: '1', enabled: true },
      { key: called('name'), enabled: 'unknown member; a field that is there is sent; leave it out' },
    ],
    [
      { name: 'a', value: '1', disabled: true },
      {
        disabled:
          'unknown member; a field that is there is sent: leave out the whole field, or let a condition decide; write "when": "profile.score > 50"',
      },
    ],
  ])('is one field: %j', ([row, errors]) => {
    const found = Object.entries(refuseNode({ headers: [row] }))

    expect(
      Object.fromEntries(found.map(([path, message]) => [path.replace('/headers/0/', ''), message])),
    ).toEqual(errors)
  })

  it.for<[row: object, cure: string]>([
    [
      { field: 'a', val: '1' },
      '"field" is its "name" and "val" its "value": write { "name": "a", "value": "…" }',
    ],
    [
      { attribute: 'e mail', value: '1' },
      '"attribute" is its "name" and "value" its "value": write { "name": "…", "value": "…" }',
    ],
  ])('is one field where its name is a word for an attribute: %j', ([row, cure]) => {
    expect(refuseNode({ query: [row] })['/query/0']).toMatch(cure)
  })
})
