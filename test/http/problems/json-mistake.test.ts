import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/contract/schemas.ts'
import { describeForeignBytes } from '../../../src/http/problems/foreign-bytes.ts'
import { describeJsonMistake } from '../../../src/http/problems/json-mistake.ts'
import { parseJson } from '../../../src/webhook/values/json.ts'
import { cpuMs } from '../../support/cpu-time.ts'
import { service } from '../../support/service.ts'

function explain(text: string): string {
  const parsed = parseJson(text, { maxDepth: 100 })
  if (parsed.ok || parsed.error === null) throw new Error(`not a syntax error: ${text}`)
  return describeJsonMistake(text, parsed.error)
}

const at = (line: number, column: number, what: string) =>
  `The request body is not valid JSON at line ${line}, column ${column}: ${what}.`
const quotes = (mark: string) => `texts and names have double quotes in JSON; write " for ${mark}`
const number = 'that is not a number of JSON; write digits, as in 10 or 0.5, or a text in double quotes'
const unquoted = 'a text stands there without quotes; write it in double quotes'
const second = 'a second JSON text begins there; send one request for each, and nothing behind it'
const placeholder =
  'a placeholder stands outside of quotes; write it in quotes, as in "{{ profile.score }}": alone there it keeps the type of its value. Only texts are templates: a number such as that of "timeoutMs" is written itself'
const ended =
  'the text before it has ended; write \\" for a quote within a text, or a comma if the next member begins there'
const missing = (what: string) =>
  `it ends there, but ${what}; send all of it (was it cut, or is Content-Length too small?)`
const begins = 'it does not begin with "{"; send { "node": { … } } and nothing before it'

