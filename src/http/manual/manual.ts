import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { suggest } from '../../webhook/values/suggest.ts'
import { type Document, entryDepths, parseDocument } from './document.ts'
import { contentSecurityPolicy } from './layout.ts'
import { createMarkdownRenderer, type FindTarget } from './markdown.ts'
import { type PageFrame, renderDocuments, renderEntry, renderMissing, renderOverview } from './pages.ts'

/** A page, ready to be sent. */
export interface Page {
  readonly html: Buffer
  /** `etag` is an entity tag in quotation marks. */
  readonly headers: Readonly<Record<string, string>> & { readonly etag: string }
}

const folder = new URL('../../../docs/', import.meta.url)

/**
 * Reads the documents. With `docs` false these are the documents of codes and alerts only, and no page links to the API
 * page.
 */
export async function loadManual({ docs }: { readonly docs: boolean }): Promise<Manual> {
  const files = docs
    ? (await readdir(folder)).filter((name) => name.endsWith('.md')).sort()
    : entryDepths.keys()
  const documents = await Promise.all(
    [...files].map(async (file) => parseDocument(file, await readFile(new URL(file, folder), 'utf8'))),
  )
  return new Manual(documents, docs)
}

/** The documents as pages. A page is rendered when it is first asked for, and kept. */
export class Manual {
  readonly #documents: readonly Document[]
  readonly #docs: boolean
  /** How to render a page, by its path. A path does not begin with a slash. */
  readonly #renderers = new Map<string, () => string | Promise<string>>()
  readonly #pages = new Map<string, Promise<Page>>()
  /** Where the links of documents lead: paths by a file and an anchor, such as `errors.md#queue_full`. */
  readonly #targets = new Map<string, string>()

  constructor(documents: readonly Document[], docs: boolean) {
    this.#documents = documents
    this.#docs = docs
    if (docs) this.#targets.set('../openapi/openapi.json', 'openapi.json')
    if (docs) this.#renderers.set('manual', () => renderDocuments(this.#frame('manual')))
    for (const document of documents) this.#add(document)
  }

  /** The paths of all pages. */
  get paths(): readonly string[] {
    return [...this.#renderers.keys()]
  }

  /** Null if no page has the path. */
  find(path: string): Promise<Page> | null {
    const render = this.#renderers.get(path)
    if (render === undefined) return null
    const page = this.#pages.get(path) ?? createPage(render())
    this.#pages.set(path, page)
    return page
  }

  /** The path of the page below `parent` whose name is nearest to a misspelt one, or null. */
  suggest(parent: string, name: string): string | null {
    const start = `${parent}/`
    const names = this.paths.flatMap((path) => (path.startsWith(start) ? [path.slice(start.length)] : []))
    const nearest = suggest(name, names)
    return nearest === null ? null : start + nearest
  }

  /** The page for a path below `parent` that no page has. */
  missing(parent: string, nearest: string | null): Promise<Page> {
    return createPage(renderMissing(nearest, this.#frame(`${parent}/`)))
  }

  #add(document: Document): void {
    const { file, path, chapters } = document
    this.#renderers.set(path, () => renderOverview(document, this.#frame(path, file)))
    this.#targets.set(file, path)
    for (const chapter of chapters) {
      this.#targets.set(`${file}#${chapter.anchor}`, `${path}#${chapter.anchor}`)
      for (const entry of chapter.entries) {
        const render = () => renderEntry(entry, chapter, document, this.#frame(entry.path, file))
        this.#renderers.set(entry.path, render)
        this.#targets.set(`${file}#${entry.anchor}`, entry.path)
        for (const { anchor } of entry.details)
          this.#targets.set(`${file}#${anchor}`, `${entry.path}#${anchor}`)
      }
    }
  }

  #frame(path: string, file = ''): PageFrame {
    // Relative, because a proxy may serve the pages below a path of its own.
    const resolve = (target: string) => '../'.repeat(path.split('/').length - 1) + target
    const findTarget: FindTarget = (href) => {
      if (/^https?:/.test(href)) return { href }
      const target = this.#targets.get(href.startsWith('#') ? file + href : href)
      return target === undefined ? { href: null, note: findInRepository(href) } : { href: resolve(target) }
    }
    const markdown = createMarkdownRenderer(findTarget)
    return { markdown, resolve, documents: this.#documents, docs: this.#docs }
  }
}

/** What a link of a document leads to in the repository. */
function findInRepository(href: string): string {
  return new URL(href, 'file:///docs/').pathname.slice(1)
}

async function createPage(text: string | Promise<string>): Promise<Page> {
  const html = Buffer.from(await text)
  const etag = createHash('sha256').update(html).digest('base64url')
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      etag: `"${etag}"`,
    },
  }
}
