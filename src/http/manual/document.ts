import { type Section, splitSections } from './sections.ts'

/** A document of `docs/`, and the pages that are made of it. */
export interface Document {
  /** The name of the file. */
  readonly file: string
  /** The path of the page that has all but the text of the entries. */
  readonly path: string
  readonly title: string
  readonly chapters: readonly Chapter[]
}

/** A heading above the entries, with the entries below it. In a document without entries each heading is a chapter. */
export interface Chapter extends Section {
  readonly entries: readonly Entry[]
}

/** A code or an alert, which has a page of its own. */
export interface Entry extends Section {
  readonly path: string
  /** The headings below that of the entry. */
  readonly details: readonly Section[]
}

/** The documents with an entry for each code or alert, and the depth of the headings that are entries. */
export const entryDepths: ReadonlyMap<string, number> = new Map([
  ['errors.md', 3],
  ['alerts.md', 2],
])

export function parseDocument(file: string, markdown: string): Document {
  const entryDepth = entryDepths.get(file) ?? Number.POSITIVE_INFINITY
  const name = file.replace(/\.md$/, '')
  const path = entryDepths.has(file) ? name : `manual/${name}`
  const chapters: (Section & { entries: (Section & { path: string; details: Section[] })[] })[] = []
  for (const section of splitSections(markdown)) {
    const entries = chapters.at(-1)?.entries
    if (section.depth < entryDepth) chapters.push({ ...section, entries: [] })
    else if (section.depth > entryDepth) entries?.at(-1)?.details.push(section)
    else entries?.push({ ...section, path: `${path}/${section.title}`, details: [] })
  }
  return { file, path, title: chapters[0]?.title ?? name, chapters }
}
