import iconv from 'iconv-lite'

/** An encoded text, or the index of the first character that the charset does not have. */
type Encoded = { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly at: number }

/** A charset in which a request can be sent. */
export interface RequestCharset {
  /** The name as IANA writes it. */
  readonly name: string
  encode(text: string): Encoded
}

/** The default charset. */
export const utf8: RequestCharset = {
  name: 'UTF-8',
  encode: (text) => ({ ok: true, bytes: Buffer.from(text, 'utf8') }),
}

/** The charsets that the service can send, for messages. */
export const charsetNames =
  'UTF-8, UTF-16, US-ASCII, ISO-8859-1 to 16, windows-1250 to 1258, Shift_JIS, EUC-JP, GB18030, GBK, GB2312 and EUC-KR'

const charsets = new Map<string, RequestCharset>()
/** No charset has a longer label, so a longer text is not compared with the patterns. */
const maxLabelLength = 64

/** The charset of a label; null if the service cannot send it. */
export function findCharset(label: string): RequestCharset | null {
  const name = label.length > maxLabelLength ? null : canonicalName(label.trim().toLowerCase())
  if (name === null) return null
  const charset = charsets.get(name) ?? createCharset(name)
  charsets.set(name, charset)
  return charset
}

/** The IANA name of a charset for any of its labels in use; null for an unknown label. */
function canonicalName(label: string): string | null {
  const alias = aliases.find(([, pattern]) => pattern.test(label))
  if (alias !== undefined) return alias[0]
  const [, part] = /^(?:cs)?iso[-_ ]?8859[-_](\d{1,2})(?::\d{4})?$/.exec(label) ?? latin(label)
  if (part !== undefined) return isoParts.has(part) ? `ISO-8859-${part}` : null
  const [, page] = /^(?:windows-?|x-cp|cp|cswindows)(125[0-8])$/.exec(label) ?? []
  return page === undefined ? null : `windows-${page}`
}

const isoParts = new Set(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '13', '14', '15', '16'])

/** The part of ISO 8859 for each Latin alphabet: Latin-1 is part 1, Latin-5 is part 9. */
const latinParts = ['1', '2', '3', '4', '9', '10', '13', '14', '15', '16']

function latin(label: string): readonly [string, string | undefined] | [] {
  const [, number] = /^(?:latin-?|l|csisolatin)(\d{1,2})$/.exec(label) ?? []
  return number === undefined ? [] : [label, latinParts[Number(number) - 1]]
}

const aliases: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['UTF-8', /^(?:utf-?8|csutf8|unicode-1-1-utf-8)$/],
  ['UTF-16', /^(?:utf-?16|csutf16)$/],
  ['UTF-16LE', /^(?:utf-?16le|csutf16le)$/],
  ['UTF-16BE', /^(?:utf-?16be|csutf16be)$/],
  [
    'US-ASCII',
    /^(?:us-ascii|ascii|ansi_x3\.4-19(?:68|86)|iso-ir-6|iso_646\.irv:1991|iso646-us|us|(?:ibm|cp)367|csascii)$/,
  ],
  ['ISO-8859-2', /^(?:iso-ir-101|iso8859-?2)$/],
  ['ISO-8859-3', /^(?:iso-ir-109|iso8859-?3)$/],
  ['ISO-8859-4', /^(?:iso-ir-110|iso8859-?4)$/],
  ['ISO-8859-5', /^(?:iso-ir-144|cyrillic|csisolatincyrillic|iso8859-?5)$/],
  [
    'ISO-8859-6',
    /^(?:iso-ir-127|ecma-114|asmo-708|arabic|csisolatinarabic|iso8859-?6|(?:cs)?iso-?8859-?6-?[ei])$/,
  ],
  ['ISO-8859-7', /^(?:iso-ir-126|elot_928|ecma-118|greek8?|csisolatingreek|iso8859-?7)$/],
  ['ISO-8859-8', /^(?:iso-ir-138|hebrew|csisolatinhebrew|iso8859-?8|(?:cs)?iso-?8859-?8-?[ei])$/],
  ['ISO-8859-9', /^(?:iso-ir-148|iso8859-?9)$/],
  ['ISO-8859-10', /^(?:iso-ir-157|iso8859-?10)$/],
  ['ISO-8859-14', /^(?:iso-ir-199|iso-celtic|iso8859-?14)$/],
  ['ISO-8859-15', /^iso8859-?15$/],
  ['ISO-8859-16', /^(?:iso-ir-226|iso8859-?16)$/],
  ['ISO-8859-1', /^(?:iso-ir-100|iso8859-?1|(?:ibm|cp)819)$/],
  ['Shift_JIS', /^(?:shift[_-]jis|x-sjis|sjis|ms_kanji|csshiftjis)$/],
  ['Windows-31J', /^(?:windows-31j|cswindows31j|ms932|cp932)$/],
  ['EUC-JP', /^(?:x-)?(?:euc-?jp|extended_unix_code_packed_format_for_japanese|cseucpkdfmtjapanese)$/],
  ['GB18030', /^(?:cs)?gb18030$/],
  ['GBK', /^(?:x-gbk|csgbk|gbk|cp936|ms936|windows-936)$/],
  ['GB2312', /^(?:(?:cs)?gb2312|gb_2312-80|iso-ir-58|chinese|csiso58gb231280)$/],
  ['EUC-KR', /^(?:(?:cs)?euc-?kr|ks_c_5601-198[79]|ksc_5601|iso-ir-149|korean|csksc56011987)$/],
]

