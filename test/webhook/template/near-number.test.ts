import { describe, expect, it } from 'vitest'
import { asText } from '../../../src/webhook/template/encoders.ts'
import { findNearNumber } from '../../../src/webhook/template/near-number.ts'
import { compileTemplate } from '../../../src/webhook/template/template.ts'

describe('a text that people read as a number', () => {
  it.for<[text: string, has: string, filters: string, value: string]>([
    ['97,50', 'a decimal comma', '| replace: ",", "."', '97.5'],
    ['-0,5', 'a decimal comma', '| replace: ",", "."', '-0.5'],
    ['1,234', 'a comma, which is taken as that of thousands', '| remove: ","', '1234'],
    ['1,234,567.5', 'commas between thousands', '| remove: ","', '1234567.5'],
    ['1.234,50', 'points between thousands', '| remove: "." | replace: ",", "."', '1234.5'],
    ['1.234.567', 'points between thousands', '| remove: "." | replace: ",", "."', '1234567'],
    ["1'234.50", 'signs between thousands', `| remove: "'"`, '1234.5'],
    ['1 234,5', 'blanks between thousands', '| remove: " " | replace: ",", "."', '1234.5'],
    ['12.50 €', '"€"', '| remove: "€" | strip', '12.5'],
    ['$ 12', '"$"', '| remove: "$" | strip', '12'],
    ['12,50 EUR', '"EUR" and a decimal comma', '| remove: "EUR" | strip | replace: ",", "."', '12.5'],
    ['45%', '"%"', '| remove: "%" | strip', '45'],
  ])('is told with the filters that make it one: %s', ([text, has, filters, value]) => {
    expect(findNearNumber(text)).toEqual({ has, filters })
    const compiled = compileTemplate(`{{ profile.a ${filters} | plus: 0 }}`, 'jsonBody')
    if (!compiled.ok) throw new Error(compiled.problem)
    const scope = { variables: { profile: { a: text } }, secrets: () => undefined as never }
    expect(compiled.template.text(scope, asText)).toMatchObject({ ok: true, value })
  })

  it.for([
    '',
    ' ',
    'n/a',
    '12',
    '1.5',
    '12 pieces',
    'Room 12',
    '1,2,3',
    '12-11',
    '1.2.3',
    '0x20',
    '€',
    '1,5'.repeat(20),
  ])('is none where it is a number, or anything else: %j', (text) => {
    expect(findNearNumber(text)).toBeNull()
  })
})
