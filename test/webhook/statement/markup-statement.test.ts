import { describe, expect, it } from 'vitest'
import {
  isHtml,
  isLoginPage,
  readHtmlStatement,
  readXmlStatement,
} from '../../../src/webhook/statement/markup-statement.ts'
import { cpuMs } from '../../support/cpu-time.ts'

const soap11 = `<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
  <soap:Fault><faultcode>soap:Client</faultcode><faultstring>Invalid &quot;key&quot;</faultstring></soap:Fault></soap:Body></soap:Envelope>`
const soap12 = `<env:Envelope><env:Body><env:Fault><env:Code><env:Value>env:Sender</env:Value></env:Code>
  <env:Reason><env:Text xml:lang="en">Processing error</env:Text></env:Reason></env:Fault></env:Body></env:Envelope>`

describe('the statement of a document', () => {
  it.each([
    ['SOAP 1.1', soap11, 'Invalid "key"'],
    ['SOAP 1.2', soap12, 'Processing error'],
    [
      'AWS',
      '<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>',
      'NoSuchKey: The key does not exist.',
    ],
    ['CDATA', '<error><message><![CDATA[a < b]]></message></error>', 'a < b'],
    ['CDATA without an end', '<error><message><![CDATA[a < b', 'a < b'],
    ['characters by number', '<error>&#65;&#x42;&unknown;&#99999999;</error>', 'AB&unknown;&#99999999;'],
  ])('is the text of %s', (_what, document, text) => {
    expect(readXmlStatement(document)?.text).toBe(text)
  })

  it.each<[what: string, fault: string, text: string, fields: readonly string[]]>([
    [
      'SOAP 1.1',
      '<faultstring>Validation failed</faultstring><detail><n:e><n:code>V-1</n:code><n:text>vatNumber must have 9 digits</n:text></n:e></detail>',
      'V-1: Validation failed: vatNumber must have 9 digits',
      [],
    ],
    [
      'SOAP 1.2',
      '<s:Reason><s:Text>Invalid.</s:Text></s:Reason><s:Detail><e><message>Too short a value</message><field>vatNumber</field></e></s:Detail>',
      'Invalid: Too short a value',
      ['vatNumber'],
    ],
    [
      'a text alone',
      '<faultstring>No</faultstring><detail>The id is unknown</detail>',
      'No: The id is unknown',
      [],
    ],
    ['CDATA', '<faultstring>No</faultstring><detail><e><![CDATA[a < b]]></e></detail>', 'No: a < b', []],
    ['what is said already', '<faultstring>Not so</faultstring><detail><e>Not so</e></detail>', 'Not so', []],
    [
      'a trace of the program',
      '<faultstring>No</faultstring><detail><StackTrace>at A.b() in c</StackTrace><HelpLink/></detail>',
      'No',
      [],
    ],
    ['nothing', '<faultstring>No</faultstring><detail/>', 'No', []],
  ])('has the detail of a fault: %s', (_what, fault, text, fields) => {
    const document = `<s:Envelope><s:Body><s:Fault>${fault}</s:Fault></s:Body></s:Envelope>`
    expect(readXmlStatement(document)).toEqual({ text, fields })
  })

  it.each([
    [
      'a title',
      '<!doctype html><html><head><title>Acme | Error 1020</title></head><h1>Not here</h1>',
      'Acme | Error 1020',
    ],
    ['a heading that tells more', '<html><title>404 Not Found</title><h1>Not here</h1>', 'Not here'],
    [
      'a paragraph that tells more',
      '<html><title>403 Forbidden</title><h1>Forbidden <span>(403)</span></h1><p>CSRF verification failed.</p>',
      'CSRF verification failed.',
    ],
    [
      'titles of the status alone',
      '<html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>',
      '502 Bad Gateway',
    ],
    ['a heading', '<html><body><h1 class="x">Not here</h1>', 'Not here'],
    ['Express', '<html><title>Error</title><pre>Cannot POST /x</pre>', 'Cannot POST /x'],
    ['a title alone that says little', '<html><title>Error</title>', 'Error'],
    ['words with a line break between them', '<body><div>Quota\nexceeded</div></body>', 'Quota\nexceeded'],
  ])('is that of a page: %s', (_what, page, text) => {
    expect(readHtmlStatement(page)?.text).toBe(text)
  })

  it.each([
    [
      'until when it is down',
      '<html><title>Site Maintenance</title><h1>We&rsquo;ll be back soon!</h1><p>We are performing maintenance until 06:00 UTC.</p>',
      'Site Maintenance: We are performing maintenance until 06:00 UTC.',
    ],
    [
      'a time behind courtesies',
      '<html><title>Maintenance</title><h1>We are sorry for the inconvenience!</h1><p>Thank you for your patience.</p><p>We are back in <b>30 minutes</b>.</p>',
      'Maintenance: We are back in 30 minutes.',
    ],
    [
      'no more than its headline',
      '<html><title>Down for a while</title><p>Sorry for the inconvenience, try again.</p>',
      'Down for a while',
    ],
  ])('has what the page of a target that fails says: %s', (_what, page, text) => {
    expect(readHtmlStatement(page, true)?.text).toBe(text)
  })

  it('is not there where nothing is said', () => {
    expect(readHtmlStatement('<html><body></body></html>')).toBeNull()
    expect(readXmlStatement('<a><b/></a>')).toBeNull()
  })

  it.each([
    '<',
    '<a ',
    '<message',
    '<message><![CDATA[',
    '<message>',
    '&#',
    'type ="',
    '<x:',
    '<detail>',
    '<detail><a>b c',
  ])('takes a linear time for many %j', (part) => {
    const text = part.repeat(1_000_000 / part.length)
    const before = cpuMs()
    readXmlStatement(text)
    readHtmlStatement(text)
    isLoginPage(text)
    isHtml(text)

    expect(cpuMs() - before).toBeLessThan(300)
  })
})

describe('a login page', () => {
  it.each([
    '<html><title>Sign in – Acme</title>',
    '<html><form><input type="password">',
    "<input type='password'>",
  ])('is one: %s', (page) => {
    expect(isLoginPage(page)).toBe(true)
  })

  it('is none where no password is asked for', () => {
    expect(isLoginPage('<html><title>Acme</title>')).toBe(false)
  })
})
