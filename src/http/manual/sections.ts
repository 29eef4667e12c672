/** A heading of a Markdown document, with the text up to the next heading. */
export interface Section {
  /** 1 to 6. */
  readonly depth: number
  readonly title: string
  /** The anchor of the heading, as GitHub makes it. */
  readonly anchor: string
  readonly text: string
}

/** Splits a Markdown document at its headings. Every document begins with one. */
export function splitSections(markdown: string): readonly Section[] {
  const sections: { heading: string; lines: string[] }[] = []
  let isCode = false
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode
    if (!isCode && headingStart.test(line)) sections.push({ heading: line, lines: [] })
    else sections.at(-1)?.lines.push(line)
  }
  return sections.map(({ heading, lines }) => {
    const depth = heading.indexOf(' ')
    const title = heading.slice(depth).trim()
    return { depth, title, anchor: createAnchor(title), text: lines.join('\n') }
  })
}

const headingStart = /^#{1,6} /

function createAnchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
}
