import {
  type Context,
  EchoTag,
  Filter,
  type FilterImplOptions,
  type Liquid,
  Output,
  TagToken,
  type Template,
  type Token,
  type TopLevelToken,
  TypeGuards,
  toValue,
  type Value,
} from 'liquidjs'
import { plainText } from '../values/text.ts'
import type { WrittenForm } from './encoders.ts'
import type { RenderContext } from './render-context.ts'

/** The filters that write a value in the form of a place. */
const forms: Readonly<Record<string, WrittenForm>> = {
  json: 'json',
  jsonify: 'json',
  inspect: 'json',
  url_encode: 'url',
  cgi_escape: 'url',
  uri_escape: 'url',
  escape: 'xml',
  xml_escape: 'xml',
  escape_once: 'xml',
}

/** The form that the last filter of a placeholder or `echo` writes; null for a plain text. */
export function findWrittenForm(template: Template): WrittenForm | null {
  return forms[lastFilter(template)?.name ?? ''] ?? null
}

/** Passes the form that the author wrote on to the encoder of the placeholder. */
export function keepWrittenForm(template: Template, form: WrittenForm, liquid: Liquid): void {
  const filters = readFilters(template)
  const last = lastFilter(template)
  if (filters === null || last === undefined) return
  const { token, handler } = last as unknown as FilterParts
  const encode = encodeWritten(form, last.name === 'uri_escape' ? escapeReserved : toValue)
  const at = filters.indexOf(last)
  if (form === 'json' || form === 'quotedJson') filters[at] = new Filter(token, ofPlainValue(handler), liquid)
  // It replaces the usual encoder. `raw`: `echo` adds no encoder of its own.
  filters.splice(at + 1, 1, new Filter(token, { handler: encode, raw: true }, liquid))
}

/** Removes the last filter of a placeholder, so that its result is the value and not its text. */
export function dropLastFilter(template: Template): void {
  const filters = readFilters(template)
  const last = lastFilter(template)
  if (filters !== null && last !== undefined) filters.splice(filters.indexOf(last), 1)
}

function readFilters(template: Template): Filter[] | null {
  if (!(template instanceof Output || template instanceof EchoTag)) return null
  // `echo` without an expression has no value.
  const { value } = template as unknown as { readonly value?: Value }
  return value?.filters ?? null
}

/** The author's last filter. After it an output has the encoder. */
function lastFilter(template: Template): Filter | undefined {
  return readFilters(template)?.at(template instanceof Output ? -2 : -1)
}

type FilterHandler = Extract<FilterImplOptions, (...parts: never[]) => unknown>

interface FilterParts {
  readonly token: ConstructorParameters<typeof Filter>[0]
  readonly handler: FilterHandler
}

/** Replaces the `nil` of LiquidJS, which is an object, by a plain value. */
function ofPlainValue(handler: FilterHandler): FilterHandler {
  return function (value: unknown, ...options: unknown[]) {
    return handler.call(this, toValue(value as never), ...options)
  }
}

function encodeWritten(form: WrittenForm, prepare: (value: unknown) => unknown): FilterHandler {
  return function (this: { readonly context: Context }, value: unknown) {
    const context = this.context as RenderContext
    context.settle()
    const { encode } = context
    // A captured text keeps the quotes that the author wrote.
    if (form === 'quotedJson' && encode === plainText) return `"${plainText(value)}"`
    return encode === null ? value : encode(prepare(value), form)
  }
}

/** Also escapes the separators of a URL, which `uri_escape` keeps: a value must not become a separator. */
function escapeReserved(value: unknown): string {
  return String(value).replace(/[;,/?:@&=+$#[\]]/g, encodeURIComponent)
}

/**
 * Removes the quotes around each placeholder of a JSON text that writes JSON and stands alone between them, so that it
 * becomes the value. Returns those placeholders.
 */
export function unquoteJson(tokens: readonly TopLevelToken[], liquid: Liquid): ReadonlySet<TopLevelToken> {
  const unquoted = new Set<TopLevelToken>()
  for (const [index, token] of tokens.entries()) {
    const [before, behind] = [tokens[index - 1], tokens[index + 1]]
    if (before === undefined || behind === undefined) continue
    if (!TypeGuards.isHTMLToken(before) || !TypeGuards.isHTMLToken(behind)) continue
    if (!endsWithQuote(before.getContent()) || !behind.getContent().startsWith('"')) continue
    if (!writesJson(token, liquid)) continue
    before.trimRight++
    behind.trimLeft++
    unquoted.add(token)
  }
  return unquoted
}

/** The value of an `echo` that writes JSON; null for any other token. */
export function findEchoedJson(token: TopLevelToken, liquid: Liquid): string | null {
  return TypeGuards.isTagToken(token) && writesJson(token, liquid) ? token.args : null
}

function writesJson(token: Token, liquid: Liquid): boolean {
  if (TypeGuards.isOutputToken(token)) return findWrittenForm(new Output(token, liquid)) === 'json'
  if (!TypeGuards.isTagToken(token) || token.name !== 'echo') return false
  const text = token.getText()
  // A tag consumes its token, so this reads a copy and the parser gets the original.
  const copy = new TagToken(text, 0, text.length, liquid.options)
  return findWrittenForm(new EchoTag(copy, [], liquid)) === 'json'
}

function endsWithQuote(text: string): boolean {
  let backslashes = 0
  while (text.at(-2 - backslashes) === '\\') backslashes++
  return text.endsWith('"') && backslashes % 2 === 0
}
