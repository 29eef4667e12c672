import { type Charset, findCharset } from './response-charset.ts'

/** What the Content-Type of a response says. */
export interface ContentType {
  /** `type/subtype` in lower case; empty where there is none. */
  readonly essence: string
  /** The charset parameter as it stands, quotes aside; null where there is none that names anything. */
  readonly label: string | null
}

/**
 * Reads a Content-Type. Of several, as where a proxy adds one, the last one counts, and keeps the charset of another one
 * of the same type (Fetch Standard).
 */
export function parseContentType(value: string): ContentType {
  let essence = ''
  let label: string | null = null
  for (const part of value.split(',')) {
    const named = mediaType.exec(part)?.[1]?.toLowerCase()
    if (named !== undefined && named !== '*/*' && named !== essence) {
      essence = named
      label = null
    }
    label = charsetParameter.exec(part)?.[1] ?? label
  }
  return { essence, label }
}

const mediaType = /^\s*([^\s;/"]+\/[^\s;/"]+)/
const charsetParameter = /(?:^|[;\s])charset\s*=\s*["']?([^\s"';]+)/i

/** The charset that the first bytes of a body name (Encoding Standard, and UTF-32), which outranks all others. */
export function findMarkedCharset(body: Buffer): Charset | null {
  const [first, second, third, fourth] = body
  if (first === 0xef && second === 0xbb && third === 0xbf) return findCharset('utf-8')
  if (first === 0xff && second === 0xfe)
    return findCharset(third === 0 && fourth === 0 && body.length % 4 === 0 ? 'utf-32le' : 'utf-16le')
  if (first === 0xfe && second === 0xff) return findCharset('utf-16be')
  return first === 0 && second === 0 && third === 0xfe && fourth === 0xff ? findCharset('utf-32be') : null
}

/** The byte order of UTF-16 that begins with a character of ASCII; null where it does not look like that. */
export function findWideCharset([first = 0, second = 0]: Buffer): Charset | null {
  if (first !== 0 && second === 0) return findCharset('utf-16le')
  return first === 0 && second !== 0 ? findCharset('utf-16be') : null
}

/** Where a declaration has to stand (HTML Standard). */
const declaredWithin = 1024

/** The charset that markup names itself, as XML or HTML do; null where it names none that can be true. */
export function findDeclaredCharset(body: Buffer, { essence }: ContentType): Charset | null {
  const start = body.toString('latin1', 0, declaredWithin)
  const xml = xmlDeclaration.exec(start)?.[1]
  if (xml !== undefined) return byteWise(findCharset(xml))
  return htmlType.test(essence) || htmlStart.test(start) ? byteWise(findMetaCharset(start)) : null
}

const xmlDeclaration = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)["']/
const htmlType = /^(?:text\/html|application\/xhtml\+xml)$/
const htmlStart = /^\s*<(?:!doctype html|html|head|meta|title)\b/i

/** A declaration that can be read byte by byte is not written in two bytes for a character. */
function byteWise(charset: Charset | null): Charset | null {
  return charset === null || /^utf-(?:16|32)/.test(charset.name) ? null : charset
}

function findMetaCharset(start: string): Charset | null {
  for (const [, attributes = ''] of withoutComments(start).matchAll(/<meta(?=[\s/])([^>]*)/gi)) {
    const charset = findCharset(metaLabel(attributes) ?? '')
    if (charset !== null) return charset
  }
  return null
}

function metaLabel(attributes: string): string | undefined {
  const values = new Map<string, string>()
  for (const [, name = '', quoted, other, bare] of attributes.matchAll(attribute)) {
    const key = name.toLowerCase()
    if (!values.has(key)) values.set(key, quoted ?? other ?? bare ?? '')
  }
  const own = values.get('charset')
  if (own !== undefined) return own
  if (values.get('http-equiv')?.trim().toLowerCase() !== 'content-type') return undefined
  return charsetParameter.exec(values.get('content') ?? '')?.[1]
}

const attribute = /([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/g

function withoutComments(text: string): string {
  let kept = ''
  let at = 0
  for (let open = text.indexOf('<!--'); open !== -1; open = text.indexOf('<!--', at)) {
    kept += text.slice(at, open)
    const close = text.indexOf('-->', open + 2)
    if (close === -1) return kept
    at = close + 3
  }
  return kept + text.slice(at)
}
