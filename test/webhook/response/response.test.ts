import { isUtf8 } from 'node:buffer'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { createMasker } from '../../../src/webhook/masking/mask.ts'
import { writeJson } from '../../../src/webhook/values/json.ts'
import { headerValue } from '../../../src/webhook/wire/headers.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { createResponse } from '../support/responses.ts'

const typed = (contentType: string, body: string | Buffer) =>
  createResponse({ headers: [['Content-Type', contentType]], body })

describe('the text of a response', () => {
  it.each<[contentType: string, bytes: number[], text: string]>([
    ['text/plain', [0xc3, 0xa9], 'é'],
    ['text/plain; charset=utf-8', [0xc3, 0xa9], 'é'],
    ['text/plain; charset="UTF-8"', [0xc3, 0xa9], 'é'],
    ['text/plain;charset=iso-8859-1', [0xe9], 'é'],
    ['text/plain; charset=windows-1252', [0x80], '€'],
    ['text/plain; charset=shift_jis', [0x83, 0x41], 'ア'],
    ['text/plain; charset=nonsense', [0xc3, 0xa9], 'é'],
    ['text/plain; charset=', [0xc3, 0xa9], 'é'],
    ['', [0xc3, 0xa9], 'é'],
    ['text/plain', [0xe9], 'é'],
    ['application/json', [0x22, 0xe9, 0x22], '"é"'],
    ['application/json; charset=utf-8', [0x22, 0xe9, 0x22], '"\ufffd"'],
    ['application/json; charset=iso-8859-1', [0x22, 0xe9, 0x22], '"é"'],
    ['application/json; charset=ISO-8859-1', [0x22, 0xc3, 0xa9, 0x22], '"é"'],
    ['application/x-amz-json-1.1; charset=iso-8859-1', [0x22, 0xc3, 0xa9, 0x22], '"é"'],
    ['application/vnd.api+json; charset=windows-1252', [0x22, 0xc3, 0xa9, 0x22], '"é"'],
    ['application/json; charset=utf-16le', [0x22, 0x00, 0xe9, 0x00, 0x22, 0x00], '"é"'],
    ['application/json', [0x22, 0x00, 0xe9, 0x00, 0x22, 0x00], '"é"'],
    ['application/json', [0x00, 0x22, 0x00, 0xe9, 0x00, 0x22], '"é"'],
    ['application/json', [0xff, 0xfe, 0x22, 0x00, 0xe9, 0x00, 0x22, 0x00], '"é"'],
    [
      'application/json; charset=iso-2022-jp',
      [0x22, 0x1b, 0x24, 0x42, 0x24, 0x22, 0x1b, 0x28, 0x42, 0x22],
      '"あ"',
    ],
    ['application/json', [0x37], '7'],
    ['text/plain', [0xff, 0xfe, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00], 'a'],
    ['text/plain', [0x00, 0x00, 0xfe, 0xff, 0x00, 0x00, 0x00, 0x61], 'a'],
    ["text/plain; charset='iso-8859-1'", [0xe9], 'é'],
    ['text/plain; Charset = "Windows-1251" ; x=y', [0xfd], 'э'],
    ['text/plain charset=windows-1251', [0xfd], 'э'],
    ['text/plain; charset=utf-8, text/plain; charset=windows-1251', [0xfd], 'э'],
    ['text/plain; charset=windows-1251, text/plain', [0xfd], 'э'],
    ['text/plain; charset=windows-1251, */*', [0xfd], 'э'],
    ['text/html; charset=windows-1251, text/plain', [0xfd], 'ý'],
    ['text/plain; charset=us-ascii', [0xc3, 0xa9], 'é'],
    ['text/plain; charset=us-ascii', [0xe9], 'é'],
    ['text/plain; charset=utf-7', Array.from(Buffer.from('+AOk-')), '+AOk-'],
    ['text/plain; charset=utf-16', [0x00, 0x61], 'a'],
    ['text/plain; charset=utf-16', [0x61, 0x00], 'a'],
    ['text/csv', [0x4d, 0xfc, 0x3b, 0x80], 'Mü;€'],
    ['text/plain', [0xef, 0xbb, 0xbf, 0x61], 'a'],
    ['text/plain', [0xff, 0xfe, 0x61, 0x00], 'a'],
    ['text/plain', [0xfe, 0xff, 0x00, 0x61], 'a'],
    ['text/plain; charset=iso-8859-1', [0xef, 0xbb, 0xbf, 0xc3, 0xa9], 'é'],
    ['text/plain; charset=utf-8', [0xff, 0xfe, 0x61, 0x00], 'a'],
    ['application/json', [], ''],
  ])('labelled %j, of %j, is %j', (contentType, bytes, text) => {
    expect(typed(contentType, Buffer.from(bytes)).text).toBe(text)
  })

  it.each<[contentType: string, bytes: number[], isText: boolean]>([
    ['application/json', [0x7b], true],
    ['application/problem+json', [0xff], true],
    ['text/html', [0xff], true],
    ['application/xml', [0xff], true],
    ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x00], false],
    ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0], false],
    ['', [0xff, 0xd8, 0xff, 0xe0], false],
    ['', [0xff, 0xfb, 0x90], false],
    ['', [0xff, 0xfe, 0x61, 0x00], true],
    ['application/octet-stream', [0x61, 0x62], true],
    ['application/octet-stream', [0x61, 0x00], false],
    ['', [0x61, 0xc3], true],
    ['', [], true],
    ['image/svg+xml', [0x3c], true],
    ['', [0x4d, 0xfc, 0x6c], true],
    ['', [0x4d, 0xfc, 0x00], false],
    ['application/octet-stream', [0x4d, 0xfc, 0x6c], true],
    ['application/octet-stream', [0x4d, 0xfc, 0x01, 0x6c], false],
    ['application/octet-stream', [0xfc, 0xe9, 0x6c], false],
    ['text/plain', [0x61, 0x00, 0x62], true],
    ['text/plain; charset=windows-1252', [0x61, 0x00, 0xfc], false],
    ['text/plain', [0xfc, 0xe9, 0x01], true],
    ['application/csv; charset=shift_jis', [0x83, 0x41, 0x83, 0x41], true],
    ['text/plain', [0x4d, 0xfc, 0x00], false],
    ['text/plain; charset=utf-8', [0x4d, 0xfc], false],
    ['image/png; charset=utf-8', [0x89, 0x50, 0x4e, 0x47, 0x00], false],
    ['image/png; charset=iso-8859-1', [0x89, 0x50, 0x4e, 0x47, 0x00], false],
  ])('labelled %j, of %j, is text at all: %s', (contentType, bytes, isText) => {
    expect(typed(contentType, Buffer.from(bytes)).isText).toBe(isText)
  })

  it.each<[contentType: string, body: string | Buffer, isText: boolean]>([
    ['', 'x', true],
    ['text/plain', 'Grüße', true],
    ['text/plain; charset=iso-8859-1', Buffer.from('Grüße', 'latin1'), true],
    ['text/plain; charset=iso-8859-1', gzipSync('hello'), false],
    ['text/plain', gzipSync('hello'), false],
    ['application/json', brotliCompressSync('hello'), false],
    ['application/json', Buffer.from([0xff, 0xfe, 0x00, 0x01]), false],
  ])(
    'labelled %j, that could not be decoded, is text only where it cannot be anything else: %#',
    (contentType, body, isText) => {
      const response = createResponse({
        headers: [['Content-Type', contentType]],
        body,
        ending: 'undecodable',
      })

      expect(response.isText).toBe(isText)
      expect(response.damagedCharset).toBeNull()
    },
  )
})

