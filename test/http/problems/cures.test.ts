import { describe, expect, it } from 'vitest'
import type { ConfigError } from '../../../src/contract/config-error.ts'
import { explainInvalidBody } from '../../../src/http/problems/invalid-body.ts'

const node = { method: 'POST', url: 'https://receiver.test/' }

/** The errors of a node, by path. */
function refuse(
  part: object,
  around: object = {},
  route = 'ExecuteRequest',
): Readonly<Record<string, string>> {
  const errors: Iterable<ConfigError> = explainInvalidBody(
    { $ref: route },
    { node: { ...node, ...part }, ...around },
  )
  return Object.fromEntries(Array.from(errors, ({ path, message }) => [path.replace(/^\/node/, ''), message]))
}

describe('a source that is none', () => {
  const words = 'must be "profile", "event", "instance", "flow" or "vars"'

  it.for<[source: string, field: string | undefined, cure: string]>([
    ['payload', 'profile.email', 'write "source": "profile", "field": "email"'],
    ['data', 'event.order.total', 'write "source": "event", "field": "order.total"'],
    ['body', 'payload.vars.id', 'write "source": "vars", "field": "id"'],
    ['payload.profile', 'email', 'write "source": "profile", "field": "email"'],
    ['payload.event.form', undefined, 'write "source": "event", "field": "form"'],
    ['event.body', 'email', 'write "source": "event", "field": "body.email"'],
    ['payload/flow', 'name', 'write "source": "flow", "field": "name"'],
    ['{{ profile.email }}', undefined, 'write "source": "profile", "field": "email"'],
    ['lead', 'lead.email', 'write "source": "profile", "field": "email"'],
    ['node', 'id', 'only templates know it: write "value": "{{ node.id }}" in place of "source" and "field"'],
    [
      'execution',
      'tenant',
      'only templates know it: write "value": "{{ execution.tenant }}" in place of "source" and "field"',
    ],
    ['execution', 'startedAt', 'did you mean "instance"?'],
    [
      'payload',
      'city',
      'these are the parts of the payload: write the one that has the attribute, as in "source": "profile", "field": "city"',
    ],
    ['json', 'body.city', 'these are the parts of the payload: write the one that has the attribute'],
    [
      'response',
      'id',
      'a value of an earlier node is in "vars", under the name that its "capture" gives it: write "source": "vars"',
    ],
  ])('tells both members: %s with %s', ([source, field, cure]) => {
    const found = refuse({ query: [{ name: 'a', source, ...(field === undefined ? {} : { field }) }] })

    expect(found).toEqual({ '/query/0/source': `${words}; ${cure}` })
  })

  it.for<[source: string, cure: string]>([
    ['payload.profile', 'write "source": "profile"'],
    ['payload', 'leave "source" out for the whole payload'],
    [
      'event.body',
      'a value within a part is JSON of its own: write "structure": "json", "content": "{{ event.body }}"',
    ],
  ])('is a part as a whole in a full body: %s', ([source, cure]) => {
    expect(refuse({ body: { structure: 'full', source } })).toEqual({ '/body/source': `${words}; ${cure}` })
  })

  it('has the file of a part and of a binary body', () => {
    const file = { source: 'payload', field: 'event.photo' }
    const cure = `${words}; write "source": "event", "field": "photo"`

    expect(refuse({ body: { structure: 'binary', ...file } })).toEqual({ '/body/source': cure })
    expect(
      refuse({ body: { structure: 'multipart', parts: [{ name: 'a', filename: 'a.png', ...file }] } }),
    ).toEqual({ '/body/parts/0/source': cure })
  })

  it('is not quoted where it may be a secret', () => {
    expect(refuse({ query: [{ name: 'a', source: 's3cr3t.token', field: 'a' }] })).toEqual({
      '/query/0/source': words,
    })
  })
})
