import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { condition, evaluate, scopeWith } from '../support/templates.ts'

const profile = {
  yes: true,
  no: false,
  zero: 0,
  five: 5,
  name: 'Ada',
  braces: 'a {{ b %} c',
  empty: '',
  nil: null,
  tags: ['a', 'Ada'],
  rows: [{ id: 1, active: true }, { id: 2, active: false }, { id: 3 }],
}
function holds(text: string): boolean {
  const result = condition(text).holds(scopeWith(profile))
  if (!result.ok) throw new TypeError(result.failure.detail)
  return result.value
}

const text = (template: string) => evaluate(template, profile)

/** An expression as it is written, and what it means to people. */
interface Meant {
  readonly written: string
  readonly value: unknown
  /** How strongly its parts hold together: a whole value, a comparison, a negation, a join. */
  readonly level: 'value' | 'comparison' | 'not' | 'and' | 'or'
}

const isTrue = (value: unknown) => value !== undefined && value !== null && value !== false && value !== ''
const grouped = ({ written }: Meant) => `(${written})`
const asOperand = (part: Meant) => (part.level === 'value' ? part.written : grouped(part))
const asNegated = (part: Meant) =>
  part.level === 'and' || part.level === 'or' ? grouped(part) : part.written
const asJoined = (joint: 'and' | 'or') => (part: Meant) =>
  (part.level === 'and' || part.level === 'or') && part.level !== joint ? grouped(part) : part.written

const compare: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '==': (left, right) => (left ?? null) === (right ?? null),
  '!=': (left, right) => (left ?? null) !== (right ?? null),
  '<': (left, right) => typeof left === 'number' && typeof right === 'number' && left < right,
  '>=': (left, right) => typeof left === 'number' && typeof right === 'number' && left >= right,
}

const variable = fc
  .constantFrom('yes', 'no', 'zero', 'five', 'name', 'empty', 'nil', 'missing')
  .map((name): Meant => {
    const value = (profile as Record<string, unknown>)[name]
    return { written: `profile.${name}`, value, level: 'value' }
  })

const expression = fc.letrec<{ any: Meant }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    variable,
    fc.tuple(variable, fc.constantFrom('==', '!='), tie('any')).map(
      ([left, operator, right]): Meant => ({
        written: `${asOperand(left)} ${operator} ${asOperand(right)}`,
        value: compare[operator]?.(left.value, right.value),
        level: 'comparison',
      }),
    ),
    fc.tuple(fc.constantFrom('profile.five', 'profile.zero', '3'), fc.constantFrom('<', '>='), fc.nat(6)).map(
      ([left, operator, right]): Meant => ({
        written: `${left} ${operator} ${right}`,
        value: compare[operator]?.(
          left === '3' ? 3 : profile[left === 'profile.five' ? 'five' : 'zero'],
          right,
        ),
        level: 'comparison',
      }),
    ),
    tie('any').map(
      (part): Meant => ({
        written: `not ${asNegated(part)}`,
        value: !isTrue(part.value),
        level: 'not',
      }),
    ),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
      )
      .map(([joint, parts]): Meant => {
        const truths = parts.map(({ value }) => isTrue(value))
        return {
          written: parts.map(asJoined(joint)).join(` ${joint} `),
          value: joint === 'and' ? truths.every(Boolean) : truths.some(Boolean),
          level: joint,
        }
      }),
    tie('any').map((part): Meant => ({ ...part, written: grouped(part), level: 'value' })),
    tie('any').map((part): Meant => ({ ...part, written: `( ${part.written} )`, level: 'value' })),
  ),
})).any

describe('the meaning of an expression', () => {
  it('is what it says in a condition, however not, and, or, comparisons and parentheses are combined', () => {
    fc.assert(
      fc.property(expression, ({ written, value }) => {
        expect(holds(written), written).toBe(isTrue(value))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is what it says in tags', () => {
    fc.assert(
      fc.property(expression, ({ written, value }) => {
        const [yes, no] = isTrue(value) ? ['y', 'n'] : ['n', 'y']
        expect(text(`{% if ${written} %}y{% else %}n{% endif %}`), written).toBe(yes)
        expect(text(`{% unless ${written} %}y{% else %}n{% endunless %}`), written).toBe(no)
        expect(text(`{% if false %}{% elsif ${written} %}y{% else %}n{% endif %}`), written).toBe(yes)
      }),
      { numRuns: 500 },
    )
  })

  it('is what it says in the condition that a filter takes', () => {
    fc.assert(
      fc.property(expression, ({ written, value }) => {
        const [all, none] = isTrue(value) ? ['1;2;3', ''] : ['', '1;2;3']
        const ids = '| map: "id" | join: ";"'
        expect(text(`{{ profile.rows | where_exp: "r", "${written}" ${ids} }}`), written).toBe(all)
        expect(text(`{{ profile.rows | reject_exp: "r", "${written}" ${ids} }}`), written).toBe(none)
        expect(text(`{{ profile.rows | has_exp: "r", "${written}" }}`), written).toBe(isTrue(value))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['(not profile.no)', true],
    ['(not profile.yes)', false],
    ['( not profile.yes )', false],
    ['(\nnot\nprofile.no)', true],
    ['((not profile.no))', true],
    ['profile.yes and (not profile.no)', true],
    ['profile.yes == (not profile.no)', true],
    ['(not profile.no) == profile.yes', true],
    ['not (not profile.yes)', true],
    ['(not not profile.yes)', true],
    ['(not profile.yes and profile.no)', false],
    ['(not profile.tags contains "z")', true],
    ['profile.rows[0].active == (not profile.no)', true],
    ['not profile.name contains "{{"', true],
    ['profile.braces contains "{{"', true],
    ["profile.braces contains '%}' and not profile.name contains '{%'", true],
  ])('is a negation in parentheses: %s is %j', (condition, value) => {
    expect(holds(condition)).toBe(value)
  })

  it.each([
    ['{{ (not profile.no) }}', true],
    ['{{ profile.missing | default: (not profile.no) }}', true],
    ['{{ (not profile.no) | append: "!" }}', 'true!'],
    ['{% assign a = (not profile.yes) %}{{ a }}', 'false'],
    ['{% case (not profile.yes) %}{% when false %}f{% endcase %}', 'f'],
    ['{% case profile.no %}{% when (not profile.yes) %}f{% endcase %}', 'f'],
    ['{% for r in profile.rows %}{% if (not r.active) %}{{ r.id }}{% endif %}{% endfor %}', '23'],
    ['{{ profile.rows | where_exp: "r", "not r.active" | map: "id" | join: "," }}', '2,3'],
    ['{{ profile.rows | reject_exp: "r", "not r.active" | map: "id" | join: "," }}', '1'],
    ['{{ profile.rows | find_exp: "r", "not r.active" | map: "id" | join: "," }}', '2'],
    ['{{ profile.rows | has_exp: "r", "not r.id" }}', false],
    ['{{ profile.rows | find_index_exp: "r", "not r.active" }}', 1],
    ['{{ profile.rows | group_by_exp: "r", "not r.active" | map: "name" | join: "," }}', 'false,true'],
    ['{{ profile.rows | group_by_exp: "r", "(not r.active)" | map: "name" | join: "," }}', 'false,true'],
    ['{{ profile.rows | where_exp: "r", "r.id > 1 and (not r.active)" | size }}', 2],
  ])('is a negation in parentheses within a template: %s is %j', (template, value) => {
    expect(text(template)).toBe(value)
  })
})