describe('a text in windows-1252', () => {
  it.each([
    'application/octet-stream',
    'application/vnd.ms-excel',
    'application/csv',
    'application/x-csv',
    'application/yaml',
    'application/sql',
    'application/edifact',
    'multipart/form-data; boundary=x',
    'image/whatever',
    'text/csv',
    '',
  ])('is text under the type %s', (contentType) => {
    const response = typed(contentType, iconv.encode('Müller;5 €\r\n', 'win1252'))

    expect(response.shownText).toBe('Müller;5 €\r\n')
    expect(response.isText).toBe(true)
  })
})

describe('a text in UTF-8 with stray bytes that says nothing of its charset', () => {
  it.each<[contentType: string, text: string, read: string]>([
    ['text/plain', `${'Zürich '.repeat(8)}Jos*`, `${'Zürich '.repeat(8)}Jos\ufffd`],
    ['application/json', '{"a":"Zürich","b":"Jos*"}', '{"a":"Zürich","b":"Jos\ufffd"}'],
    ['', 'Zürich Jos*', 'Zürich Jos\ufffd'],
    ['text/csv', '😀 Jos*', '😀 Jos\ufffd'],
  ])('%s: %s is UTF-8, and a warning', (contentType, text, read) => {
    const pieces = text.split('*').map((piece) => Buffer.from(piece))
    const body = Buffer.concat([
      pieces[0] ?? Buffer.alloc(0),
      Buffer.from([0xe9]),
      pieces[1] ?? Buffer.alloc(0),
    ])
    const response = typed(contentType, body)

    expect(response.text).toBe(read)
    expect(response.damagedCharset).toBe('utf-8')
  })

  it.each([
    ['Jos\xe9', 'José'],
    ['\xc3\xbc Jos\xe9 Ren\xe9 ', 'Ã¼ José René '],
  ])('%j is windows-1252, where they are more', (latin1, read) => {
    const response = typed('text/plain', Buffer.from(latin1, 'latin1'))

    expect(response.text).toBe(read)
    expect(response.damagedCharset).toBeNull()
  })
})

