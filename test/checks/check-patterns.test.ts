import { describe, expect, it } from 'vitest'
import { checkPatterns } from '../../checks/check-patterns.ts'
import type { SourceTexts } from '../../checks/find-patterns.ts'

/** The lines that are complained about. */
async function complaintsAbout(texts: SourceTexts): Promise<string[]> {
  const { complaints } = await checkPatterns(texts)
  return complaints.map(({ file, line }) => `${file}:${line}`)
}

const sourceWith = (...lines: string[]) => ({ 'src/a.ts': `${lines.join('\n')}\n` })

describe('the check of regular expressions', () => {
  it('says where a pattern is slow, which one it is, and on what', async () => {
    const { patterns, complaints } = await checkPatterns(
      sourceWith(
        'export const isWord = /^[a-z]+$/',
        'export const end = (text: string) => text.replace(/0+$/, "")',
      ),
    )

    expect(patterns).toBe(2)
    expect(complaints).toMatchObject([{ file: 'src/a.ts', line: 2 }])
    expect(complaints[0]?.message).toContain('/0+$/ takes more than linear time (2nd degree polynomial)')
    expect(complaints[0]?.message).toContain("'0'.repeat(")
  })

  it.each([
    ['polynomial', String.raw`/\s+$/`],
    ['exponential', '/^(a+)+$/'],
    ['in a call', String.raw`RegExp('\\s+$')`],
    ['with flags', String.raw`new RegExp("\\S+\\s+$", 'u')`],
    ['as a member', String.raw`new globalThis.RegExp('\\s+$')`],
    ['as raw text', 'new RegExp(String.raw`\\s+$`)'],
    ['joined', String.raw`new RegExp(['\\s+', '$'].join(''))`],
    ['added up', String.raw`new RegExp('\\s+' + ('$'))`],
    ['not understood by the checker', String.raw`/[\s--\n]/v`],
  ])('finds one that is slow: %s', async (_kind, pattern) => {
    expect(await complaintsAbout(sourceWith(`export const pattern = ${pattern}`))).toEqual(['src/a.ts:1'])
  })

  it('puts together what is made of constants, also of other files', async () => {
    const texts = {
      'src/parts.ts': "export const zeros = '0+'; export const names = '[a-z]{1,' + 64 + '}'",
      'src/a.ts': [
        "import { names, zeros as noughts } from './parts.ts'",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
        'export const name = new RegExp(`^${names}$`)',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
        'export const end = new RegExp(`${noughts}$`)',
      ].join('\n'),
    }

    expect(await complaintsAbout(texts)).toEqual(['src/a.ts:3'])
  })

  it.each([
    ['a division', 'export const half = (all: number, s: number) => all /s+s/ 2'],
    ['a text', String.raw`export const text = '/\\s+$/'`],
    ['a comment', String.raw`// /\s+$/`],
  ])('does not take %s for a pattern', async (_what, line) => {
    expect(await checkPatterns(sourceWith(line))).toMatchObject({
      patterns: 0,
      complaints: [],
    })
  })

  it('wants a bound for a pattern that is made at run time', async () => {
    const make = 'export const make = (text: string) => new RegExp(text)'

    expect(await complaintsAbout(sourceWith(make))).toEqual(['src/a.ts:1'])
    expect(await complaintsAbout(sourceWith(`${make} // recheck:`))).toEqual(['src/a.ts:1'])
    expect(await complaintsAbout(sourceWith(`${make} // recheck: a pattern of a schema`))).toEqual([])
  })
})

describe('an exception from the check of regular expressions', () => {
  const slow = 'export const slow = /0+$/'

  it('stands in the line of its pattern or in the line before it', async () => {
    expect(await complaintsAbout(sourceWith(`${slow} // recheck: at most 24 characters`))).toEqual([])
    expect(await complaintsAbout(sourceWith('// recheck: at most 1,000 digits', slow))).toEqual([])
    expect(await complaintsAbout(sourceWith('// recheck: at most 24 characters', '', slow))).toHaveLength(2)
  })

  it('names a bound', async () => {
    expect(await complaintsAbout(sourceWith(`${slow} // recheck: it is never long`))).toEqual(['src/a.ts:1'])
  })

  it('is needed by a pattern, or complained about', async () => {
    const sound = 'export const sound = /^0+$/ // recheck: at most 24 characters'

    expect(await complaintsAbout(sourceWith(sound))).toEqual(['src/a.ts:1'])
    expect(await complaintsAbout(sourceWith('// recheck: at most 24 characters', 'export {}'))).toEqual([
      'src/a.ts:1',
    ])
  })

  it('speaks of one pattern only', async () => {
    const two = 'export const two = [/0+$/, /1+$/] // recheck: at most 24 characters'

    expect(await complaintsAbout(sourceWith(two))).toEqual(['src/a.ts:1'])
  })

  it('is a comment, and no text that looks like one', async () => {
    const text = 'export const text = ["// recheck: at most 24 characters", /0+$/]'

    expect(await complaintsAbout(sourceWith(text))).toEqual(['src/a.ts:1'])
  })
})
