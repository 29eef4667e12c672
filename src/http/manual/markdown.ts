import { Marked, type RendererObject, type Token } from 'marked'

/** Where a link leads. With `href` null it leads nowhere, and `note` says what it would have led to. */
type LinkTarget = { readonly href: string } | { readonly href: null; readonly note: string }

/** Finds where a link of a document leads. */
export type FindTarget = (href: string) => LinkTarget

/** Renders Markdown as HTML. HTML within it is shown as text. */
export interface MarkdownRenderer {
  /** Text without headings. */
  block(markdown: string): string
  /** Text of one line. */
  inline(markdown: string): string
  /** What a text begins with: its bold words, else the first sentence up to a full stop or colon. */
  summary(markdown: string): string
}

export function createMarkdownRenderer(findTarget: FindTarget): MarkdownRenderer {
  const marked = new Marked({ renderer: createRenderer(findTarget) })
  return {
    block: (markdown) => marked.parse(markdown, { async: false }),
    inline: (markdown) => marked.parseInline(markdown, { async: false }),
    summary(markdown) {
      const [paragraph = ''] = markdown.trimStart().split('\n\n', 1)
      const tokens = marked.Lexer.lexInline(paragraph, marked.defaults)
      return marked.Parser.parseInline(findSummary(tokens), marked.defaults)
    },
  }
}

/** Replaces the characters that HTML gives a meaning. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function findSummary(tokens: readonly Token[]): Token[] {
  const [first] = tokens
  if (first?.type === 'strong' && first.tokens !== undefined) return first.tokens
  const sentence: Token[] = []
  for (const token of tokens) {
    const end = token.type === 'text' ? token.raw.search(/[.:](?:\s|$)/) : -1
    if (end === -1) {
      sentence.push(token)
      continue
    }
    const text = token.raw.slice(0, end)
    return [...sentence, { type: 'text', raw: text, text, escaped: false }]
  }
  return sentence
}

function createRenderer(findTarget: FindTarget): RendererObject {
  return {
    link({ href, text, tokens }) {
      const shown = this.parser.parseInline(tokens)
      const target = findTarget(href)
      if (target.href !== null) return `<a href="${escapeHtml(target.href)}">${shown}</a>`
      return text === target.note ? shown : `${shown} (${escapeHtml(target.note)})`
    },
    // No page loads anything.
    image: ({ text }) => escapeHtml(text),
    html: ({ text }) => escapeHtml(text),
    // A table that is wider than the page scrolls by itself, also with a keyboard. On a phone each row of a table with more
    // than two columns becomes a block, in which the cells have their heads beside them.
    table({ header, rows }) {
      const heads = header.map(({ tokens }) => this.parser.parseInline(tokens))
      const labels = header.map(({ text }) => escapeHtml(text.replaceAll('`', '')))
      const lines = rows.map((cells) =>
        cells
          .map((cell, at) => `<td data-head="${labels[at]}">${this.parser.parseInline(cell.tokens)}</td>`)
          .join(''),
      )
      const name = header.length > 2 ? ' class="rows"' : ''
      return `<div class="wide" tabindex="0"><table${name}>
<thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead>
<tbody>
${lines.map((line) => `<tr>${line}</tr>\n`).join('')}</tbody></table></div>
`
    },
    code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
  }
}