describe('a mistake in JSON', () => {
  it.each<[text: string, message: string]>([
    // Commas.
    ['{"a":1,}', at(1, 7, 'a comma stands before "}"; remove the comma')],
    ['{"a":[1,\n 2,\n]}', at(2, 3, 'a comma stands before "]"; remove the comma')],
    ['{"a":[1,,2]}', at(1, 9, 'a value is missing before ","; write one, or null')],
    ['{,"a":1}', at(1, 2, 'a comma stands there without a member before it; remove it')],
    ['{"a":1 "b":2}', at(1, 8, 'a comma is missing before it, or "}"')],
    ['{"a":[1 2]}', at(1, 9, 'a comma is missing before it, or "]"')],
    ['{"a":1;"b":2}', at(1, 7, 'members are parted by ","; write it for ";"')],
    // Quotes.
    ["{'a':1}", at(1, 2, quotes("'"))],
    ['{"a":`b`}', at(1, 6, quotes('`'))],
    ['{“a”:1}', at(1, 2, 'the quote “ is a typographic one; write the straight double quote "')],
    ['{a:1}', at(1, 2, 'a name stands there without quotes; write "a"')],
    ['{"a":1,\n  b-c: 2}', at(2, 3, 'a name stands there without quotes; write "b-c"')],
    ['{"a":s3cr3t}', at(1, 6, unquoted)],
    ['{1:2}', at(1, 2, 'a name in double quotes is missing, as in "node"')],
    ['{"a":"say "hi""}', at(1, 12, ended)],
    ['{"a":"s3cr3t"+"b"}', at(1, 14, ended)],
    [
      '{\\"a\\":1}',
      at(1, 2, 'a backslash stands outside of a text; write " for \\": the JSON was escaped once too often'),
    ],
    // Within texts.
    [
      '{\n "a": "x\ny"\n}',
      at(2, 9, 'a line break stands within a text; write \\n, or close the quotes before it'),
    ],
    ['{"a":"x\ty"}', at(1, 8, 'a tab stands within a text; write \\t')],
    ['{"a":"\u0001"}', at(1, 7, 'a control character stands within a text; write \\u0001')],
    ['{"a":"C:\\dir"}', at(1, 9, 'a backslash stands alone within a text; write \\\\')],
    ['{"a":"\\u12"}', at(1, 7, 'four hexadecimal digits must follow \\u, as in \\u00e9')],
    ['{"a":"it\\\'s"}', at(1, 9, "\\' is no escape of JSON; write ' alone")],
    // Words and numbers of other languages.
    ['{"a":NaN}', at(1, 6, 'JSON has no NaN; leave the member out, or write a value')],
    ['{"a":-Infinity}', at(1, 6, 'JSON has no Infinity; leave the member out, or write a value')],
    ['{"a":undefined}', at(1, 6, 'JSON has no undefined; leave the member out, or write a value')],
    ['{"a":True}', at(1, 6, 'JSON has no True; write true')],
    ['{"a":01}', at(1, 6, number)],
    ['{"a":.5}', at(1, 6, number)],
    ['{"a":10s}', at(1, 6, number)],
    ['{"a":2024-01-01}', at(1, 6, number)],
    // Comments, placeholders and ellipses.
    ['// c\n{}', at(1, 1, 'JSON has no comments; remove it')],
    ['{"a":1} // s3cr3t', at(1, 9, 'JSON has no comments; remove it')],
    ['{"a":1, /* c */ "b":2}', at(1, 9, 'JSON has no comments; remove it')],
    ['{"a":1 # c\n}', at(1, 8, 'JSON has no comments; remove it')],
    ['{"a":{{ profile.x }}}', at(1, 7, placeholder)],
    ['{"a":={{ $json.x }}}', at(1, 6, placeholder)],
    ['{"a":#{x}}', at(1, 6, placeholder)],
    ['{"a":{% if b %}1{% endif %}}', at(1, 7, placeholder)],
    ['{"a":[1, ...]}', at(1, 10, 'an ellipsis stands there; write what it stands for')],
    // Names and values.
    ['{"a"=1}', at(1, 5, 'a name is followed by "=" there; write ":"')],
    ['{"a","b"}', at(1, 5, 'a name without a value stands before it; write ":" and the value')],
    ['{"a":}', at(1, 6, 'a value is missing before "}"; write one, or null')],
    ['{"a":12:30}', at(1, 8, 'a second ":" stands there; write the value of a member in quotes')],
    ['["a":1]', at(1, 5, 'a list has no names; write an object, in { and }')],
    ['{"a":1]', at(1, 7, '"]" stands there, but the bracket that is open needs "}"')],
    // Characters that cannot be seen.
    ['{"a":\u00a01}', at(1, 6, 'an invisible character stands there, U+00A0; remove it')],
    ['\ufeff{}', at(1, 1, 'an invisible character stands there, U+FEFF, a byte order mark; remove it')],
    // More than one, or less.
    ['{"a":1}\n{"b":2}\n', at(2, 1, second)],
    ['{"a":1}}', at(1, 8, 'there is one "}" too many; remove it')],
    ['{"a":1};', at(1, 8, 'the JSON has ended before it; remove what stands behind it')],
    ['{"a":{"b":[1,{"c":', at(1, 19, missing('"}]}}" is missing'))],
    ['{"a":"s3cr3t', at(1, 13, missing('a text in quotes is not closed, and "}" is missing'))],
    ['['.repeat(11), at(1, 12, missing('11 brackets are open'))],
    // What is no JSON at all.
    ['undefined', at(1, 1, begins)],
    ['const a = {}', at(1, 1, begins)],
    [
      'node=s3cr3t&b=2',
      'The request body is a form, not JSON: send { "node": { … } }, with curl as --json or -d.',
    ],
    ['%7B%22a%22%3A1%7D', 'The request body is percent-encoded: send the JSON itself, as it is.'],
    [
      '--x\r\nContent-Disposition: form-data',
      'The request body is multipart, not JSON: send { "node": { … } }.',
    ],
    ['<node/>', 'The request body is XML or HTML, not JSON: send { "node": { … } }.'],
    ['---\nnode:\n', 'The request body is YAML, not JSON: send { "node": { … } }.'],
    ['node:\n  url: x', 'The request body is YAML, not JSON: send { "node": { … } }.'],
    [
      '[object Object]',
      'The request body is the text of an object, not JSON: let the client write it with JSON.stringify.',
    ],
    [
      "'{}'",
      'The request body is in single quotes: leave them out. A Windows shell hands them on; send a file there: curl --json @node.json.',
    ],
    [
      "curl http://localhost:3000/v1/execute -d '{}'",
      'The request body is a curl command, not JSON: send what stands behind its -d.',
    ],
    [
      "curl https://a.test/ -H 'X-Key: s3cr3t' -u ada:s3cr3t -d '{}'",
      'The request body is a curl command, not JSON: send { "node": { "method": "POST", "url": "https://host/path", "auth": { "type": "basic", "username": "…", "password": "{{ secrets.NAME }}" }, "headers": [{ "name": "X-Key", "value": "…" }], "body": { "structure": "json", "content": { "a": "…" } } } }.',
    ],
    [
      '{"timeoutMs":10.000,5}',
      'The request body is not valid JSON at line 1, column 21: a comma stands within a number; write a point before fractions and nothing between thousands, as in 10000.5.',
    ],
  ])('is named with its place and what to write: %j', (text, message) => {
    expect(explain(text)).toBe(message)
    expect(explain(text)).not.toContain('s3cr3t')
  })

  it('is named wherever one character of JSON is lost, added or changed, without any of its values', () => {
    const secret = 's3cr3t'
    const json = JSON.stringify({ node: { a: [secret, { b: `${secret}\n`, c: -1.5 }], d: null } }, null, 1)
    fc.assert(
      fc.property(
        fc.nat(json.length - 1),
        fc.nat(1),
        fc.string({ maxLength: 2 }),
        (index, removed, added) => {
          const text = json.slice(0, index) + added + json.slice(index + removed)
          const parsed = parseJson(text, { maxDepth: 100 })
          if (parsed.ok || parsed.error === null) return
          const message = describeJsonMistake(text, parsed.error)
          const [, line, column] = /at line (\d+), column (\d+): \S.*\S\.$/s.exec(message) ?? []

          expect(message).not.toMatch(/3cr3|undefined|\[object/)
          if (line === undefined) {
            expect(message).toMatch(/^The request body is .*[^.]\.$/s)
            return
          }
          expect(Number(line)).toBeLessThanOrEqual(text.split('\n').length)
          expect(Number(column) - 1).toBeLessThanOrEqual(text.split('\n')[Number(line) - 1]?.length ?? -1)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it.each([
    ['lists', (count: number) => `[${'[],'.repeat(count / 3)}`],
    ['quotes', (count: number) => `{"a":"b" ${'"'.repeat(count)}`],
    ['backslashes', (count: number) => `{"a":"${'\\'.repeat(2 * count)}\n"}`],
    ['white space', (count: number) => `{"a":1,${' '.repeat(count)}}`],
    ['a name', (count: number) => `{${'a'.repeat(count)}`],
    ['lines', (count: number) => `{"a":1${'\n'.repeat(count)}`],
  ])('is named soon in a long text of %s', (_what, text) => {
    const began = cpuMs()

    explain(text(1_000_000))

    expect(cpuMs() - began).toBeLessThan(2_000)
  })
})

describe('a body that is not UTF-8', () => {
  it.each<[what: string, bytes: Buffer, message: string]>([
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'It is UTF-16: send it in UTF-8.'],
    ['UTF-16 without a mark', Buffer.from('{"a":"\ud800"}', 'utf16le'), 'It is UTF-16: send it in UTF-8.'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'It is compressed with gzip: send it uncompressed.'],
    ['latin1', Buffer.from('{"a":\n "é"}', 'latin1'), 'at line 2, column 3: a byte there'],
    ['a character that is cut', Buffer.from('{"a":"€').subarray(0, -1), 'at line 1, column 7: a byte there'],
  ])('is told by what it is: %s', (_what, bytes, message) => {
    expect(describeForeignBytes(bytes)).toContain(message)
  })

  it('has its first wrong byte named, wherever it is', () => {
    const sound = fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => text.toWellFormed())
    const wrong = fc.constantFrom(
      [0xff],
      [0x80],
      [0xc3, 0x28],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0x98],
      [0xed, 0xa0, 0x80],
    )
    fc.assert(
      fc.property(sound, wrong, sound, (before, bytes, behind) => {
        const text = `"${before}`
        const all = Buffer.concat([Buffer.from(text), Buffer.from(bytes), Buffer.from(`"${behind}`)])
        const line = text.split('\n').length
        const column = text.length - text.lastIndexOf('\n')

        expect(describeForeignBytes(all)).toContain(`at line ${line}, column ${column}:`)
      }),
    )
  })
})

describe('a request whose body is no JSON', () => {
  const post = async (body: string | Uint8Array<ArrayBuffer>, contentType: string | null) => {
    const { url } = await service()
    const headers = contentType === null ? {} : { 'content-type': contentType }
    const response = await fetch(`${url}/v1/execute`, { method: 'POST', headers, body })
    return { status: response.status, problem: (await response.json()) as Problem }
  }

  it.each<[body: string, message: string]>([
    ['', 'The request body is empty. Send a JSON object: { "node": { … } }.'],
    [' \n', 'The request body is empty. Send a JSON object: { "node": { … } }.'],
    ['{"node":{},}', at(1, 11, 'a comma stands before "}"; remove the comma')],
    ['['.repeat(101) + ']'.repeat(101), 'The JSON is nested deeper than 100 levels.'],
  ])('is refused with the place: %j', async (body, message) => {
    const { status, problem } = await post(body, 'application/json')

    expect(status).toBe(400)
    expect(problem).toMatchObject({
      detail:
        'The request body cannot be read as JSON. The error says where, and what to send instead; nothing else was checked.',
      errors: [{ path: '', message }],
    })
  })

  it.each([
    ['application/x-www-form-urlencoded', 'says that the body is a form, which is what curl -d sends'],
    ['multipart/form-data; boundary=x', 'says that the body is multipart'],
    ['text/plain;charset=UTF-8', 'says that the body is plain text'],
    ['application/vnd.api+json', 'The Content-Type is application/vnd.api+json, not application/json.'],
    ['json', 'The Content-Type is json, not application/json.'],
    ['s3cr3t s3cr3t', 'The Content-Type is not application/json.'],
  ])('is refused with what its Content-Type says: %s', async (contentType, message) => {
    const { status, problem } = await post('{}', contentType)

    expect(status).toBe(415)
    expect(problem.detail).toContain(message)
    expect(problem.detail).toMatch(/ Send the body as JSON, with Content-Type: application\/json\.$/)
    expect(problem.detail).not.toContain('s3cr3t')
  })

  it('is refused with what it lacks: a Content-Type', async () => {
    const { status, problem } = await post(new Uint8Array([123, 125]), null)

    expect(status).toBe(415)
    expect(problem.detail).toBe(
      'The request has no Content-Type. Send the body as JSON, with Content-Type: application/json.',
    )
  })
})
