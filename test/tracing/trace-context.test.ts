import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTraceparent, parseTraceContext } from '../../src/tracing/trace-context.ts'
import { cpuMs } from '../support/cpu-time.ts'

const traceId = '12345678901234567890123456789012'
const spanId = '1234567890123456'
const sound = `00-${traceId}-${spanId}-01`

describe('a traceparent', () => {
  it.each([
    ['of version 00', sound, 1],
    ['that is not sampled', `00-${traceId}-${spanId}-00`, 0],
    ['with a random trace id', `00-${traceId}-${spanId}-03`, 3],
    ['with flags of a later version', `00-${traceId}-${spanId}-fd`, 1],
    ['of a version to come', `cc-${traceId}-${spanId}-01`, 1],
    ['of a version to come, with more in it', `cc-${traceId}-${spanId}-01-what-the-future-will-be-like`, 1],
    ['of a version to come, with nothing more', `fe-${traceId}-${spanId}-01-`, 1],
  ])('%s is taken over', (_what, header, flags) => {
    expect(parseTraceContext(header, undefined)).toEqual({ traceId, spanId, flags, state: null })
  })

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['the version ff', `ff-${traceId}-${spanId}-01`],
    ['more in version 00', `${sound}-what-the-future-will-be-like`],
    ['a dash at the end of version 00', `${sound}-`],
    ['a character at its end', `${sound}.`],
    ['more behind another character', `cc-${traceId}-${spanId}-01.what-the-future-will-be-like`],
    ['a version that is not hexadecimal', `.0-${traceId}-${spanId}-01`],
    ['a version of three digits', `000-${traceId}-${spanId}-01`],
    ['a version of one digit', `0-${traceId}-${spanId}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a trace id that is not hexadecimal', `00-${traceId.replace('1', '.')}-${spanId}-01`],
    ['a trace id that is too long', `00-${traceId}3-${spanId}-01`],
    ['a trace id that is too short', `00-${traceId.slice(1)}-${spanId}-01`],
    ['a parent id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['a parent id that is not hexadecimal', `00-${traceId}-${spanId.replace('1', '.')}-01`],
    ['a parent id that is too long', `00-${traceId}-${spanId}7-01`],
    ['a parent id that is too short', `00-${traceId}-${spanId.slice(1)}-01`],
    ['flags that are not hexadecimal', `00-${traceId}-${spanId}-.0`],
    ['flags of three digits', `00-${traceId}-${spanId}-001`],
    ['flags of one digit', `00-${traceId}-${spanId}-1`],
    ['capitals', `00-${'ABCDEF12'.repeat(4)}-${spanId}-01`],
    ['white space within', `00-${traceId} -${spanId}-01`],
    ['two of them', `${sound}, 00-${traceId.replace('1', '2')}-${spanId}-01`],
    ['two of a version to come', `cc-${traceId}-${spanId}-01-more, cc-${traceId}-${spanId}-01`],
  ])('with %s is ignored, and so is its tracestate', (_what, header) => {
    expect(parseTraceContext(header, 'vendor=1')).toBeNull()
  })

  it('comes back as it was written', () => {
    const hex = (length: number) =>
      fc
        .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
        .filter((digits) => /[^0]/.test(digits))
    const anyContext = fc.record({
      traceId: hex(32),
      spanId: hex(16),
      flags: fc.constantFrom(0, 1, 2, 3),
      state: fc.constant(null),
    })

    fc.assert(
      fc.property(anyContext, (context) => {
        expect(parseTraceContext(formatTraceparent(context), undefined)).toEqual(context)
      }),
    )
  })

  it('can always be handed on, whatever the input', () => {
    const nearly = fc.stringMatching(
      /^[\da-f.-]{2}-[\da-fA-F]{31,33}-[\da-f]{15,17}-[\da-f]{1,3}[-,. a]{0,2}$/,
    )

    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), fc.string(), (traceparent, tracestate) => {
        const context = parseTraceContext(traceparent, tracestate)
        if (context === null) return
        expect(formatTraceparent(context)).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-0[0-3]$/)
        expect(traceparent).toContain(`${context.traceId}-${context.spanId}`)
      }),
    )
  })
})

const parseState = (header: string | undefined) => parseTraceContext(sound, header)?.state
const members = (count: number) => Array.from({ length: count }, (_, at) => `bar${at}=${at}`).join(',')
const printable = (from: number, to: number) =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, at) => from + at))
const everyValue = printable(0x20, 0x2b) + printable(0x2d, 0x3c) + printable(0x3e, 0x7e)

describe('a tracestate', () => {
  it.each([
    ['one member', 'foo=1', 'foo=1'],
    ['several, in their order', 'foo=1,bar=2,rojo=1', 'foo=1,bar=2,rojo=1'],
    ['several headers, which Node joins', 'foo=1,bar=2, rojo=1, baz=3', 'foo=1,bar=2,rojo=1,baz=3'],
    ['white space around members', 'foo=1 \t , \t bar=2,\t baz=3', 'foo=1,bar=2,baz=3'],
    ['empty members', ', foo=1,,', 'foo=1'],
    ['every character of a key', 'abcdefghijklmnopqrstuvwxyz0123456789_-*/=1', undefined],
    ['a key of a tenant', '0a-z0-9_-*/@a-z0-9_-*/=1', undefined],
    ['every character of a value', `foo=${everyValue}`, undefined],
    ['a key of 256 characters', `foo=1,${'z'.repeat(256)}=1`, undefined],
    ['a tenant of 241 and a system of 14 characters', `${'t'.repeat(241)}@${'v'.repeat(14)}=1`, undefined],
    ['a value of 256 characters', `foo=${'v'.repeat(256)}`, undefined],
    ['32 members', members(32), undefined],
    ['512 characters', `foo=${'v'.repeat(251)},bar=${'v'.repeat(252)}`, undefined],
  ])('is taken over with %s', (_what, header, expected = header) => {
    expect(parseState(header)).toBe(expected)
  })

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['nothing but commas', ' , ,'],
    ['no equals sign', 'foo'],
    ['an empty key', '=1'],
    ['an empty value', 'foo=,bar=3'],
    ['two equals signs', 'foo=bar=baz'],
    ['a space in a key', 'foo =1'],
    ['capitals in a key', 'FOO=1'],
    ['a dot in a key', 'foo.bar=1'],
    ['a digit at the start of a key', '1foo=1'],
    ['an empty system', 'foo@=1,bar=2'],
    ['an empty tenant', '@foo=1,bar=2'],
    ['two signs', 'foo@@bar=1,bar=2'],
    ['three parts', 'foo@bar@baz=1,bar=2'],
    ['a key of 257 characters', `foo=1,${'z'.repeat(257)}=1`],
    ['a tenant of 242 characters', `${'t'.repeat(242)}@v=1`],
    ['a system of 15 characters', `t@${'v'.repeat(15)}=1`],
    ['a value of 257 characters', `foo=${'v'.repeat(257)}`],
    ['a character beyond ASCII', 'foo=\u00e9'],
    ['one key twice', 'foo=1,foo=2'],
    ['33 members', members(33)],
    ['513 characters', `foo=${'v'.repeat(252)},bar=${'v'.repeat(252)}`],
  ])('with %s is dropped, and the traceparent stays', (_what, header) => {
    expect(parseTraceContext(sound, header)).toEqual({ traceId, spanId, flags: 1, state: null })
  })

  it('may always stand in a header, whatever the input', () => {
    const nearly = fc.array(fc.stringMatching(/^ ?[a-z0-9@A*]{0,4}=?[ -~\t]{0,6}$/), { maxLength: 40 })

    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly.map(String)), (header) => {
        const state = parseState(header) ?? ''
        expect(state).toMatch(/^[\x20-\x7e]{0,512}$/)
        expect(parseState(state) ?? '').toBe(state)
      }),
    )
  })

  it('costs nothing to refuse, however long it is', () => {
    const began = cpuMs()

    expect(parseState(`foo=${' '.repeat(16_000)}`)).toBeNull()
    expect(parseState(`foo=1${' '.repeat(16_000)}x`)).toBeNull()
    expect(parseState(','.repeat(16_000))).toBeNull()
    expect(parseState(`${'a'.repeat(8_000)}@${'b'.repeat(8_000)}`)).toBeNull()

    expect(cpuMs() - began).toBeLessThan(1_000)
  })
})
