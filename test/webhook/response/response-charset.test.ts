import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { findCharset } from '../../../src/webhook/response/response-charset.ts'

describe('the label of a charset', () => {
  it.each<[label: string, name: string | null]>([
    ['utf-8', 'utf-8'],
    ['UTF8', 'utf-8'],
    [' utf_8 ', 'utf-8'],
    ['utf8mb4', 'utf-8'],
    ['x-utf-8', 'utf-8'],
    ['iso-8859-1', 'windows-1252'],
    ['ISO_8859-1:1987', 'windows-1252'],
    ['ISO8859_1', 'windows-1252'],
    ['iso 8859-1', 'windows-1252'],
    ['8859_1', 'windows-1252'],
    ['latin-1', 'windows-1252'],
    ['cp1252', 'windows-1252'],
    ['win-1252', 'windows-1252'],
    ['windows1251', 'windows-1251'],
    ['iso8859_15', 'iso-8859-15'],
    ['latin9', 'iso-8859-15'],
    ['iso-8859-2', 'iso-8859-2'],
    ['iso8859-9', 'windows-1254'],
    ['shift_jis', 'shift_jis'],
    ['Shift-JIS', 'shift_jis'],
    ['windows-31j', 'shift_jis'],
    ['cp932', 'shift_jis'],
    ['MS932', 'shift_jis'],
    ['EUC_JP', 'euc-jp'],
    ['ujis', 'euc-jp'],
    ['iso-2022-jp', 'iso-2022-jp'],
    ['gb2312', 'gbk'],
    ['cp936', 'gbk'],
    ['GB18030-2005', 'gb18030'],
    ['cp949', 'euc-kr'],
    ['ks_c_5601-1987', 'euc-kr'],
    ['big5-hkscs', 'big5'],
    ['koi8r', 'koi8-r'],
    ['KOI8-U', 'koi8-u'],
    ['x-mac-roman', 'macintosh'],
    ['ibm850', 'cp850'],
    ['cp437', 'cp437'],
    ['utf-16', 'utf-16le'],
    ['UTF16BE', 'utf-16be'],
    ['utf-32', 'utf-32'],
    ['us-ascii', null],
    ['ASCII', null],
    ['utf-7', null],
    ['utf-7-imap', null],
    ['base64', null],
    ['hex', null],
    ['binary', null],
    ['8bit', null],
    ['none', null],
    ['iso-8859-12', null],
    ['constructor', null],
    ['', null],
    ['x'.repeat(100_000), null],
  ])('%j is %s', (label, name) => {
    expect(findCharset(label)?.name ?? null).toBe(name)
  })
})

describe('a text in a charset', () => {
  const texts: readonly (readonly [label: string, text: string])[] = [
    ['windows-1252', 'Müller zahlt 5 €'],
    ['iso-8859-2', 'Łódź'],
    ['iso-8859-15', 'œuvre à 5 €'],
    ['windows-1251', 'Привет'],
    ['koi8-r', 'Привет'],
    ['koi8-u', 'Привіт'],
    ['ibm866', 'Привет'],
    ['cp850', 'Müller'],
    ['macintosh', 'Müller'],
    ['shift_jis', '日本語 ①～ ｱ'],
    ['euc-jp', '日本語 ①'],
    ['euc-kr', '한글 갂'],
    ['gbk', '中文'],
    ['gb18030', '中文 ḿ𠀀'],
    ['big5', '中文 碁'],
    ['utf-16le', 'ä😀'],
    ['utf-16be', 'ä😀'],
    ['utf-32le', 'ä😀'],
  ]

  it.each(texts)('is read as it was written: %s, %s', (label, text) => {
    expect(findCharset(label)?.decode(iconv.encode(text, label), true)).toEqual({ text, isDamaged: false })
  })

  it.each([
    'windows-1252',
    'iso-8859-7',
    'koi8-r',
    'shift_jis',
    'euc-jp',
    'gbk',
    'gb18030',
    'big5',
    'euc-kr',
    'utf-16le',
  ])('in %s never fails to be read, whatever the bytes are', (label) => {
    const charset = findCharset(label)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, isWhole) => {
        const read = charset?.decode(Buffer.from(bytes), isWhole)
        expect(typeof read?.text).toBe('string')
        if (read?.isDamaged) expect(read.text).toContain('\ufffd')
      }),
    )
  })
})
