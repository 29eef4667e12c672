import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { findCharset } from '../../../src/webhook/request/request-charset.ts'

function charsetNamed(label: string) {
  const charset = findCharset(label)
  if (charset === null) throw new TypeError(`${label} is not known`)
  return charset
}

const encode = (label: string, text: string) => charsetNamed(label).encode(text)

/** All characters of the first plane, save line breaks and what a reader may take for a byte order mark. */
const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => character.isWellFormed() && !'\0\n\r\ufeff'.includes(character),
)

/** What the iconv of the system reads; a line for each character, since it stops at what it does not know. */
function read(encoding: string, bytes: Buffer): string[] {
  const command = `iconv -c -f ${encoding} -t UTF-8 || true`
  return execFileSync('/bin/bash', ['-c', command], { input: bytes, maxBuffer: 2 ** 24 })
    .toString()
    .split('\n')
}

const parts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16]
const pages = [0, 1, 2, 3, 4, 5, 6, 7, 8]

/** Names of iconv, and characters that are one for people and have two code points, or were added later. */
const readers: readonly (readonly [label: string, encoding: string, besides: string])[] = [
  ['us-ascii', 'US-ASCII', ''],
  ...parts.map((part) => [`iso-8859-${part}`, `ISO-8859-${part}`, ''] as const),
  ...pages.map((page) => [`windows-125${page}`, `WINDOWS-125${page}`, page === 5 ? '\u05ba' : ''] as const),
  ['utf-16le', 'UTF-16LE', ''],
  ['utf-16be', 'UTF-16BE', ''],
  ['utf-16', 'UTF-16', ''],
  ['shift_jis', 'SHIFT_JIS', '\\~\u2225\uff0d\uff5e\uffe0\uffe1\uffe2'],
  ['windows-31j', 'CP932', '\xa2\xa3\xac\u2016\u2212\u301c'],
  ['euc-jp', 'EUC-JP', '\u2225\uff0d\uff5e\uffe0\uffe1\uffe2'],
  ['gbk', 'GBK', ''],
  ['gb2312', 'GB2312', '\xb7\u2014'],
  ['euc-kr', 'EUC-KR', ''],
]

describe('a charset', () => {
  it.each(readers)('%s is read back as %s', (label, encoding, besides) => {
    const charset = charsetNamed(label)
    const own = characters.filter((one) => charset.encode(one).ok && !besides.includes(one))

    const encoded = charset.encode(own.join('\n'))

    expect(own.length).toBeGreaterThan(100)
    expect(encoded.ok && read(encoding, encoded.bytes)).toEqual(own)
  })

  it('GB18030 has the characters of all planes', () => {
    const text = `${characters.filter((one) => one < '\u9fb4').join('')}€😀𠀀`
    const encoded = encode('gb18030', text)

    expect(new TextDecoder('gb18030').decode(encoded.ok ? encoded.bytes : Buffer.alloc(0))).toBe(text)
  })

  it.each([
    ['latin1', 'ISO-8859-1'],
    ['L2', 'ISO-8859-2'],
    ['ISO_8859-15', 'ISO-8859-15'],
    ['iso8859-1', 'ISO-8859-1'],
    ['ISO_8859-1:1987', 'ISO-8859-1'],
    ['csISOLatin1', 'ISO-8859-1'],
    ['latin6', 'ISO-8859-10'],
    ['Latin-9', 'ISO-8859-15'],
    ['ASCII', 'US-ASCII'],
    ['ANSI_X3.4-1968', 'US-ASCII'],
    ['utf8', 'UTF-8'],
    ['CP1252', 'windows-1252'],
    ['Windows-1251', 'windows-1251'],
    ['SJIS', 'Shift_JIS'],
    ['MS_Kanji', 'Shift_JIS'],
    ['csWindows31J', 'Windows-31J'],
    ['EUCJP', 'EUC-JP'],
    ['CP936', 'GBK'],
    ['UTF-16BE', 'UTF-16BE'],
    ['cyrillic', 'ISO-8859-5'],
    ['iso-ir-144', 'ISO-8859-5'],
    ['csISOLatinCyrillic', 'ISO-8859-5'],
    ['arabic', 'ISO-8859-6'],
    ['ISO-8859-6-I', 'ISO-8859-6'],
    ['ASMO-708', 'ISO-8859-6'],
    ['greek', 'ISO-8859-7'],
    ['ELOT_928', 'ISO-8859-7'],
    ['hebrew', 'ISO-8859-8'],
    ['iso-8859-8-i', 'ISO-8859-8'],
    ['csISO88598E', 'ISO-8859-8'],
    ['iso-ir-101', 'ISO-8859-2'],
    ['iso-ir-148', 'ISO-8859-9'],
    ['iso-celtic', 'ISO-8859-14'],
    ['iso-ir-226', 'ISO-8859-16'],
    ['GB_2312-80', 'GB2312'],
    ['chinese', 'GB2312'],
    ['KS_C_5601-1987', 'EUC-KR'],
    ['korean', 'EUC-KR'],
  ])('%s is %s', (label, name) => {
    expect(findCharset(label)?.name).toBe(name)
  })

  it.each([
    '',
    'utf-32',
    'utf-7',
    'big5',
    'iso-2022-jp',
    'iso-8859-12',
    'koi8-r',
    'x',
    '__proto__',
    'binary',
    'hex',
  ])('%s is none that can be sent', (label) => {
    expect(findCharset(label)).toBeNull()
  })
})
