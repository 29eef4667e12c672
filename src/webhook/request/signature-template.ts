import { didYouMean, suggest } from '../values/suggest.ts'
import { quoteName } from '../values/text.ts'

/** What a signature can cover. `path` has the query, `timestamp` is in seconds. */
export const signedNames = ['timestamp', 'id', 'method', 'path', 'body'] as const

/** What the value of a header can have beside that: the signature. */
export const signatureNames = [...signedNames, 'hex', 'base64'] as const

export type SignedName = (typeof signedNames)[number]
export type SignatureName = (typeof signatureNames)[number]

/** A part of a signature template: a text of the author, or the name of a value. */
export type SignaturePart<Name extends string> = { readonly text: string } | { readonly name: Name }

/** A parsed signature template, or the problem with it as the end of a sentence. */
export type ParsedSignature<Name extends string> =
  | { readonly ok: true; readonly parts: readonly SignaturePart<Name>[] }
  | { readonly ok: false; readonly problem: string }

/**
 * Parses a text with placeholders that are names and nothing else. It is no Liquid: a filter or a condition would sign other
 * bytes than those that are sent. The body may stand in it once, so that the work is linear in the request.
 */
export function parseSignatureTemplate<Name extends string>(
  text: string,
  names: readonly Name[],
): ParsedSignature<Name> {
  const parts: SignaturePart<Name>[] = []
  let at = 0
  for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', at)) {
    const close = text.indexOf('}}', open)
    if (close === -1) return { ok: false, problem: 'has a "{{" that is not closed' }
    const word = text.slice(open + 2, close).trim()
    const name = names.find((known) => known === word)
    if (name === undefined) return { ok: false, problem: unknownName(word, names) }
    if (name === 'body' && parts.some((part) => 'name' in part && part.name === name))
      return { ok: false, problem: 'has {{ body }} more than once' }
    if (open > at) parts.push({ text: text.slice(at, open) })
    parts.push({ name })
    at = close + 2
  }
  if (at < text.length) parts.push({ text: text.slice(at) })
  const hasTag = parts.some((part) => 'text' in part && part.text.includes('{%'))
  if (hasTag) return { ok: false, problem: 'has a tag, and is no Liquid: it has names in braces only' }
  return { ok: true, parts }
}

function unknownName(word: string, names: readonly string[]): string {
  const known = names.map((name) => `{{ ${name} }}`).join(', ')
  const [first = ''] = word.split(/[^\w-]/, 1)
  if (names.includes(first))
    return `has more than a name in the braces of ${quoteName(first)}, and is no Liquid: it knows ${known}`
  const last = word.split('.').at(-1) ?? ''
  if (names.includes('hex') && /^(?:[\w.]{0,40}[._])?(?:signature|sig|hmac|digest|hash|mac)$/i.test(word))
    return `has ${quoteName(word)} in braces, and knows ${known}; the signature is {{ hex }}, or {{ base64 }}`
  return `has ${quoteName(word)} in braces, and knows ${known}.${didYouMean(suggest(word, names) ?? suggest(last, names))}`
}
