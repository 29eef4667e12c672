import { describe, expect, it } from 'vitest'
import type { Node } from '../../src/contract/node.ts'
import { findMisspeltAttributes } from '../../src/webhook/misspelt-attributes.ts'
import { service } from '../support/service.ts'

const payload = { profile: { email: 'ada@example.com', address: { city: 'London' } }, vars: { leadId: 7 } }
const node: Node = { method: 'POST', url: 'https://target.example/' }

function find(part: Partial<Node>, own = payload) {
  return findMisspeltAttributes({ ...node, ...part }, own).map(({ path, message }) => `${path} ${message}`)
}

const misspelt = (path: string, source: string, name: string, meant: string) =>
  `${path} would be empty, too: the ${source} of this request has no "${name}"; did you mean "${meant}"?`
const content = (text: string): Partial<Node> => ({ body: { structure: 'json', content: { a: [text] } } })

describe('a misspelt attribute', () => {
  it.each<[what: string, part: Partial<Node>, found: string]>([
    [
      'of a parameter',
      { query: [{ name: 'a', source: 'profile', field: 'emial' }] },
      misspelt('/node/query/0/field', 'profile', 'emial', 'email'),
    ],
    [
      'of a field of the body',
      { body: { structure: 'simple', fields: [{ name: 'a', source: 'vars', field: 'leadID' }] } },
      misspelt('/node/body/fields/0/field', 'vars', 'leadID', 'leadId'),
    ],
    [
      'of a template of a header',
      { headers: [{ name: 'X-A', value: 'a {{ profile.emial | upcase }}' }] },
      misspelt('/node/headers/0/value', 'profile', 'emial', 'profile.email'),
    ],
    [
      'of JSON',
      content('{{ profile.address.ctiy }}'),
      misspelt('/node/body/content/a/0', 'profile', 'address.ctiy', 'profile.address.city'),
    ],
    [
      'of the URL',
      { url: 'https://target.example/{{ vars.leadid }}' },
      misspelt('/node/url', 'vars', 'leadid', 'vars.leadId'),
    ],
  ])('%s is found', (_what, part, found) => {
    expect(find(part)).toEqual([found])
  })

  it.each<[what: string, part: Partial<Node>]>([
    ['an attribute that is there', { query: [{ name: 'a', source: 'profile', field: 'email' }] }],
    ['a name like no other', { query: [{ name: 'a', source: 'profile', field: 'shoe_size' }] }],
    ['a source that is not there', { query: [{ name: 'a', source: 'event', field: 'emial' }] }],
    ['a text that is no template', { ...content('{{ profile.emial }}'), templates: 'none' }],
  ])('is not seen in %s', (_what, part) => {
    expect(find(part)).toEqual([])
  })

  it('is told of behind what a node is refused for, and not without that', async () => {
    const query = [{ name: 'a', source: 'profile', field: 'emial' }]
    const { post } = await service()
    const ask = (url: string) =>
      post<{ errors?: readonly { path: string }[] }>('/v1/preview', {
        node: { method: 'POST', url, query },
        payload,
      })

    const [refused, taken] = [await ask('https://t.example/{{ a b }}'), await ask('https://t.example/')]

    expect(refused.body.errors?.map(({ path }) => path)).toEqual(['/node/url', '/node/query/0/field'])
    expect(taken.status).toBe(200)
  })
})
