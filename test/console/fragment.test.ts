import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listUnknown, readFragment, writeFragment } from '../../src/console/fragment.js'

const text = fc.string({ unit: 'binary', minLength: 1 }).map((value) => value.toWellFormed())
const shared = fc.record({
  node: fc
    .dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())
    .map((node) => JSON.parse(JSON.stringify(node))),
  omitted: fc.array(fc.string({ unit: 'binary' })),
})
const search = fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name }).map(Object.fromEntries)
const place = fc.oneof(
  fc.record({ view: fc.constant('try' as const), shared: fc.option(shared) }),
  fc.record({ view: fc.constantFrom('nodes' as const, 'executions' as const), search }),
  fc.record({ view: fc.constant('node' as const), id: text, tenant: fc.option(text) }),
  fc.record({ view: fc.constant('execution' as const), id: text }),
)

describe('the fragment of an address', () => {
  it('leads back to the place that it was written for, in the characters of a URL', () => {
    fc.assert(
      fc.property(place, (written) => {
        const fragment = writeFragment(written)

        expect(fragment).toMatch(/^#[\w\-/?=&%.!~*'()]+$/)
        expect(new URL(fragment, 'http://service.test/console').hash).toBe(fragment)
        expect(readFragment(fragment)).toEqual(written)
      }),
    )
  })

  it('may be anything: then it says that there is no such view, or is a link that cannot be read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        expect(['try', 'nodes', 'node', 'executions', 'execution', 'unknown']).toContain(
          readFragment(`#${any}`).view,
        )
        expect(readFragment(`#/try/${any.replace(/[/?]/g, '')}`).view).toBe('try')
      }),
    )
  })

  it.each(['#', '#/', '#/try', ''])('%j is the first view', (fragment) => {
    expect(readFragment(fragment)).toEqual({ view: 'try', shared: null })
  })

  it.each(['nowhere', 'Executions', 'executions/a/b', 'nodes/a/b'])('knows no view %s', (path) => {
    expect(readFragment(`#/${path}`)).toEqual({ view: 'unknown', path })
  })

  it('loses nothing of what a list is reduced to', () => {
    const { search } = readFragment('#/executions?state=failed&node=x&host=a?b&state=expired&code=') as {
      search: Record<string, string>
    }

    expect(search).toEqual({ state: 'failed, expired', node: 'x', host: 'a?b' })
    expect(listUnknown(search, ['state', 'host'])).toEqual(['node'])
  })

  it.each(['%', 'bm8gSlNPTg', btoa('[1,[]]'), btoa('{}'), btoa('[[],[]]'), '\u{1f600}'])(
    'says of the link %s that it holds no node',
    (link) => {
      expect(readFragment(`#/try/${link}`)).toEqual({ view: 'try', shared: 'unreadable' })
    },
  )
})
