import { describe, expect, it } from 'vitest'
import { complaint, type NodeSketch, raw, render } from '../webhook/support/nodes.ts'
import { section } from './support/markdown.ts'
import { read } from './support/pages.ts'

const page = read('docs/values.md')

/** The rows of the tables of a chapter, as lists of cells, table by table. */
const findTables = (heading: string) =>
  section(page, heading)
    .split(/\n\n/)
    .filter((part) => part.startsWith('|'))
    .map((table) => table.split('\n').slice(2).filter(Boolean).map(splitCells))

/** A bar within a cell has a backslash before it. */
const splitCells = (row: string) =>
  row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

/** What stands between the first backticks of a cell. */
const codeIn = (cell: string | undefined) => /^`([^`]*)`/.exec(cell ?? '')?.[1] ?? ''

/** What a template gives, or the code of its failure. */
function describeResult(node: NodeSketch, profile: object): string {
  const rendered = render(node, { payload: { profile: { ...profile } } })
  return rendered.ok ? String(rendered.request.body ?? '') : rendered.failure.code
}

describe('docs/values.md on the idioms of other tools', () => {
  const [inText = [], inJson = []] = findTables('Coming from another tool')

  it.each(inText)('says rightly that in text %s of %s gives %s', (template, profile, result) => {
    const node = raw('text/plain', codeIn(template))
    const [, said] = /^400: (.+)$/.exec(result ?? '') ?? []

    if (said === undefined) expect(describeResult(node, JSON.parse(codeIn(profile)))).toBe(codeIn(result))
    else expect(complaint(node)).toContain(said)
  })

  it.each(inJson)('says rightly that in JSON %s of %s gives %s', (template, profile, result) => {
    const node = raw('application/json', codeIn(template))

    expect(describeResult(node, JSON.parse(codeIn(profile)))).toBe(codeIn(result))
  })

  it('has two tables of some length', () => {
    expect(inText.length).toBeGreaterThan(30)
    expect(inJson.length).toBeGreaterThan(5)
  })
})

describe('docs/values.md on conditions', () => {
  const table = findTables('Templates').at(1) ?? []

  it.each(table)('says rightly that %s is refused, as %s, and %s is not', (wrong, _because, right) => {
    const judge = (value: string) => complaint({ expect: { type: 'condition', value } })

    expect(judge(codeIn(wrong))).toContain('/node/expect/value')
    expect(judge(codeIn(right))).toBeUndefined()
  })

  it('has a table of some length', () => {
    expect(table.length).toBeGreaterThan(6)
  })
})
