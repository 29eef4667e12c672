import { readFileSync } from 'node:fs'

const nodePage = readFileSync(new URL('../docs/node.md', import.meta.url), 'utf8')

/** The text above the operations, in Markdown, with tables of docs/node.md. */
export const description = `The Webhook node of a workflow engine, as a service: it takes the configuration of a node and what the workflow
knows, sends the request, and tells which branch to follow.

**The HTTP status says whether the service did its job; the branch says what the target did.** Every error is
\`application/problem+json\` (RFC 9457) and lists all that is wrong with the request. A route that does not exist is
\`404\` with the code \`not_found\`, a method that it does not have \`405\` with \`method_not_allowed\`.

| to | open |
| --- | --- |
| try a node | [\`POST /v1/execute\`](#/webhook/executeNode), with examples |
| see the request without sending it | [\`POST /v1/preview\`](#/webhook/previewNode) |
| understand why a call took its branch | [the codes, with cause and cure](/errors) |
| see how a node has been doing | [\`GET /v1/nodes/{id}/stats\`](#/statistics/showNodeStatistics) |
| generate a client, or a mock server | [\`/openapi.json\`](/openapi.json), the document of this page |

<details><summary><b>How the branch is chosen</b></summary>

${textUnder('How the branch is chosen')}

</details>

<details><summary><b>Where the fields of two manuals are</b></summary>

${textUnder('Where the fields of two manuals are')}

</details>`

/** The text of a section of docs/node.md, with links that lead somewhere from a page of the service. */
function textUnder(heading: string): string {
  const [, rest] = nodePage.split(`\n## ${heading}\n`)
  if (rest === undefined) throw new Error(`docs/node.md has no section "${heading}"`)
  const [text = ''] = rest.split('\n## ')
  return text.trim().replaceAll(/\[([^[\]]+)\]\(([^()]+)\)/g, linkToService)
}

/** The service has a page of the codes. It has none of the other documents, so their names stand without a link. */
function linkToService(link: string, text: string, target: string): string {
  if (target.startsWith('https://')) return link
  return target.startsWith('errors.md') ? `[${text}](/errors)` : text
}
