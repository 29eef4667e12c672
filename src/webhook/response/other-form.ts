import type { ReadableResponse } from './readable-response.ts'

/** Characters that are looked at. */
const maxStart = 100

/**
 * Tells what helps with a body that is not JSON, by what it begins with: a prefix against scripts, a call of JSONP, XML. Empty if it
 * begins with nothing known.
 */
export function adviseOnForm({ isText, text }: Pick<ReadableResponse, 'isText' | 'text'>): string {
  if (!isText) return ''
  const start = text.slice(0, maxStart).trimStart()
  if (/^(?:\)\]\}'|while ?\(|for ?\(;;\)|\{\}&&|&&&START)/.test(start))
    return ' Before the JSON stands a prefix against scripts: ask the target for JSON without it, or compare response.body, which is the text.'
  if (/^(?:\/\*\*\/)?[A-Za-z_$][\w$.]{0,60} ?\([[{"]/.test(start))
    return ' It is JSONP, a call of a function: leave the parameter callback out of the URL, or compare response.body, which is the text.'
  if (/^<(?:\?xml|!DOCTYPE|[A-Za-z])/.test(start))
    return ' It is markup, not JSON: ask the target for JSON with a header Accept, or compare response.body, which is the text.'
  return ''
}

/** Tells of a text within JSON that it is JSON itself. Empty if it is not. */
export function adviseOnNested(value: unknown, path: string): string {
  if (typeof value !== 'string' || !/^\s*(?:\{\s*"|\[)/.test(value.slice(0, maxStart))) return ''
  return ` That text is JSON itself, which is not read as such: compare the text, as in ${path} contains "…".`
}
