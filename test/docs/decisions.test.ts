import { execFileSync } from 'node:child_process'
import { basename, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { codeBlocks, findLinks } from './support/markdown.ts'
import { pages, read, root } from './support/pages.ts'

const index = 'docs/decisions/README.md'
const decisions = pages.filter((page) => page.startsWith('docs/decisions/') && page !== index)

describe('docs/decisions', () => {
  it('links every decision, under its title', () => {
    const titles = [...read(index).matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, title, file]) => [
      file,
      title,
    ])

    expect(titles.toSorted()).toEqual(
      decisions.map((page) => [basename(page), /^# (.+)$/m.exec(read(page))?.[1]]).toSorted(),
    )
  })

  it.each(decisions)('%s says what was decided, why, and what it costs', (page) => {
    for (const part of ['Decision', 'Why', 'Costs'])
      expect(read(page)).toMatch(new RegExp(`^\\*\\*${part}\\.\\*\\* \\S`, 'm'))
  })

  it('is linked from the architecture', () => {
    expect(findLinks(read('docs/architecture.md'))).toContain('decisions/README.md')
  })
})

describe('docs/decisions/performance.md', () => {
  const commands = codeBlocks(read('docs/decisions/performance.md'), 'sh')

  it('has a command for each single place', () => {
    expect(commands).toHaveLength([...read('docs/decisions/performance.md').matchAll(/^### /gm)].length)
  })

  it.each(commands)('measures with %s', { timeout: 30_000 }, (command) => {
    const path = `${dirname(process.execPath)}:${process.env.PATH}`

    const printed = execFileSync('bash', ['-c', command], { cwd: root, env: { ...process.env, PATH: path } })

    expect(String(printed)).toMatch(/\d+(?:\.\d+)? (?:ms|µs|times)/)
  })
})
