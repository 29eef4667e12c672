import { describe, expect, it } from 'vitest'
import { ExecuteRequest } from '../../src/contract/execution.ts'
import { findSafetyAfterProblem, type ProblemCode, problems } from '../../src/contract/problem-codes.ts'
import { service } from '../support/service.ts'
import { codeBlocks, findLinks, rowsUnder, section } from './support/markdown.ts'
import { pages, read } from './support/pages.ts'

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

const enginePages = pages.filter((file) => file.startsWith('docs/integrating/'))

describe.each(enginePages)('%s', (file) => {
  const text = read(file)

  it('says that it has not been run, and is linked', () => {
    expect(text).toMatch(/^# .+\n\n\*\*Not run here\.\*\* /)
    expect(findLinks(page)).toContain(file.replace('docs/', ''))
  })

  it('says what to do with each kind of reply', () => {
    for (const status of [200, 400, 401, 429, 500, 503])
      expect(section(text, 'Replies')).toContain(`${status}`)
    expect(section(text, 'Replies')).toContain('no answer in time')
  })

  it('sends no member that a request does not have', () => {
    const bodies = [...text.matchAll(/^( *)"?(?:body|RequestBody)"?: \{\n(.+?)\n\1\}/gms)].map(
      ([, , body = '']) => body,
    )
    const program = /JSON\.stringify\(\{\n(.+?)\n\}\)|execute\(\{\n(.+?)\n {2}\}\)/s.exec(text)
    const [request = ''] = [...bodies, program?.[1] ?? program?.[2] ?? '']
    const [, indent = ''] = /^( +)/.exec(request) ?? []
    const members = [...request.matchAll(new RegExp(`^${indent}"?(\\w+)`, 'gm'))].map(([, name]) => name)

    expect(Object.keys(ExecuteRequest.properties)).toEqual(expect.arrayContaining(members))
    expect(members).toEqual(
      expect.arrayContaining(['node', 'payload', 'idempotencyKey', 'correlationId', 'deadlineMs']),
    )
  })

  it('has JSON that is JSON', () => {
    for (const block of codeBlocks(text, 'json')) expect(JSON.parse(block)).toBeTypeOf('object')
  })
})
