import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { findLinks, listAnchors } from './support/markdown.ts'
import { pages, read, root } from './support/pages.ts'

describe.each(pages)('%s', (page) => {
  it('names only commands that exist', () => {
    const commands = [...read(page).matchAll(/(?:^|`|&& )npm (?:run )?([\w:-]+)/gm)].map(
      ([, name = '']) => name,
    )

    expect(commands.filter((name) => name !== 'ci' && !(name in manifest.scripts))).toEqual([])
  })

  it('has no link that leads nowhere', () => {
    expect(findLinks(read(page)).filter((target) => !leadsSomewhere(page, target))).toEqual([])
  })
})

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, file))) return false
  if (anchor === undefined) return true
  return statSync(join(root, file)).isFile() && listAnchors(read(file)).includes(anchor)
}
