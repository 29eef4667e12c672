import iconv from 'iconv-lite'

/** A decoded text. */
interface DecodedText {
  /** The text without its byte order mark. */
  readonly text: string
  /** Whether the text has U+FFFD in place of invalid bytes. */
  readonly isDamaged: boolean
}

/** A charset for decoding. */
export interface Charset {
  /** The name of the Encoding Standard, if it has one. */
  readonly name: string
  /** Whether ASCII characters have their ASCII bytes. */
  readonly isByteWise: boolean
  /** Decodes bytes. If the text is truncated, an incomplete character at its end is left out. */
  decode(bytes: Buffer, isWhole: boolean): DecodedText
}

/**
 * The charset of a label, case-insensitive and with the usual aliases; null if the service cannot decode it. A label of
 * ASCII also gives null: ASCII bytes mean the same in nearly every charset, and the label says nothing about other bytes.
 */
export function findCharset(label: string): Charset | null {
  const known = label.trim().toLowerCase()
  if (known === 'utf-8') return utf8
  if (known.length > longestLabel || asciiLabel.test(known)) return null
  const name = standardName(known) ?? resolveAlias(known.replace(/[^0-9a-z]/g, ''))
  return name === null ? null : charsetNamed(name)
}

/** Whether a label names ASCII. */
export function isAsciiLabel(label: string): boolean {
  return asciiLabel.test(label.trim().toLowerCase())
}

/** Whether bytes that look like ASCII can mean other characters in the charset of a label. */
export function mayDisguiseAscii(label: string): boolean {
  return label.length <= longestLabel && disguise.test(label.toLowerCase().replace(/[^0-9a-z]/g, ''))
}

/** UTF-7, charsets with escape sequences, compressing charsets, and EBCDIC. */
const disguise =
  /^(?:x|cs)*(?:(?:unicode\d\d)?utf7|utfebcdic|iso2022|hz|scsu|bocu|ebcdic|(?:cp|ibm|ccsid)0*(?:37|27[3-9]|28[0-9]|290|297|420|424|500|83[38]|87[015]|880|905|918|924|10(?:25|26|47)|11[2-6]\d)$)/

const asciiLabel = /^(?:us-?ascii|ascii|ansi_x3\.4-19[68]\d|iso646-us|iso_646\.irv:1991|iso-ir-6)$/

const longestLabel = 40

/** The name of a label in `TextDecoder`; null if it is unknown there. */
function standardName(label: string): string | null {
  try {
    return new TextDecoder(label).encoding
  } catch {
    return null
  }
}

/** Finds an alias by its name without punctuation, because labels vary in that. */
function resolveAlias(squeezed: string): string | null {
  for (const [pattern, name] of aliases) if (pattern.test(squeezed)) return squeezed.replace(pattern, name)
  return null
}

/** UTF-7 is left out on purpose: it can disguise a text. */
const aliases: readonly (readonly [RegExp, string])[] = [
  [/^x?utf8(?:mb[34]|n|bom|sig|withbom)?$/, 'utf-8'],
  [/^(?:utf16|ucs2)(le|be)$/, 'utf-16$1'],
  [/^(?:utf16|ucs2)$/, 'utf-16le'],
  [/^(?:utf32|ucs4)(le|be)?$/, 'utf-32$1'],
  [/^(?:iso)?8859(1[013-6]|[2-9]|1)$/, 'iso-8859-$1'],
  [/^(?:(?:iso)?latin|l)1$|^(?:w?ansi|latin)$/, 'windows-1252'],
  [/^(?:iso)?latin([2-4])$/, 'iso-8859-$1'],
  [/^(?:iso)?latin5$/, 'windows-1254'],
  [/^(?:iso)?latin6$/, 'iso-8859-10'],
  [/^(?:iso)?latin7$/, 'iso-8859-13'],
  [/^(?:iso)?latin8$/, 'iso-8859-14'],
  [/^(?:iso)?latin[09]$/, 'iso-8859-15'],
  [/^(?:iso)?latin10$/, 'iso-8859-16'],
  [/^(?:xwindows|windows|win|xcp|cp|ms|ansi)?(125[0-8]|874)$/, 'windows-$1'],
  [/^(?:(?:cs)?windows31j|mskanji|x?sjis|shiftjis|(?:windows|cp|ms)932|(?:cp|ibm)943)$/, 'shift_jis'],
  [/^(?:x?eucjp|ujis)$/, 'euc-jp'],
  [/^(?:euccn|x?gbk|gb2312|(?:windows|cp|ms)936)$/, 'gbk'],
  [/^(?:gb18030(?:20\d\d)?|cp54936)$/, 'gb18030'],
  [/^(?:x?euckr|uhc|ksc5601(?:19\d\d)?|(?:windows|cp|ms)949)$/, 'euc-kr'],
  [/^(?:xbig5|big5(?:hkscs|eten|tw)?|(?:windows|cp|ms)950)$/, 'big5'],
  [/^(?:cs)?koi8(?:r)?$/, 'koi8-r'],
  [/^koi8(?:u|ru)$/, 'koi8-u'],
  [/^(?:x?mac(?:intosh|roman)?)$/, 'macintosh'],
  [/^(?:cp|ibm|oem|dos)?(437|7(?:37|75)|8(?:5[0256-8]|6[0-59]))$/, 'cp$1'],
]