describe('a text in UTF-16 that nothing announces', () => {
  const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16()

  it.each<[contentType: string, body: Buffer, text: string]>([
    ['text/plain', Buffer.from('Hello Müller', 'utf16le'), 'Hello Müller'],
    ['text/plain', swapped('Hello Müller'), 'Hello Müller'],
    ['text/csv; charset=utf-8', Buffer.from('id;name\r\n', 'utf16le'), 'id;name\r\n'],
    ['', Buffer.from('Müller zahlt 5 €', 'utf16le'), 'Müller zahlt 5 €'],
    ['application/octet-stream', Buffer.from('ok', 'utf16le'), 'ok'],
    ['text/plain', Buffer.from(`${'a'.repeat(40)}Łódź`, 'utf16le'), `${'a'.repeat(40)}Łódź`],
  ])('%s is read: %j', (contentType, body, text) => {
    const response = typed(contentType, body)

    expect(response.text).toBe(text)
    expect(response.isText).toBe(true)
  })

  it.each([
    [[0x61, 0x00]],
    [[0x61, 0x00, 0x62]],
    [[0x01, 0x00, 0x02, 0x00, 0x03, 0x00, 0x04, 0x00]],
    [[0x61, 0x00, 0x00, 0x00, 0x62, 0x00, 0x00, 0x00]],
    [[0x61, 0x00, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67]],
  ])('is not seen in %j', (bytes) => {
    expect(typed('application/octet-stream', Buffer.from(bytes)).isText).toBe(false)
  })
})

describe('an unknown label', () => {
  it.each<[contentType: string, body: string | Buffer, label: string | null, used?: string]>([
    ['text/plain; charset=euc-tw', Buffer.from([0xa4, 0xa4, 0xa4, 0xe5]), 'euc-tw', 'windows-1252'],
    ['text/plain; charset=x-own', 'Müller', 'x-own', 'utf-8'],
    ['text/plain; charset=x-own', 'Mueller', null],
    ['text/plain; charset=x-own', '', null],
    ['text/plain; charset=utf-7', '+AOk-', 'utf-7', 'utf-8'],
    ['text/plain; charset=UNICODE-1-1-UTF-7', 'a', 'UNICODE-1-1-UTF-7', 'utf-8'],
    ['text/plain; charset=utf-7', '', null],
    ['text/plain; charset=iso-2022-kr', '\u001b$)Ca', 'iso-2022-kr', 'utf-8'],
    ['text/plain; charset=hz-gb-2312', '~{VPND~}', 'hz-gb-2312', 'utf-8'],
    ['text/plain; charset=cp037', Buffer.from([0xc8, 0x85, 0x93, 0x93, 0x96]), 'cp037', 'windows-1252'],
    ['text/plain; charset=IBM1047', 'a', 'IBM1047', 'utf-8'],
    ['text/plain; charset=us-ascii', 'Müller', null],
    ['text/plain; charset=utf8', 'Müller', null],
    ['application/json; charset=x-own', '"Müller"', null],
    ['application/json; charset=iso-2022-kr', '{"a":"\u001b$)Ca"}', 'iso-2022-kr', 'utf-8'],
    ['application/json; charset=utf-7', '{"a":"M+APw-ller"}', 'utf-7', 'utf-8'],
    ['application/json; charset=x-own', Buffer.from('"M\xfcller"', 'latin1'), 'x-own', 'windows-1252'],
    ['text/xml; charset=x-own', '<?xml version="1.0" encoding="utf-8"?><a>ü</a>', null],
    ['text/plain; charset=x-own', '\ufeffMüller', null],
    ['image/png; charset=binary', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x00]), null],
    [`text/plain; charset=${'x'.repeat(60)}`, 'ü', `${'x'.repeat(40)}…`, 'utf-8'],
    ['text/plain; charset="x\u202ey z"', 'ü', 'x?y?z', 'utf-8'],
    ['text/plain; charset=s3cr3t', 'ü', '(hidden)', 'utf-8'],
  ])('leads to a warning or none: %s of %j: %j', (contentType, body, label, used) => {
    const response = createResponse(
      { headers: [['Content-Type', contentType]], body },
      { display: createMasker(['s3cr3t']) },
    )
    const told = label === '(hidden)' ? { label: null, used } : { label, used }

    expect(response.unknownCharset).toEqual(label === null ? null : told)
  })
})

