import { createHash } from 'node:crypto'
import { escapeHtml } from './markdown.ts'

export interface PageContent {
  /** The title of the window. */
  readonly title: string
  /** HTML. */
  readonly body: string
  /** Links of the head of the page: address and text. */
  readonly links: readonly (readonly [href: string, text: string])[]
}

/** Puts HTML into the frame that all pages have. */
export function layOutPage({ title, body, links }: PageContent): string {
  const navigation = links.map(([href, text]) => `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header><strong>webhook-node</strong>${navigation.join('')}</header>
<main>
${body}</main>
</body>
</html>
`
}

const style = `
:root { color-scheme: light dark; --line: #d0d7de; --soft: #f3f5f7; --quiet: #57606a; --link: #0a58b0; --text: #1c2128; --page: #fff }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a424c; --soft: #20262d; --quiet: #a0aab5; --link: #7ab7ff; --text: #dde3ea; --page: #14181d }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: .75rem 1rem; border-bottom: 1px solid var(--line) }
main { max-width: 64rem; margin: 0 auto; padding: 1rem 1rem 4rem }
p, ul, ol, pre { max-width: 48rem }
a { color: var(--link); text-underline-offset: .15em }
a:has(> code:only-child):not(:hover) { text-decoration: none }
h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 .75rem }
h1 { margin-top: 1rem; font-size: 1.6rem }
h2 { font-size: 1.25rem }
h3, h4 { font-size: 1.05rem }
h1 code { padding: 0; background: none; font-size: 1em }
code { padding: .1em .3em; border-radius: 4px; background: var(--soft); font: .9em/1.4 ui-monospace, monospace }
pre { margin: 1rem 0; padding: .75rem 1rem; border-radius: 6px; background: var(--soft); overflow-x: auto; overflow-wrap: normal }
pre code { padding: 0; background: none }
.wide { margin: 1rem 0; overflow-x: auto }
table { border-collapse: collapse; overflow-wrap: normal }
th, td { padding: .4rem .6rem; border: 1px solid var(--line); text-align: left; vertical-align: top }
td:last-child { min-width: 14rem }
@media (max-width: 40rem) {
  .rows, .rows tbody, .rows tr, .rows td { display: block }
  .rows thead { display: none }
  .rows tr { padding: .5rem 0; border-top: 1px solid var(--line) }
  .rows td { padding: .15rem 0; border: 0; overflow-wrap: anywhere }
  .rows td:empty { display: none }
  .rows td[data-head]:not([data-head=""])::before { content: attr(data-head) ": "; color: var(--quiet) }
}
li { margin: .3rem 0 }
.entries { padding: 0; list-style: none }
.entries li { margin: 0; padding: .5rem 0; border-top: 1px solid var(--line) }
.entries a { margin-right: .5rem }
.trail { margin: 0; color: var(--quiet); font-size: .9rem }
.context { margin-top: 2.5rem; border-top: 1px solid var(--line); font-size: .95rem }
`

/** What the pages may do in a browser: show this style, and nothing else. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
