import { brotliCompressSync, gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { write } from '../../testkit/raw-server.ts'
import { rawTlsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const xml = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?><customer>Müller</customer>`
const html = (charset: string) => `<!DOCTYPE html><html><head><meta charset="${charset}"></head>Müller</html>`

/** A target that sends these bytes under that label. */
function sending(contentType: string | null, body: Buffer | string, headers: Record<string, string> = {}) {
  return receiver((_request, response) => {
    const label = contentType === null ? {} : { 'content-type': contentType }
    response.writeHead(200, { ...label, ...headers }).end(body)
  })
}

describe('a response in any charset', () => {
  it.each<[how: string, contentType: string | null, body: Buffer]>([
    ['in XML that names its encoding', 'text/xml', iconv.encode(xml('ISO-8859-1'), 'latin1')],
    ['in XML that names its encoding', 'application/xml', iconv.encode(xml('windows-1252'), 'win1252')],
    ['in XML in UTF-16', 'text/xml', Buffer.from(xml('UTF-16'), 'utf16le')],
    ['in HTML that names its charset', 'text/html', iconv.encode(html('iso-8859-15'), 'iso-8859-15')],
    ['in HTML of UTF-8', 'text/html', Buffer.from(html('utf-8'))],
    ['under a label', 'text/plain; charset=ISO-8859-1', iconv.encode('Müller', 'latin1')],
    ['under a label in single quotes', "text/plain; charset='iso-8859-1'", iconv.encode('Müller', 'latin1')],
    ['under a label in double quotes', 'text/plain; charset="Latin-1"', iconv.encode('Müller', 'latin1')],
    ['in UTF-16 behind a mark', 'text/csv', Buffer.from('\ufeffname;Müller', 'utf16le')],
    ['in UTF-8 behind a mark', 'text/csv; charset=windows-1252', Buffer.from('\ufeffname;Müller')],
    ['under no label at all', 'text/plain', iconv.encode('Müller', 'win1252')],
    ['without a type', null, iconv.encode('Herr Müller', 'win1252')],
    ['in JSON under a false label', 'application/json; charset=ISO-8859-1', Buffer.from('{"name":"Müller"}')],
    ['in JSON that is not UTF-8', 'application/json', iconv.encode('{"name":"Müller"}', 'latin1')],
  ])('is searched and shown as a reader would see it: %s, labelled %j', async (_how, contentType, body) => {
    const target = await sending(contentType, body)
    const { execute } = await service()
    const expect_ = { type: 'string', value: 'Müller' }

    const reply = await execute({ node: { method: 'GET', url: target.url, expect: expect_ } })

    expect(reply).toMatchObject({ branch: 'success', response: { bodyEncoding: 'utf8' }, warnings: [] })
    expect(reply.response?.body).toContain('Müller')
  })

  it.each<[label: string, charset: string, text: string]>([
    ['Shift_JIS', 'shift_jis', '日本語 ①'],
    ['windows-31j', 'shift_jis', '日本語 ①'],
    ['EUC-JP', 'euc-jp', '日本語'],
    ['EUC-KR', 'euc-kr', '한국어'],
    ['Big5', 'big5', '中文'],
    ['GB18030', 'gb18030', '中文𠀀'],
    ['gb2312', 'gbk', '中文'],
    ['KOI8-R', 'koi8-r', 'Привет'],
    ['windows-1251', 'windows-1251', 'Привет'],
    ['iso-8859-2', 'iso-8859-2', 'Łódź'],
    ['utf-16be', 'utf-16be', 'Łódź'],
  ])('has its values captured in %s', async (label, charset, text) => {
    const target = await sending(`text/plain; charset=${label}`, iconv.encode(text, charset))
    const { execute } = await service()

    const { captured, response } = await execute({
      node: { method: 'GET', url: target.url, capture: { text: '{{ response.body }}' } },
    })

    expect(captured).toEqual({ text })
    expect(response).toMatchObject({ body: text, bodyEncoding: 'utf8' })
  })

  it.each<[what: string, contentType: string, body: Buffer]>([
    ['a byte of Latin-1 in it', 'application/json', Buffer.from('{"name":"Ren\xe9"}', 'latin1')],
    ['a mark before it', 'application/json', Buffer.from('\ufeff{"name":"René"}')],
    ['two bytes for a character', 'application/json', Buffer.from('{"name":"René"}', 'utf16le')],
    ['a label that is not true', 'application/problem+json;charset=latin1', Buffer.from('{"name":"René"}')],
  ])('is read as JSON with %s', async (_what, contentType, body) => {
    const target = await sending(contentType, body)
    const { execute } = await service()

    const { captured, warnings } = await execute({
      node: { method: 'GET', url: target.url, capture: { name: '{{ response.json.name }}' } },
    })

    expect({ captured, warnings }).toEqual({ captured: { name: 'René' }, warnings: [] })
  })

  it('is shown in bytes, with a warning, where characters were lost', async () => {
    const bytes = Buffer.from('{"name":"Ren\xe9"}', 'latin1')
    const target = await sending('application/json; charset=utf-8', bytes)
    const { execute } = await service()

    const { captured, response, warnings } = await execute({
      node: { method: 'GET', url: target.url, capture: { name: '{{ response.json.name }}' } },
    })

    expect(captured).toEqual({ name: 'Ren\ufffd' })
    expect(response).toMatchObject({ body: bytes.toString('base64'), bodyEncoding: 'base64' })
    expect(warnings).toEqual([
      { code: 'response_text_damaged', path: null, message: expect.stringContaining('not valid in utf-8,') },
    ])
  })

  it('leads to a warning where its label is unknown', async () => {
    const target = await sending('text/plain; charset=x-own', 'Müller')
    const { execute } = await service()

    const { branch, warnings } = await execute({
      node: { method: 'GET', url: target.url, expect: { type: 'string', value: 'Müller' } },
    })

    expect(branch).toBe('success')
    expect(warnings).toEqual([
      {
        code: 'response_charset_unknown',
        path: null,
        message:
          'The Content-Type of the response names the charset "x-own", which the service does not know. The body is read in utf-8: check its special characters.',
      },
    ])
  })

  it('leads to a warning about lost characters where a coding is undone only in part', async () => {
    const body = gzipSync(Buffer.from('Ren\xe9', 'latin1'))
    const headers = { 'content-encoding': 'br, gzip' }
    const target = await sending('text/plain; charset=utf-8', body, headers)
    const { execute } = await service()

    const { warnings } = await execute({ node: { method: 'GET', url: target.url } })

    expect(warnings.map(({ code }) => code)).toEqual(['response_undecodable', 'response_text_damaged'])
  })

  it('has each of several codings undone', async () => {
    const body = brotliCompressSync(gzipSync('{"name":"René"}'))
    const target = await sending('application/json', body, { 'content-encoding': 'gzip, br' })
    const { execute } = await service()

    const { captured, warnings } = await execute({
      node: { method: 'GET', url: target.url, capture: { name: '{{ response.json.name }}' } },
    })

    expect({ captured, warnings }).toEqual({ captured: { name: 'René' }, warnings: [] })
  })

  it('leads to no warning where characters are only cut', async () => {
    const target = await sending('text/plain; charset=utf-8', 'é'.repeat(1_000))
    const { execute } = await service({ settings: { MAX_RESPONSE_BYTES: '1025' } })

    const { response, warnings } = await execute({ node: { method: 'GET', url: target.url } })

    expect(response).toMatchObject({ body: 'é'.repeat(512), bodyEncoding: 'utf8', bodyBytes: 1_025 })
    expect(warnings.map(({ code }) => code)).toEqual(['body_truncated'])
  })

  it('leads to no warning where U+FFFD was really sent', async () => {
    const target = await sending('application/json', '{"name":"Ren\ufffd"}')
    const { execute } = await service()

    const { response, warnings } = await execute({ node: { method: 'GET', url: target.url } })

    expect(response).toMatchObject({ body: '{"name":"Ren\ufffd"}', bodyEncoding: 'utf8' })
    expect(warnings).toEqual([])
  })

  it.each(['UTF-8', 'aws-chunked', 'none', 'gzip', 'br', 'gzip, br'])(
    'is read also under the content coding %j, which it does not have',
    async (coding) => {
      const target = await sending('application/json', '{"name":"René"}', { 'content-encoding': coding })
      const { execute } = await service()
      const node = { method: 'GET', url: target.url, capture: { name: '{{ response.json.name }}' } }

      const reply = await execute({ node: { ...node, expect: { type: 'string', value: 'René' } } })

      expect(reply).toMatchObject({
        branch: 'success',
        captured: { name: 'René' },
        response: { body: '{"name":"René"}', bodyEncoding: 'utf8' },
      })
      expect(reply.warnings.map(({ code }) => code)).toEqual(['response_undecodable'])
    },
  )
})

describe('the reason phrase of a response', () => {
  it.each<[pieces: (string | Buffer)[], reason: string | null]>([
    [['HTTP/1.1 200 OK\r\n\r\n'], 'OK'],
    [['HTTP/1.1 422 E-mail is taken already \r\n\r\n'], 'E-mail is taken already'],
    [['HTTP/1.1 200\r\n\r\n'], null],
    [['HTTP/1.1 200 \r\n\r\n'], null],
    [['HTTP/1.1 400 Bad ', 'Request', ' indeed\r\n\r\n'], 'Bad Request indeed'],
    [[Buffer.from('HTTP/1.1 400 Ung\xfcltig\r\n\r\n', 'latin1')], 'Ungültig'],
    [['HTTP/1.1 400 Ungültig\r\n\r\n'], 'Ungültig'],
    [['HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 Fine\r\n\r\n'], 'Fine'],
    [['HTTP/1.1 400 no s3cr3t-token here\r\n\r\n'], 'no ••• here'],
  ])('%j is in the reply: %j', async (pieces, reason) => {
    const target = await rawTlsServer(write(...pieces))
    const { execute } = await service()

    const { response } = await execute({
      node: {
        method: 'GET',
        url: `https://127.0.0.1:${target.port}/`,
        auth: { type: 'bearer', token: '{{ secrets.t }}' },
      },
      secrets: { t: 's3cr3t-token' },
    })

    expect(response?.reason).toBe(reason)
  })

  it('of each call on one connection is its own', async () => {
    const phrases = ['First', 'Second']
    const target = await receiver((_request, response) => response.writeHead(200, phrases.shift()).end('x'))
    const { execute } = await service()
    const node = { method: 'GET', url: target.url }

    const replies = [await execute({ node }), await execute({ node })]

    expect(replies.map(({ response }) => response?.reason)).toEqual(['First', 'Second'])
    expect(replies[1]?.attempts[0]?.connectionReused).toBe(true)
  })

  it('is left out with the headers and bodies', async () => {
    const target = await receiver((_request, response) => response.writeHead(200, 'Fine').end('x'))
    const { execute } = await service()

    const { response } = await execute({ node: { method: 'GET', url: target.url }, diagnostics: 'brief' })

    expect(response).toEqual({ status: 200, bodyBytes: 1, truncated: true })
  })
})