function createCharset(name: string): RequestCharset {
  switch (name) {
    case 'UTF-8':
      return utf8
    case 'US-ASCII':
      return { name, encode: (text) => encodeLatin(text, /[^\0-\x7f]/) }
    case 'ISO-8859-1':
      return { name, encode: (text) => encodeLatin(text, /[^\0-\xff]/) }
    case 'UTF-16':
      return { name, encode: (text) => encodeUtf16(`\ufeff${text}`) }
    case 'UTF-16LE':
      return { name, encode: encodeUtf16 }
    case 'UTF-16BE':
      return { name, encode: (text) => ({ ok: true, bytes: Buffer.from(text, 'utf16le').swap16() }) }
    default:
      return new TableCharset(name)
  }
}

function encodeLatin(text: string, other: RegExp): Encoded {
  const at = text.search(other)
  return at === -1 ? { ok: true, bytes: Buffer.from(text, 'latin1') } : { ok: false, at }
}

function encodeUtf16(text: string): Encoded {
  return { ok: true, bytes: Buffer.from(text, 'utf16le') }
}

/** Whether the bytes of a character outside ASCII belong to the charset itself, and not to a vendor's extension. */
type Admits = (lead: number, trail: number, length: number) => boolean

const subsets: Readonly<Record<string, Admits>> = {
  Shift_JIS: (lead, _trail, length) => (length === 1 ? lead >= 0xa1 : lead <= 0xea && lead !== 0x87),
  'Windows-31J': (lead, _trail, length) => length === 2 || lead >= 0xa1,
  'EUC-JP': (lead, trail, length) =>
    length === 3 ? trail <= 0xed : lead === 0x8e || (lead <= 0xf4 && lead !== 0xad),
  GBK: (lead, trail, length) => length === 2 && !isAddedToGbk(lead, trail),
  GB2312: (lead, trail) =>
    lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1 && !isAddedToGb2312((lead << 8) | trail),
  'EUC-KR': (lead, trail) => lead >= 0xa1 && trail >= 0xa1,
}

function isAddedToGbk(lead: number, trail: number): boolean {
  if (lead === 0xfe) return trail < 0xa1
  if (lead === 0xa8) return trail === 0xbc || trail === 0xbf
  return lead === 0xa9 && trail >= 0x89 && trail <= 0x95
}

function isAddedToGb2312(code: number): boolean {
  return (
    (code >= 0xa2a1 && code <= 0xa2aa) ||
    (code >= 0xa6e0 && code <= 0xa6f5) ||
    (code >= 0xa8bb && code <= 0xa8c0)
  )
}

const japanese = new Set(['Shift_JIS', 'Windows-31J', 'EUC-JP'])

/** Characters of JIS X 0208 that iconv-lite has only under the code points of Windows. */
const twins: Readonly<Record<string, string>> = {
  '\u301c': '\uff5e',
  '\u2016': '\u2225',
  '\u2212': '\uff0d',
  '\xa2': '\uffe0',
  '\xa3': '\uffe1',
  '\xac': '\uffe2',
}

/** A charset with a table in iconv-lite. */
class TableCharset implements RequestCharset {
  readonly name: string
  readonly #admits: Admits | undefined
  /** For each UTF-16 unit whether the charset has it, filled on first use. */
  readonly #looked = new Uint8Array(0x10000)

  constructor(name: string) {
    this.name = name
    this.#admits = subsets[name]
  }

  encode(text: string): Encoded {
    const own = japanese.has(this.name) ? text.replace(/[\u301c\u2016\u2212\xa2\xa3\xac]/g, findTwin) : text
    for (let at = 0; at < own.length; at++) if (!this.#has(own.charCodeAt(at))) return { ok: false, at }
    const bytes = iconv.encode(own, this.name)
    return { ok: true, bytes: this.name === 'EUC-JP' ? mendTilde(bytes) : bytes }
  }

  #has(unit: number): boolean {
    if (unit < 0x80) return true
    // Surrogates and private use: among these charsets only GB18030 has such characters, and it has all of them.
    if (unit >= 0xd800 && unit <= 0xf8ff) return this.name === 'GB18030'
    const looked = this.#looked[unit]
    if (looked !== unknown) return looked === present
    const has = this.#look(String.fromCharCode(unit))
    this.#looked[unit] = has ? present : absent
    return has
  }

  /** Decodes the bytes again, because iconv-lite writes "?" for unknown characters and replaces some others. */
  #look(character: string): boolean {
    const bytes = iconv.encode(character, this.name)
    if (iconv.decode(bytes, this.name, { stripBOM: false }) !== character) return false
    if (character === '\ufffd' && this.name !== 'GB18030') return false
    const [lead = 0, trail = 0] = bytes
    return this.#admits?.(lead, trail, bytes.length) ?? true
  }
}

const unknown = 0
const present = 1
const absent = 2

/** iconv-lite writes the wide tilde with a code of JIS X 0212, which few readers support. This is the code of JIS X 0208. */
function mendTilde(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\x8f\xa2\xb7', '\xa1\xc1'), 'latin1')
}

function findTwin(character: string): string {
  return twins[character] ?? character
}
