import { setImmediate as nextRound } from 'node:timers/promises'
import type { Chapter, Document, Entry } from './document.ts'
import { layOutPage } from './layout.ts'
import { escapeHtml, type MarkdownRenderer } from './markdown.ts'
import type { Section } from './sections.ts'

/** What a page needs to know of the others. */
export interface PageFrame {
  /** Follows the links of the document. */
  readonly markdown: MarkdownRenderer
  /** Turns the path of a page into an address relative to this page. */
  readonly resolve: (path: string) => string
  readonly documents: readonly Document[]
  /** Whether the API page and the documents without entries are served. */
  readonly docs: boolean
}

/** A document without the text of its entries. Other work of the process goes on between two chapters. */
export async function renderOverview({ title, chapters }: Document, frame: PageFrame): Promise<string> {
  const parts: string[] = []
  for (const chapter of chapters) {
    parts.push(renderSection(chapter, chapter.depth, frame), renderEntryList(chapter.entries, frame))
    await nextRound()
  }
  return layOut(title, parts.join('') + renderDocumentList(frame), frame)
}

/** An entry, with what its document says of all entries of the chapter. */
export function renderEntry(entry: Entry, chapter: Chapter, document: Document, frame: PageFrame): string {
  const details = entry.details.map((detail) => renderSection(detail, 1 + detail.depth - entry.depth, frame))
  const parts = [
    `<p class="trail">${renderLink(document, frame)}</p>\n`,
    `<h1><code>${escapeHtml(entry.title)}</code></h1>\n`,
    frame.markdown.block(entry.text),
    ...details,
    ...(chapter.depth === 1 ? [] : [renderContext(chapter, document, frame)]),
  ]
  return layOut(entry.title, parts.join(''), frame)
}

/** The list of all documents. */
export function renderDocuments(frame: PageFrame): string {
  return layOut('Manual', `<h1>Manual</h1>\n${renderLinks(frame.documents, frame)}`, frame)
}

/** The answer to a misspelt code or alert. `nearest` is the path of the page that was probably meant. */
export function renderMissing(nearest: string | null, frame: PageFrame): string {
  const name = nearest?.slice(nearest.indexOf('/') + 1)
  const proposal =
    nearest === null
      ? ''
      : `<p>Did you mean <a href="${frame.resolve(nearest)}"><code>${name}</code></a>?</p>\n`
  const title = 'There is no page of this name'
  const links = renderLinks(frame.docs ? frame.documents : frame.documents.filter(hasEntries), frame)
  return layOut(title, `<h1>${title}</h1>\n${proposal}${links}`, frame)
}

function renderSection({ title, anchor, text }: Section, depth: number, { markdown }: PageFrame): string {
  return `<h${depth} id="${anchor}">${markdown.inline(title)}</h${depth}>\n${markdown.block(text)}`
}

function renderEntryList(entries: readonly Entry[], { resolve, markdown }: PageFrame): string {
  if (entries.length === 0) return ''
  const items = entries.map(({ path, title, text }) => {
    const link = `<a href="${resolve(path)}"><code>${escapeHtml(title)}</code></a>`
    return `<li>${link} ${markdown.summary(text)}</li>\n`
  })
  return `<ul class="entries">\n${items.join('')}</ul>\n`
}

/** The chapter of an entry, and those chapters that explain the words of all entries. */
function renderContext(chapter: Chapter, { path, chapters }: Document, frame: PageFrame): string {
  const guides = chapters.filter(({ depth, entries }) => depth === chapter.depth && entries.length === 0)
  const links = [chapter, ...guides].map(
    ({ anchor, title }) =>
      `<li><a href="${frame.resolve(`${path}#${anchor}`)}">${escapeHtml(title)}</a></li>\n`,
  )
  const text = frame.markdown.block(chapter.text)
  return `<section class="context">\n${text}<ul>\n${links.join('')}</ul>\n</section>\n`
}

/** The way to all other documents. */
function renderDocumentList(frame: PageFrame): string {
  if (!frame.docs) return ''
  return `<nav class="context">\n<h2>All documents</h2>\n${renderLinks(frame.documents, frame)}</nav>\n`
}

function renderLinks(documents: readonly Document[], frame: PageFrame): string {
  const items = documents.map((document) => `<li>${renderLink(document, frame)}</li>\n`)
  return `<ul>\n${items.join('')}</ul>\n`
}

function renderLink({ path, title }: Document, { resolve }: PageFrame): string {
  return `<a href="${resolve(path)}">${escapeHtml(title)}</a>`
}

function hasEntries({ chapters }: Document): boolean {
  return chapters.some(({ entries }) => entries.length > 0)
}

function layOut(title: string, body: string, { resolve, docs }: PageFrame): string {
  const pages = [
    ['errors', 'Codes'],
    ['alerts', 'Alerts'],
    ...(docs
      ? ([
          ['manual', 'Manual'],
          ['docs', 'API'],
        ] as const)
      : []),
  ] as const
  const links = pages.map(([path, text]) => [resolve(path), text] as const)
  return layOutPage({ title: `${title} · webhook-node`, body, links })
}
