import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { executeExamples, previewExamples } from '../../openapi/examples.ts'
import { composeRequest, composeSimulation, firstDraft, readExample } from '../../src/console/draft.js'

const composed = (draft: Parameters<typeof composeRequest>[0]) => {
  const request = composeRequest(draft)
  if (!('text' in request)) throw new Error(request.problem)
  return JSON.parse(`{${request.text}${composeSimulation(draft.simulation)}}`)
}

describe('the draft of a request', () => {
  it.each([...Object.values(executeExamples), ...Object.values(previewExamples)])(
    'of the example "$summary" is that example',
    ({ value }) => {
      const { idempotencyKey: _unique, ...rest } = { idempotencyKey: undefined, ...value }

      expect(composed(readExample(value))).toEqual(rest)
    },
  )

  it('has what was typed, and no other members', () => {
    const secret = fc.record({ name: fc.string({ unit: 'binary' }), value: fc.string({ unit: 'binary' }) })
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.jsonValue(),
        fc.uniqueArray(secret, { selector: ({ name }) => name }),
        fc.string({ unit: 'binary' }),
        (node, payload, secrets, tenant) => {
          const named = secrets.filter(({ name }) => name !== '' && name !== '__proto__')
          const draft = {
            ...firstDraft,
            node: JSON.stringify(node),
            payload: JSON.stringify(payload),
            secrets: named,
            tenant,
          }

          expect(composed(draft)).toEqual({
            node: JSON.parse(JSON.stringify(node)),
            payload: JSON.parse(JSON.stringify(payload)),
            ...(named.length === 0
              ? {}
              : { secrets: Object.fromEntries(named.map(({ name, value }) => [name, value])) }),
            ...(tenant === '' ? {} : { tenant }),
          })
        },
      ),
    )
  })

  it.each([
    ['{"a":1},"payload":{}', '{}'],
    ['[]', '{}'],
    ['{}', '{},"secrets":{}'],
    ['{', ''],
  ])('is none where the node is %s and the payload %s', (node, payload) => {
    expect(composeRequest({ ...firstDraft, node, payload })).toEqual({
      problem: expect.stringMatching(/^The (?:node|payload) is no JSON/),
    })
  })

  it('keeps numbers as they were typed', () => {
    const request = composeRequest({ ...firstDraft, node: '{"a":12345678901234567890}', payload: '' })

    expect(request).toEqual({ text: '"node":{"a":12345678901234567890}' })
  })

  it.each([
    ['', '', '', ''],
    ['404', '', '', ',"simulate":{"status":404}'],
    ['200', '', 'ok', ',"simulate":{"status":200,"body":"ok"}'],
    ['response_timeout', '', 'ok', ',"simulate":{"failure":"response_timeout"}'],
    ['other', '418', '', ',"simulate":{"status":418}'],
    ['other', 'tls_untrusted', '', ',"simulate":{"failure":"tls_untrusted"}'],
    ['other', '', '', ''],
  ])('simulates the choice "%s", "%s" with the body "%s"', (choice, status, body, text) => {
    expect(composeSimulation({ choice, status, body })).toBe(text)
  })
})