function charsetNamed(name: string): Charset | null {
  if (name === 'utf-8') return utf8
  if (!viaIconv.test(name)) {
    const standard = standardName(name)
    return standard === null ? null : createCharset(standard, decodeByPlatform)
  }
  return iconv.encodingExists(name) ? createCharset(name, decodeByIconv) : null
}

/** Charsets that `TextDecoder` lacks, or decodes without the additions of the Encoding Standard. */
const viaIconv = /^(?:big5|euc-kr|cp\d+|utf-32(?:le|be)?)$/

const wideOrStateful = /^(?:utf-(?:16|32)|iso-2022-)/

const replacement = '\ufffd'

type Decode = (name: string, bytes: Buffer, isWhole: boolean) => DecodedText

function createCharset(name: string, decode: Decode): Charset {
  return {
    name,
    isByteWise: !wideOrStateful.test(name),
    decode: (bytes, isWhole) => decode(name, bytes, isWhole),
  }
}

function decodeByPlatform(name: string, bytes: Buffer, isWhole: boolean): DecodedText {
  const options = { stream: !isWhole }
  try {
    const text = new TextDecoder(name, { fatal: true }).decode(bytes, options)
    return { text: withoutMark(text), isDamaged: false }
  } catch {
    return { text: withoutMark(new TextDecoder(name).decode(bytes, options)), isDamaged: true }
  }
}

function decodeByIconv(name: string, bytes: Buffer, isWhole: boolean): DecodedText {
  const decoder = iconv.getDecoder(name)
  const begun = decoder.write(bytes)
  const text = withoutMark(isWhole ? begun + (decoder.end() ?? '') : begun)
  return { text, isDamaged: text.includes(replacement) }
}

/** The default charset. */
export const utf8: Charset = {
  name: 'utf-8',
  isByteWise: true,
  decode(bytes, isWhole) {
    const text = decodeUtf8(bytes, isWhole)
    if (text !== null) return { text, isDamaged: false }
    return { text: new TextDecoder().decode(bytes, { stream: !isWhole }), isDamaged: true }
  },
}

/** Decodes bytes that are valid UTF-8; null for others. */
export function decodeUtf8(bytes: Buffer, isWhole: boolean): string | null {
  const whole = isWhole ? bytes : bytes.subarray(0, endOfWhole(bytes))
  const text = whole.toString('utf8')
  if (!text.includes(replacement)) return withoutMark(text)
  try {
    // The body may contain U+FFFD itself, so only a strict decoder can tell.
    return strictUtf8.decode(whole)
  } catch {
    return null
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** The length of UTF-8 bytes without an incomplete character at the end. */
function endOfWhole(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    const isContinuation = (byte & 0xc0) === 0x80
    if (!isContinuation) return lengthBehind(byte) > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/** The number of bytes of a UTF-8 character, by its first byte. */
function lengthBehind(first: number): number {
  if (first < 0xc0) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** The fallback for undeclared text. It has a character for every byte. */
export const windows1252: Charset = createCharset('windows-1252', decodeByPlatform)