describe('the charset of a Content-Type', () => {
  it.each<[contentType: string, text: string]>([
    ['text/plain; x="; charset=utf-8"; charset=windows-1251', 'э'],
    ['text/plain; boundary="x;charset=utf-8"; charset=windows-1251', 'э'],
    ['multipart/mixed; boundary="x;charset=windows-1251"', 'ý'],
    ['text/plain; x="a\\"; charset=utf-8"; charset=windows-1251', 'э'],
    ['text/plain; x=", text/html; charset=utf-8"; charset=windows-1251', 'э'],
    ['text/plain; x="charset=utf-8', 'ý'],
    ['text/plain; charset="windows\\-1251"', 'э'],
    ['text/plain; charset=" windows-1251 "', 'э'],
    ['text/plain; charset=""', 'ý'],
    ['text/plain; charset="windows-1251', 'э'],
    ['text/plain; x="a"; charset="windows-1251"; y="b"', 'э'],
    ['text/plain; x="y\\', 'ý'],
  ])('%s is that of its own parameter', (contentType, text) => {
    expect(typed(contentType, Buffer.from([0xfd])).text).toBe(text)
  })
})

describe('the charset that a text names itself', () => {
  const latin1 = (text: string) => Buffer.from(text, 'latin1')

  it.each<[what: string, contentType: string, body: Buffer, found: string]>([
    ['XML', 'text/xml', latin1('<?xml version="1.0" encoding="ISO-8859-1"?><n>Müller</n>'), 'Müller'],
    ['XML', 'application/xml', latin1("<?xml version='1.0' encoding='iso-8859-15' ?><n>\xa4</n>"), '€'],
    ['XML of no type', '', latin1('<?xml version="1.0" encoding="windows-1252"?><n>\x80</n>'), '€'],
    ['XML behind blanks', '', latin1('\n\t <?xml version="1.0" encoding="iso-8859-15"?><n>\xa4</n>'), '€'],
    ['XML behind \xa0', '', latin1('\xa0<?xml version="1.0" encoding="iso-8859-15"?><n>\xa4</n>'), '€'],
    [
      'XML under another label',
      'text/xml; charset=windows-1251',
      latin1('<?xml version="1.0" encoding="ISO-8859-1"?><n>\xfd</n>'),
      'э',
    ],
    [
      'XML under an unknown label',
      'text/xml; charset=x-own',
      latin1('<?xml version="1.0" encoding="ISO-8859-1"?><n>ü</n>'),
      'ü',
    ],
    [
      'XML behind a mark',
      'text/xml',
      Buffer.from('\ufeff<?xml version="1.0" encoding="ISO-8859-1"?><n>ü</n>'),
      'ü',
    ],
    [
      'XML that says UTF-16 and is not',
      'text/xml',
      Buffer.from('<?xml version="1.0" encoding="utf-16"?><n>ü</n>'),
      'ü',
    ],
    [
      'XML in UTF-16 without a mark',
      'text/xml',
      Buffer.from('<?xml version="1.0" encoding="UTF-16"?><n>ü</n>', 'utf16le'),
      'ü',
    ],
    [
      'XML in UTF-16 the other way around',
      'text/xml',
      Buffer.from('<?xml version="1.0"?><n>ü</n>', 'utf16le').swap16(),
      'ü',
    ],
    [
      'XML that says ASCII and is not',
      'text/xml',
      Buffer.from('<?xml version="1.0" encoding="us-ascii"?><n>ü</n>'),
      'ü',
    ],
    ['XML that names none', 'text/xml', latin1('<?xml version="1.0"?><n>ü</n>'), 'ü'],
    [
      'XHTML',
      'application/xhtml+xml',
      latin1('<?xml version="1.0" encoding="iso-8859-1"?><html>ü</html>'),
      'ü',
    ],
    ['HTML', 'text/html', latin1('<!DOCTYPE html><html><head><meta charset=windows-1251></head>\xfd'), 'э'],
    ['HTML', 'text/html', latin1('<META CHARSET = "Windows-1251" />\xfd'), 'э'],
    [
      'HTML',
      'text/html',
      latin1('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">\xfd'),
      'э',
    ],
    [
      'HTML',
      'text/html',
      latin1("<meta content='text/html;charset=windows-1251' http-equiv=content-type>\xfd"),
      'э',
    ],
    ['HTML of no type', '', latin1('<html><meta charset=windows-1251>\xfd'), 'э'],
    [
      'HTML with others before it',
      'text/html',
      latin1('<meta name="a" content="charset=koi8-r"><meta charset="x-own"><meta charset=windows-1251>\xfd'),
      'э',
    ],
    ['HTML in a comment', 'text/html', latin1('<!-- <meta charset=windows-1251> --><p>\xfd'), 'ý'],
    ['HTML that says UTF-16 and is not', 'text/html', Buffer.from('<meta charset=utf-16><p>ü'), 'ü'],
    ['HTML too late', 'text/html', latin1(`${' '.repeat(1100)}<meta charset=windows-1251>\xfd`), 'ý'],
    ['text that is no markup', 'text/plain', latin1('say <meta charset=windows-1251> \xfd'), 'ý'],
  ])('counts where nothing else does: %s, labelled %j (%#)', (_what, contentType, body, found) => {
    const { text, damagedCharset } = typed(contentType, body)

    expect(text).toContain(found)
    expect(damagedCharset).toBeNull()
  })
})

