/** The code blocks of a language, in their order. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, found, code = '']) =>
    found === language ? [code] : [],
  )
}

/** The text below a heading of the second level, up to the next one. */
export function section(page: string, heading: string): string {
  const [, text] = page.split(new RegExp(`^## ${heading}$`, 'm'))
  if (text === undefined) throw new Error(`the page has no section "${heading}"`)
  return text.split(/^## /m)[0] ?? ''
}

/** The cells of the first table whose first column has that title, row by row. */
export function rowsUnder(text: string, firstColumn: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${firstColumn} |`))
  if (start === -1) throw new Error(`the page has no table "${firstColumn}"`)
  const table = lines.slice(start + 2)
  const end = table.findIndex((line) => !line.startsWith('|'))
  return table
    .slice(0, end === -1 ? undefined : end)
    .map((line) => line.slice(1, -1).split(/(?<!\\)\|/))
    .map((cells) => cells.map((cell) => cell.trim()))
}

/** The links of a page, less those that leave the repository. */
export function findLinks(page: string): string[] {
  const targets = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^https?:/.test(target))
}

/** The anchors of headings, as GitHub makes them. */
export function listAnchors(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}
