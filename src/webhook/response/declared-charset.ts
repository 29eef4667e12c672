import { type Charset, findCharset } from './response-charset.ts'

/** The Content-Type of a response. */
export interface ContentType {
  /** `type/subtype` in lower case; empty if there is none. */
  readonly essence: string
  /** The charset parameter as written, without quotes; null if it is missing or empty. */
  readonly label: string | null
}

/**
 * Parses a Content-Type. A proxy may add a second one: the last one counts, and keeps the charset of an earlier one of the
 * same type (Fetch Standard).
 */
export function parseContentType(value: string): ContentType {
  if (bareType.test(value)) return { essence: value, label: null }
  let essence = ''
  let label: string | null = null
  const { bare, texts } = takeQuotedTexts(value)
  for (const part of bare.split(',')) {
    const named = mediaType.exec(part)?.[1]?.toLowerCase()
    if (named !== undefined && named !== '*/*' && named !== essence) {
      essence = named
      label = null
    }
    const [, quoted, plain] = charsetParameter.exec(part) ?? []
    label = (quoted === undefined ? plain : texts[Number(quoted)]) || label
  }
  return { essence, label }
}

/** Replaces each quoted text by a quoted number, because a quoted text may contain separators. */
function takeQuotedTexts(value: string): { readonly bare: string; readonly texts: readonly string[] } {
  const texts: string[] = []
  const bare = value.replace(/"((?:[^"\\]|\\.)*)(?:"|\\?$)/gs, (_all, text: string) => {
    const index = texts.push(text.replace(/\\(.)/gs, '$1').trim()) - 1
    return `"${index} `
  })
  return { bare, texts }
}

/** The usual value, which has no parameters. */
const bareType = /^[a-z]+\/[a-z+.-]+$/

const mediaType = /^\s*([^\s;/"]+\/[^\s;/"]+)/
/** Single quotes are not quotes in HTTP, but senders use them as such. */
const charsetParameter = /(?:^|[;\s])charset\s*=\s*(?:"(\d+)|'?([^\s"';]+))/i

/** The charset of a byte order mark (Encoding Standard, and UTF-32). It takes precedence over all other declarations. */
export function findMarkedCharset(body: Buffer): Charset | null {
  const [first, second, third, fourth] = body
  if (first === 0xef && second === 0xbb && third === 0xbf) return findCharset('utf-8')
  if (first === 0xff && second === 0xfe)
    return findCharset(third === 0 && fourth === 0 && body.length % 4 === 0 ? 'utf-32le' : 'utf-16le')
  if (first === 0xfe && second === 0xff) return findCharset('utf-16be')
  return first === 0 && second === 0 && third === 0xfe && fourth === 0xff ? findCharset('utf-32be') : null
}

/** The byte order of UTF-16 if the text begins with an ASCII character; null otherwise. */
export function findWideCharset([first = 0, second = 0]: Buffer): Charset | null {
  if (first !== 0 && second === 0) return findCharset('utf-16le')
  return first === 0 && second !== 0 ? findCharset('utf-16be') : null
}

/** The size of the sample that decides whether a text is UTF-16. Most of its characters must be Latin-1. */
const wideSampleBytes = 64

/** The byte order of a text that looks like undeclared UTF-16; null otherwise. */
export function findWideText(body: Buffer): Charset | null {
  const charset = findWideCharset(body)
  if (charset === null || body.length < 4) return null
  const isBigEndian = body[0] === 0
  let pairs = 0
  let narrow = 0
  for (let at = 0; at + 1 < Math.min(body.length, wideSampleBytes); at += 2) {
    const [high = 0, low = 0] = isBigEndian ? [body[at], body[at + 1]] : [body[at + 1], body[at]]
    pairs++
    if (high === 0 && isBinaryByte(low)) return null
    if (high === 0) narrow++
  }
  return narrow * 4 >= pairs * 3 ? charset : null
}

/** Whether a byte is a control character that texts do not have (MIME Sniffing Standard). */
export function isBinaryByte(byte: number): boolean {
  return byte < 0x20 && !textControls.has(byte)
}

const textControls: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b])

/** A declaration must stand within this many bytes (HTML Standard). */
const declaredWithin = 1024

/** The charset that XML or HTML declares; null if it declares none, or one that cannot be right. */
export function findDeclaredCharset(body: Buffer, { essence }: ContentType): Charset | null {
  const isMarkup = htmlType.test(essence)
  if (!isMarkup && !mayBeginMarkup(body)) return null
  const start = body.toString('latin1', 0, declaredWithin)
  const xml = xmlDeclaration.exec(start)?.[1]
  if (xml !== undefined) return byteWise(findCharset(xml))
  return isMarkup || htmlStart.test(start) ? byteWise(findMetaCharset(start)) : null
}

/** False for most bodies that are no markup: JSON begins neither with white space nor with `<`. */
function mayBeginMarkup([first = 0]: Buffer): boolean {
  return first === lessThan || first <= space || first === noBreakSpace
}

const lessThan = 0x3c
const space = 0x20
const noBreakSpace = 0xa0

const xmlDeclaration = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)["']/
const htmlType = /^(?:text\/html|application\/xhtml\+xml)$/
const htmlStart = /^\s*<(?:!doctype html|html|head|meta|title)\b/i

/** A declaration that was read byte by byte cannot be in UTF-16 or UTF-32. */
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
  return metaCharset.exec(values.get('content') ?? '')?.[1]
}

const metaCharset = /(?:^|[;\s])charset\s*=\s*["']?([^\s"';]+)/i

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
