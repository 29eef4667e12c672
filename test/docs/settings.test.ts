import { expect, it } from 'vitest'
import { allVariables } from '../../src/settings/variables.ts'
import { read } from './support/pages.ts'

it('docs/settings.md has the settings of the code, word for word', () => {
  const rows = allVariables.map(({ name, default: preset, description, example }) =>
    row(quoted(name), quoted(preset), description, quoted(example)),
  )

  expect(findRows(read('docs/settings.md'))).toEqual([
    row('variable', 'default', 'meaning', 'example'),
    ...rows,
  ])
})

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function quoted(text: string): string {
  return text === '' ? '' : `\`${text}\``
}

/** The rows of the first table, less the one of dashes. */
function findRows(text: string): string[] {
  const lines = text.split('\n')
  const table = lines.slice(lines.findIndex((line) => line.startsWith('|')))
  const end = table.findIndex((line) => !line.startsWith('|'))
  return table.slice(0, end).filter((line) => !/^[|\s-]+$/.test(line))
}
