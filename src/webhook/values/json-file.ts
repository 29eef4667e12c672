import { maxJsonDepth, type ParsedJson, parseJson } from './json.ts'
import type { JsonSyntaxError } from './json-syntax.ts'

/** Parses a file that a person writes. The detail says what to write instead, and quotes nothing: any text may be a secret. */
export function parseJsonFile(text: string): ParsedJson {
  const parsed = parseJson(text, { maxDepth: maxJsonDepth })
  if (parsed.ok || parsed.error === null) return parsed
  const cure = findCure(text, parsed.error)
  return cure === null ? parsed : { ...parsed, detail: `${parsed.detail.replace(/\.$/, '')}: ${cure}.` }
}

function findCure(text: string, { at, expected }: JsonSyntaxError): string | null {
  const found = text[at] ?? ''
  const before = text.slice(0, at).trimEnd().at(-1)
  if (found === '\ufeff' && at === 0) return 'save the file as UTF-8 without a byte order mark'
  if (found === '') return 'the end is missing, such as a "}" or a quote'
  if (before === ',' && /[}\]]/.test(found)) return `remove the comma before the "${found}"`
  if (/['`\u2018-\u201f]/.test(found)) return 'texts and names have straight double quotes'
  if (found === '#' || /^\/[/*]/.test(text.slice(at, at + 2))) return 'JSON has no comments, remove it'
  if (expected.startsWith('"," or'))
    return /["{[\p{L}\d]/u.test(found) ? 'a comma is missing before it' : null
  if (expected === '":"') return 'a name has ":" and a value behind it'
  if (expected === 'nothing more') return 'remove what stands behind the end'
  return /[\p{L}\d_]/u.test(found) ? 'a text or a name needs double quotes' : null
}
