import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readStatement } from '../../../src/webhook/statement/read-statement.ts'
import { createResponse } from '../support/responses.ts'

const said = (type: string, body: string, status = 400) =>
  readStatement(createResponse({ status, body, headers: [['Content-Type', type]] }))?.text ?? null

describe('what a target says', () => {
  it.each([
    ['application/json', '{"message":"<p>Field <b>email</b> is&nbsp;bad</p>"}', 'Field email is bad'],
    ['application/json', '{"message":"use &lt;b&gt; &#39;x&#39;"}', "use <b> 'x'"],
    ['application/json', '{"message":"expected <string>, not <email>"}', 'expected <string>, not <email>'],
    ['text/plain', '<p>Field <b>email</b> is bad</p>', ' Field email is bad '],
    ['application/xml', '<response><msg>email is bad</msg></response>', 'email is bad'],
    ['application/x-www-form-urlencoded', 'error=bad&error_description=no+such%20user', 'bad: no such user'],
    ['application/x-www-form-urlencoded', 'nothing', 'nothing'],
    ['text/event-stream', 'event: error\ndata: {"message":"email is bad"}\n\n', 'email is bad'],
    ['application/json', ')]}\',\n{"message":"email is bad"}', 'email is bad'],
    ['application/javascript', 'cb({"message":"email is bad"})', 'email is bad'],
    ['application/json', JSON.stringify('{"message":"email is bad"}'), 'email is bad'],
    ['multipart/mixed; boundary=x', '--x\r\n\r\n{"message":"email is bad"}\r\n--x--', 'email is bad'],
    ['text/plain', 'no {name} here', 'no {name} here'],
    ['text/plain', ' \n', null],
  ])('as %s, in %j, is %j', (type, body, text) => {
    expect(said(type, body)).toBe(text)
  })

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'text/event-stream'])(
    'is nothing in a success of %s',
    (type) => {
      expect(said(type, 'error=bad {"message":"x"}', 200)).toBeNull()
    },
  )

  it('is found in any text without an exception', () => {
    const text = fc.string({
      unit: fc.constantFrom('{', '}', '"', ':', '<', 'b>', '&#0;', '&lt;', '%', '=', 'a'),
    })
    const type = fc.constantFrom('application/json', 'text/html', 'application/x-www-form-urlencoded', '')
    fc.assert(fc.property(type, text, (contentType, body) => void said(contentType, body)))
  })
})
