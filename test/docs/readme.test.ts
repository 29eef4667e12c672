import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { executeExamples } from '../../openapi/examples.ts'
import { curlBody, curlOfReadme, serviceOfTheDemo } from './support/demo.ts'
import { codeBlocks, findLinks, section } from './support/markdown.ts'
import { pages, read } from './support/pages.ts'

const readme = read('README.md')

describe('the README', () => {
  it('has at most 10,000 bytes', () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(10_000)
  })

  it('shows lines that the reply to its curl has', async () => {
    const { execute } = await serviceOfTheDemo()

    const reply = await execute(curlBody())

    const [printed = ''] = codeBlocks(section(readme, 'One call'), 'json')
    expect(JSON.parse(reply)).toMatchObject(JSON.parse(printed))
  })

  it('calls what docker compose brings up, with its key and the example of Swagger UI', () => {
    const { 'webhook-node': composed } = parse(read('docker-compose.yml')).services
    const [published = ''] = composed.ports
    const address = published.replace(/:\d+$/, '')
    const [, key] = composed.environment.API_KEYS.split(':')

    expect(curlOfReadme()).toContain(`curl http://${address}/v1/execute `)
    expect(curlOfReadme()).toContain(`-H 'Authorization: Bearer ${key}' `)
    expect(section(readme, 'Start')).toContain(`\`${key}\``)
    expect(JSON.parse(curlBody())).toEqual(executeExamples.lead.value)
  })

  it('starts with the two commands of a fresh machine', () => {
    const [first = ''] = codeBlocks(readme, '')
    const commands = first
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +#.*/, ''))

    expect(commands).toEqual(['npm ci && npm run demo', 'npm ci && npm test'])
  })

  it('has a picture of a node with its three outputs', () => {
    const [picture = ''] = codeBlocks(readme, 'mermaid')

    for (const output of ['success', 'error', 'exit']) expect(picture).toContain(`${output}([${output}])`)
  })

  it('has security in six lines', () => {
    expect(section(readme, 'Security').match(/^- \*\*/gm)).toHaveLength(6)
  })

  it('lists every page below docs', () => {
    const listed = findLinks(section(readme, 'Documents'))
    const topPages = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page))

    expect(listed).toEqual(expect.arrayContaining([...topPages, 'docs/decisions/README.md']))
  })
})
