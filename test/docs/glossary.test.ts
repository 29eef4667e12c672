import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pages, read, root } from './support/pages.ts'

const [, avoided = ''] = read('docs/glossary.md').split('## Words that stand for something else elsewhere')
const words = [...avoided.matchAll(/^\| ([a-z]+(?:, [a-z]+)*) \|/gm)]
  .flatMap(([, names = '']) => names.split(', '))
  .filter((name) => name !== 'not')

const code = globSync(['{src,bench,demo,openapi}/**/*.{ts,js,json}', 'monitoring/**/*.yml'], { cwd: root })
/** Words of other tools, which the service explains. */
const foreign = 'src/http/problems/foreign-words/'
const files = [...code, ...pages].filter((file) => file !== 'docs/glossary.md' && !file.startsWith(foreign))

describe('docs/glossary.md', () => {
  it('names words to avoid', () => {
    expect(words.length).toBeGreaterThan(5)
  })

  it.each(words)('keeps code and pages free of "%s"', (word) => {
    // recheck: one word of the page
    const pattern = new RegExp(`(?<![a-z_-])${word}s?(?![a-z_])`, 'i')
    expect(files.filter((file) => pattern.test(read(file)))).toEqual([])
  })
})