describe('a response of any bytes', () => {
  const labels = ['', 'text/html', 'text/xml', 'application/json', 'image/png', 'text/plain; charset=utf-16']
  const starts = ['', '<?xml encoding="big5"?>', '<meta charset=gbk>', '{"a":"', '\ufeff', '<\0?\0']
  const endings = [
    'complete',
    'capped',
    'broken',
    'misframed',
    'undecodable',
    'timed_out',
    'undecoded',
  ] as const

  it('is read, and as text only where all of it is there', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...labels),
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(...endings),
        (contentType, start, bytes, ending) => {
          const body = Buffer.concat([Buffer.from(start), bytes])
          const response = createResponse({ headers: [['Content-Type', contentType]], body, ending })

          if (response.damagedCharset !== null) expect(response.isText).toBe(false)
          if (!response.isText) expect(response.shownText).toBe(body.toString('base64'))
          else expect(response.shownText).toBe(response.text)
        },
      ),
    )
  })

  it.each([
    ['comments', 'text/html', '<!-- '],
    ['tags', 'text/html', '<meta a'],
    ['quotes', 'text/xml', '<?xml encoding="'],
    ['stray bytes', 'text/plain', '\ufffd\xe9'],
    ['blanks', 'text/xml', ' '],
  ])('is read in time that grows with its length: %s', (_what, contentType, piece) => {
    const body = Buffer.alloc(1_048_576, Buffer.from(piece, 'latin1'))
    const began = cpuMs()

    expect(typed(contentType, body).text.length).toBeGreaterThan(0)
    expect(cpuMs() - began).toBeLessThan(500)
  })

  it('has a Content-Type that is read in such a time, too', () => {
    const began = cpuMs()

    for (const piece of [';charset=', ',', 'a/b,', ' ', '; charset="', "charset = '", '"\\', '\\"', '"'])
      expect(typed(piece.repeat(5_000), 'x').text).toBe('x')
    expect(cpuMs() - began).toBeLessThan(500)
  })
})

