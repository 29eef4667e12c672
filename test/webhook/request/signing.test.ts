import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mask } from '../../../src/webhook/masking/mask.ts'
import type { RenderedSigning } from '../../../src/webhook/request/signing.ts'
import type { OutboundRequest } from '../../../src/webhook/wire/outbound-request.ts'
import { render } from '../support/nodes.ts'

const seconds = 1_700_000_000
const text = fc.string({ unit: fc.constantFrom(...'aZ=:;, "\'{}/é€') })
const ascii = fc.string({ unit: fc.constantFrom(...'aZ=:;, "\'}/') })
const name = fc.constantFrom('timestamp', 'id', 'method', 'path', 'hex', 'base64')

/** How a node signs, and what it signs. */
function prepare({ over = '{{ body }}', value = '{{ hex }}', content = '', keys = 1 }) {
  const names = Array.from({ length: keys }, (_, at) => `key_${at}`)
  const rendered = render(
    {
      url: 'https://target.example/hook?a=%20b',
      body: { structure: 'raw', contentType: 'text/plain', content },
      signing: {
        scheme: 'hmac',
        over,
        header: 'X-Sig',
        value,
        secret: names.map((own) => `{{ secrets.${own} }}`),
      },
    },
    { idempotencyKey: 'key-1', secrets: Object.fromEntries(names.map((own) => [own, `value of ${own}`])) },
  )
  if (!rendered.ok || rendered.signing === null) throw new TypeError('the request is not signed')
  return rendered as { readonly request: OutboundRequest; readonly signing: RenderedSigning }
}

/** Puts a value in the place of each name. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{ (\w+) \}\}/g, (_whole, own: string) => values[own] ?? '')
}

const known = { timestamp: String(seconds), id: 'key-1', method: 'POST', path: '/hook?a=%20b' }

describe('signing', () => {
  it('covers the text of "over" with values in the place of names, to the byte', () => {
    const parts = fc.array(
      fc.oneof(
        text,
        name.map((own) => `{{ ${own} }}`),
      ),
    )
    fc.assert(
      fc.property(parts, parts, fc.string({ unit: 'grapheme' }), (before, behind, content) => {
        const over = `${before.join('')} {{ body }}${behind.join('')}`
        fc.pre(!/\{\{(?! (?:timestamp|id|method|path|body) \}\})/.test(over) && !content.includes('{'))

        const { request, signing } = prepare({ over, content })

        const signed = Buffer.concat(signing.listContent(request, seconds).map((piece) => Buffer.from(piece)))
        expect(signed.toString()).toBe(fill(over, { ...known, body: content.toWellFormed() }))
      }),
    )
  })

  it('writes "value" with values in the place of names, whatever separates them', () => {
    const parts = fc.array(
      fc.oneof(
        ascii,
        name.map((own) => `{{ ${own} }}`),
      ),
    )
    fc.assert(
      fc.property(parts, parts, fc.uint8Array({ minLength: 32, maxLength: 32 }), (before, behind, bytes) => {
        const value = `.${before.join('')}{{ hex }}${behind.join('')}.`
        const signature = Buffer.from(bytes)
        const { request, signing } = prepare({ value })

        const spelled = { hex: signature.toString('hex'), base64: signature.toString('base64') }
        const [[, written] = []] = signing.writeHeaders(request, seconds, [signature])
        const [[, shown] = []] = signing.showHeaders(seconds)
        expect(written).toBe(fill(value, { ...known, ...spelled }))
        expect(shown).toBe(fill(value, { ...known, hex: mask, base64: mask }))
      }),
    )
  })

  it('writes every signature of a list, and every other part once', () => {
    fc.assert(
      fc.property(ascii, ascii, fc.integer({ min: 1, max: 5 }), (before, behind, keys) => {
        const value = `<${before},{{ hex }},${behind}>`
        const { request, signing } = prepare({ value, keys })
        const signatures = signing.keys.map((_key, at) => Buffer.alloc(32, at))

        const [[, written] = []] = signing.writeHeaders(request, seconds, signatures)

        const list = signatures.map((signature) => signature.toString('hex'))
        expect(written?.startsWith(`<${before}`)).toBe(true)
        expect(written?.endsWith(`${behind}>`)).toBe(true)
        expect(written?.match(/[\da-f]{64}/g)).toEqual(list)
        expect(written).toHaveLength(
          value.length - '{{ hex }}'.length + 64 * keys + separators(value) * (keys - 1),
        )
      }),
    )
  })
})

/** The length of what separates the signature from the part before it. */
function separators(value: string): number {
  return /([,; ]+)\{\{ hex/.exec(value)?.[1]?.length ?? 0
}
