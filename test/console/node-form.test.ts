import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { executeExamples, previewExamples } from '../../openapi/examples.ts'
import {
  addRow,
  changeRow,
  listOtherMembers,
  listOutputs,
  messagesAt,
  readBodyMember,
  readBranches,
  readNumber,
  readResponse,
  readRows,
  readStructure,
  readText,
  removeRow,
  setBodyMember,
  setMember,
  setResponse,
  setStructure,
} from '../../src/console/node-form.js'

/** Anything that a person may write as a node. */
const member = fc.constantFrom(
  'id',
  'url',
  'query',
  'headers',
  'body',
  'expect',
  'onError',
  'branches',
  'cases',
  'retry',
  '__proto__',
)
const anyNode = fc
  .dictionary(fc.oneof(member, fc.string()), fc.jsonValue())
  .map((node): Record<string, unknown> => JSON.parse(JSON.stringify(node)))

describe('the form of a node', () => {
  it('can be shown and changed whatever the JSON holds, and leaves the other members as they are', () => {
    fc.assert(
      fc.property(anyNode, fc.string(), (node, typed) => {
        const before = JSON.stringify(node)
        readRows(node.headers)
        readBranches(node)
        listOutputs(node)
        listOtherMembers(node)
        const { kind } = readResponse(node)

        const changed = [
          setMember(node, 'url', typed),
          setMember(node, 'url', readNumber(typed)),
          setStructure(node, 'full'),
          setBodyMember(node, 'contentType', typed),
          setResponse(node, 'status', typed),
          setResponse(node, kind, typed),
          setMember(node, 'headers', addRow(node.headers)),
          setMember(node, 'headers', changeRow(node.headers, 0, { value: typed })),
          setMember(node, 'headers', removeRow(node.headers, 0)),
        ]

        expect(JSON.stringify(node)).toBe(before)
        for (const each of changed)
          for (const [name, value] of Object.entries(node))
            if (!['url', 'headers', 'body', 'expect'].includes(name))
              expect(each).toHaveProperty([name], value)
      }),
    )
  })

  it('shows what was typed', () => {
    fc.assert(
      fc.property(anyNode, fc.string({ minLength: 1 }), (node, typed) => {
        expect(readText(setMember(node, 'url', typed), 'url')).toBe(typed)
        expect(readResponse(setResponse(node, 'string', typed))).toEqual({ kind: 'string', value: typed })
        expect(readBodyMember(setBodyMember(node, 'contentType', typed), 'contentType')).toBe(typed)
        for (const structure of ['simple', 'full', 'json', 'raw', ''])
          expect(readStructure(setStructure(node, structure))).toBe(structure)
      }),
    )
  })

  it('changes a row, and nothing else of it and of the others', () => {
    const field = fc.record(
      {
        name: fc.string(),
        value: fc.oneof(fc.string(), fc.integer(), fc.boolean()),
        ifEmpty: fc.constantFrom('omit', 'fail'),
        when: fc.string(),
        sensitive: fc.boolean(),
      },
      { requiredKeys: ['name', 'value'] },
    )
    const source = fc.constantFrom('value', 'profile', 'event', 'vars', 'literal')
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1 }),
        fc.nat(),
        source,
        fc.string(),
        (fields, any, chosen, typed) => {
          const at = any % fields.length
          const renamed = changeRow(fields, at, { name: typed })
          const changed = changeRow(fields, at, { source: chosen, value: typed })

          expect(renamed).toEqual(fields.with(at, { ...fields[at], name: typed } as never))
          expect(readRows(changed)).toEqual(
            readRows(fields).with(at, { name: fields[at]?.name ?? '', source: chosen, value: typed }),
          )
          const { name: _name, value: _value, ...rest } = fields[at] ?? { name: '', value: '' }
          expect(changed[at]).toMatchObject(rest)
        },
      ),
    )
  })

  it('shows the rows of a node as they are sent', () => {
    expect(readRows(executeExamples.lead.value.node.body.fields)).toEqual([
      { name: 'email', source: 'profile', value: 'email' },
      { name: 'score', source: 'profile', value: 'lead_score' },
      { name: 'form', source: 'value', value: '{{ event.form | upcase }}' },
    ])
    expect(readRows([{ name: 'tags', literal: ['a'] }, 7, { name: 'n', value: 42 }])).toEqual([
      { name: 'tags', source: 'literal', value: '["a"]' },
      { name: '', source: 'literal', value: '7' },
      { name: 'n', source: 'value', value: '42' },
    ])
  })

  it.each([
    ['', []],
    ['200', 200],
    ['2xx', '2xx'],
    ['200, 201,4xx', [200, 201, '4xx']],
    ['200,', 200],
    ['20', '20'],
  ])('reads the status codes "%s"', (typed, value) => {
    expect(setResponse({}, 'status', typed)).toEqual({ expect: { type: 'status', value } })
  })

  it('keeps how a text is compared', () => {
    const node = { expect: { type: 'string', value: 'a', ignoreCase: true } }

    expect(setResponse(node, 'string', 'b')).toEqual({
      expect: { type: 'string', value: 'b', ignoreCase: true },
    })
    expect(setResponse(node, 'default', '')).toEqual({})
    expect(readResponse({ expect: [{ type: 'status', value: 200 }] }).kind).toBe('other')
  })

  it('names the members that it does not show', () => {
    expect(listOtherMembers(previewExamples.lead_exists.value.node)).toEqual([
      'auth',
      'capture',
      'cases',
      'retry',
    ])
  })

  it('knows the outputs of a node under the names of the engine', () => {
    expect(listOutputs(previewExamples.lead_exists.value.node)).toEqual([
      'yes',
      'no',
      'exit',
      'exists',
      'later',
    ])
    expect(listOutputs({ cases: [{ branch: 'exit' }, { branch: 'x' }, { branch: 'x' }, null] })).toEqual([
      'success',
      'error',
      'exit',
      'x',
    ])
  })

  it('finds the messages about a member, and about what is in it', () => {
    const messages = [
      '/node/headers',
      '/node/headers/1/name',
      '/node/headers/10',
      '/node/headersOf',
      null,
    ].map((path) => ({ path }))
    const paths = (path: string, inside?: boolean) =>
      messagesAt(messages, path, inside).map((message) => message.path)

    expect(paths('/node/headers')).toEqual(['/node/headers', '/node/headers/1/name', '/node/headers/10'])
    expect(paths('/node/headers', false)).toEqual(['/node/headers'])
    expect(paths('/node/headers/1')).toEqual(['/node/headers/1/name'])
  })
})