describe('a text that was damaged', () => {
  it('is quoted as text in hints', () => {
    const response = typed('text/plain; charset=utf-8', Buffer.from('Ren\xe9', 'latin1'))

    expect(response.quotedText).toBe('Ren\ufffd')
    expect(response.shownText).toBe('UmVu6Q==')
  })

  it.each<[contentType: string, bytes: number[] | string, charset: string | null]>([
    ['text/plain; charset=utf-8', [0x61, 0xe9], 'utf-8'],
    ['text/plain; charset=utf-8', '\ufffd', null],
    ['text/plain', 'really \ufffd', null],
    ['text/plain; charset=shift_jis', [0x83], 'shift_jis'],
    ['text/plain; charset=euc-kr', [0xff], 'euc-kr'],
    ['text/plain; charset=big5', [0x81, 0x20], 'big5'],
    ['text/plain; charset=windows-1255', [0xd9], 'windows-1255'],
    ['text/plain; charset=utf-16le', [0x00, 0xd8], 'utf-16le'],
    ['text/plain; charset=utf-16le', [0x61, 0x00, 0x62], 'utf-16le'],
    ['text/plain; charset=utf-16le', [0xfd, 0xff], null],
    ['text/plain; charset=gb18030', [0x84, 0x31, 0xa4, 0x37], null],
    ['text/plain', [...Buffer.from('Grüße aus Köln, où l’été dure, près d’Évry'), 0xff], 'utf-8'],
    ['text/plain', [0xff], null],
    ['image/png', [0x89, 0x50, 0x4e, 0x47], null],
    ['application/json', '', null],
  ])('labelled %j, of %j, is so in %s', (contentType, bytes, charset) => {
    const response = typed(contentType, Buffer.from(bytes as string))

    expect(response.damagedCharset).toBe(charset)
    if (charset !== null) expect(response.isText).toBe(false)
  })

  it.each(['utf-8', 'shift_jis', 'gb18030', 'euc-jp', 'euc-kr', 'big5', 'utf-16le', 'utf-32le', ''])(
    'is not one that was cut within a character: %j',
    (charset) => {
      const label = charset === '' ? 'text/plain' : `text/plain; charset=${charset}`
      const whole = iconv.encode('中中中', charset === '' ? 'utf-8' : charset)
      for (let length = 0; length <= whole.length; length++) {
        const body = whole.subarray(0, length)
        const response = createResponse({ headers: [['Content-Type', label]], body, ending: 'capped' })

        expect(response.text).toBe('中'.repeat(Math.floor((3 * length) / whole.length)))
        expect(response.damagedCharset).toBeNull()
        expect(response.isText).toBe(true)
      }
    },
  )

  it('is any text in UTF-8 of which a byte was changed, and no other', () => {
    fc.assert(
      // A mark of UTF-16 outranks the label, and so does a text that has a NUL in place of every other byte.
      fc.property(fc.uint8Array({ min: 1, maxLength: 40 }), (bytes) => {
        fc.pre(!['fffe', 'feff'].includes(Buffer.from(bytes.subarray(0, 2)).toString('hex')))
        const response = typed('text/plain; charset=utf-8', Buffer.from(bytes))

        expect(response.damagedCharset === null).toBe(isUtf8(bytes))
        expect(response.text).toBe(new TextDecoder().decode(bytes))
      }),
    )
  })
})

describe('the JSON of a response', () => {
  it.each([
    ['{"id":12345678901234567890}', '{"id":12345678901234567890}'],
    ['\ufeff{"a":1}', '{"a":1}'],
    ['\ufeff\n {"a":"é"}', '{"a":"é"}'],
    ['null', 'null'],
    ['"x"', '"x"'],
  ])('%j is %s', (body, json) => {
    expect(writeJson(createResponse({ body }).seenJson)).toBe(json)
  })

  it.each(['', 'no', '{"a":', `${'['.repeat(101)}${']'.repeat(101)}`, `${'['.repeat(50_000)}`])(
    'is not there where the body is no JSON: %j',
    (body) => {
      expect(createResponse({ body: body.slice(0, 60_000) }).seenJson).toBeUndefined()
    },
  )

  it('is read whatever the label says', () => {
    expect(typed('text/html', '{"a":1}').seenJson).toEqual({ a: 1 })
  })
})

