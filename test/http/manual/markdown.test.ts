import { describe, expect, it } from 'vitest'
import { createMarkdownRenderer } from '../../../src/http/manual/markdown.ts'
import { splitSections } from '../../../src/http/manual/sections.ts'

const { block, inline, summary } = createMarkdownRenderer((href) =>
  href.startsWith('#') ? { href: `here${href}` } : { href: null, note: 'docs/a&b.md' },
)

describe('Markdown as HTML', () => {
  it('shows HTML as text', () => {
    expect(block('<script>alert(1)</script>')).toBe('&#60;script&#62;alert(1)&#60;/script&#62;')
    expect(inline('a <b onclick="x">b</b>')).toBe('a &#60;b onclick=&#34;x&#34;&#62;b&#60;/b&#62;')
    expect(block('```\n<i>&"\n```')).toContain('<code>&#60;i&#62;&#38;&#34;</code>')
  })

  it('follows a link that leads somewhere, and writes out one that does not', () => {
    expect(inline('[there](#x)')).toBe('<a href="here#x">there</a>')
    expect(inline('[there](b.md)')).toBe('there (docs/a&#38;b.md)')
    expect(inline('[docs/a&b.md](b.md)')).toBe('docs/a&amp;b.md')
  })

  it('loads no image', () => {
    expect(inline('![a picture](x.png)')).toBe('a picture')
  })

  it('lets a table scroll by itself', () => {
    expect(block('| `a` |\n| --- |\n| `b` |')).toMatch(
      /^<div class="wide" tabindex="0"><table>.*<th><code>a<\/code><\/th>.*<td data-head="a"><code>b<\/code><\/td>/s,
    )
  })
})

describe('the summary of a text', () => {
  it.each([
    ['**Title** · status 400\n\nMore.', 'Title'],
    ['One sentence. Another one.', 'One sentence'],
    ['\n\nOver\ntwo lines. More.', 'Over\ntwo lines'],
    ['The payload lacks it: a field.', 'The payload lacks it'],
    ['In `a. b` there is no end. More.', 'In <code>a. b</code> there is no end'],
    ['See 1.5 and a.b, and [x](#x). More.', 'See 1.5 and a.b, and <a href="here#x">x</a>'],
    ['Without an end', 'Without an end'],
    ['', ''],
  ])('of %j is %j', (text, expected) => {
    expect(summary(text)).toBe(expected)
  })
})

describe('the sections of a document', () => {
  it('begin at headings, and not within code', () => {
    const sections = splitSections('# A\n\na\n\n## The `b`, c\n\n```\n# no heading\n```\n#none\n')

    expect(sections).toEqual([
      { depth: 1, title: 'A', anchor: 'a', text: '\na\n' },
      { depth: 2, title: 'The `b`, c', anchor: 'the-b-c', text: '\n```\n# no heading\n```\n#none\n' },
    ])
  })
})
