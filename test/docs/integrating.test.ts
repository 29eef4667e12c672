import { describe, expect, it } from 'vitest'
import { findSafetyAfterProblem, type ProblemCode, problems } from '../../src/contract/problem-codes.ts'
import { service } from '../support/service.ts'
import { rowsUnder, section } from './support/markdown.ts'
import { read } from './support/pages.ts'

const page = read('docs/integrating.md')

describe('docs/integrating.md', () => {
  it('says what to do on every problem, with its status, delivered and retryable', () => {
    const rows = rowsUnder(section(page, 'What to do with a reply'), 'status')
    const refusals = rows.filter(([, code]) => code !== '')

    expect(refusals.map((cells) => cells.slice(0, 5)).toSorted()).toEqual(
      Object.entries(problems)
        .map(([code, { status, delivered, retryable }]) => [
          String(status),
          `\`${code}\``,
          `\`${delivered}\``,
          retryable ? 'yes' : 'no',
          `\`${findSafetyAfterProblem(code as ProblemCode)}\``,
        ])
        .toSorted(),
    )
    for (const [status, , , , , action = ''] of rows) expect(action, status).toMatch(/\w{3}/)
  })

  it('says how long a client must wait without a timeout of its own in the node', () => {
    const { Node, Retry } = JSON.parse(read('openapi/openapi.json')).components.schemas
    const seconds = ({ description }: { readonly description: string }) =>
      `${Number(/ Default: `(\d+)`\.$/.exec(description)?.[1]) / 1_000 + 2} s`

    const { timeoutMs } = Node.properties
    const { totalMs } = Retry.properties
    expect(section(page, 'Timeouts')).toContain(`without \`timeoutMs\` ${seconds(timeoutMs)} |`)
    expect(section(page, 'Timeouts')).toContain(`without \`totalMs\` ${seconds(totalMs)} |`)
  })

  it('says how long an idle connection stays open', async () => {
    const { request } = await service()

    const { headers } = await request('/livez')

    expect(section(page, 'Connections')).toContain(`\`Keep-Alive: ${headers.get('keep-alive')}\``)
  })
})