describe('the headers of a response', () => {
  const response = createResponse({
    headers: [
      ['X-Id', 'a'],
      ['x-id', 'b'],
      ['__proto__', 'c'],
      ['Set-Cookie', 'd'],
    ],
  })

  it('are found by lower-case name, repeated ones joined', () => {
    expect(headerValue(response.headers, 'x-id')).toBe('a, b')
    expect(headerValue(response.headers, 'x-other')).toBeUndefined()
  })

  it('are variables of their own', () => {
    expect(Object.entries(response.variables.headers)).toEqual([
      ['x-id', 'a, b'],
      ['__proto__', 'c'],
      ['set-cookie', 'd'],
    ])
  })
})

describe('the variables of a response', () => {
  it('are its own, and worked out by the same functions for every response', () => {
    const [one, other] = [createResponse({ body: '1' }), createResponse({ body: '2' })].map(({ variables }) =>
      Object.entries(Object.getOwnPropertyDescriptors(variables)),
    )

    expect(one?.map(([name]) => name)).toEqual(['status', 'body', 'headers', 'json'])
    expect(one?.map(([, { get }]) => get)).toEqual(other?.map(([, { get }]) => get))
    expect(new Set(one?.map(([, { get }]) => get)).size).toBe(4)
  })
})

describe('the text that is shown', () => {
  const masked = createMasker(['s3cr3t-token'])

  it.each([
    ['all of it', 'a s3cr3t-token b s3cr3t', 100, 'a ••• b s3cr3t'],
    ['a part', 'a s3cr3t-token b s3cr3t', 7, 'a ••• b'],
    ['a part that ends within a secret', 'a s3cr3t-token b', 5, 'a •••'],
    ['a part that ends within a character', 'a 😀', 3, 'a '],
    ['nothing', 'a', 0, ''],
  ])('may be %s', (_name, body, characters, display) => {
    expect(createResponse({ body }, { display: masked }).shownStart(characters).text).toBe(display)
  })
})

describe('a secret in the bytes of a response', () => {
  const hidden = createMasker(['pässwörd-1'])

  it.each<[what: string, contentType: string, body: Buffer]>([
    [
      'in UTF-8 beside a byte that is none',
      'text/plain',
      Buffer.concat([Buffer.from('pässwörd-1 '), Buffer.alloc(9, 0xff)]),
    ],
    ['in UTF-8 under another label', 'text/plain; charset=iso-8859-1', Buffer.from('pässwörd-1 and more')],
    [
      'in UTF-8 within what is no text',
      'image/png',
      Buffer.concat([Buffer.from('pässwörd-1'), Buffer.from([0, 0xff])]),
    ],
    [
      'twice, and once in UTF-8',
      'text/plain; charset=iso-8859-1',
      Buffer.concat([Buffer.from('pässwörd-1 ', 'latin1'), Buffer.from('pässwörd-1')]),
    ],
    ['in Latin-1 without a label', 'text/plain', Buffer.from('pässwörd-1', 'latin1')],
  ])('is hidden %s', (_what, contentType, body) => {
    const masked = createResponse({ headers: [['Content-Type', contentType]], body }, { display: hidden })
    expect(masked.shownText).toBe('•••')
  })

  it('is not taken out of a JSON that reads it in another charset', () => {
    const headers = [['Content-Type', 'text/plain; charset=iso-8859-1']] as const
    const response = createResponse({ headers, body: '{"echo":"pässwörd-1"}' }, { stored: hidden })

    expect(response.seenJson).toBeUndefined()
    expect(response.takeSawMask()).toBe(true)
  })
})

describe('a header of a response', () => {
  it.each([
    ['in ASCII', Buffer.from('plain'), 'plain'],
    ['in UTF-8', Buffer.from('päss-wörd'), 'päss-wörd'],
    ['in Latin-1', Buffer.from('päss-wörd', 'latin1'), 'päss-wörd'],
    ['in Latin-1, with such a letter at the end', Buffer.from('José', 'latin1'), 'José'],
    ['in Latin-1, of one such letter', Buffer.from('ß', 'latin1'), 'ß'],
    ['in Latin-1, of what may begin a character of UTF-8', Buffer.from('xâ\x82', 'latin1'), 'xâ\x82'],
  ])('%s is read as it was meant, so that what is secret in it is found', (_charset, bytes, text) => {
    const response = createResponse({ headers: [['X-E', bytes.toString('latin1')]] })
    expect(headerValue(response.headers, 'x-e')).toBe(text)
  })
})
