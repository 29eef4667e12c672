import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { receiverHost, receiverPort, startReceiver } from '../demo/receiver.ts'
import { executeExamples } from '../openapi/examples.ts'
import manifest from '../package.json' with { type: 'json' }
import type { MinuteStatistics } from '../src/contract/statistics.ts'
import { maxHeaderBytes } from '../src/egress/connection/progress-limit.ts'
import { variables } from '../src/settings/settings.ts'
import { maxHistories } from '../src/statistics/statistics.ts'
import { headerLimits } from '../src/webhook/request/header-rules.ts'
import { maxUrlLength } from '../src/webhook/request/url.ts'
import { maxJsonDepth } from '../src/webhook/values/json.ts'
import { authority, dnsServer } from './support/servers.ts'
import { service } from './support/service.ts'

const root = join(import.meta.dirname, '..')
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
const readme = textOf('README.md')

describe('the README', () => {
  it('has the limits of the code', async () => {
    const text = section('Operate')
    const { count, valueBytes, totalBytes } = headerLimits

    expect(text).toContain(`| URL that is sent | ${grouped(maxUrlLength)} characters |`)
    expect(text).toContain(
      `| Headers that are sent | ${count}, of ${grouped(valueBytes)} characters each and ${grouped(totalBytes)} together |`,
    )
    expect(text).toContain(`JSON to a depth of ${maxJsonDepth} |`)
    expect(text).toContain(`| Response | ${maxHeaderBytes / 1024} KiB of headers, `)
  })

  it.each([
    [
      'time',
      '{% assign r = (1..1000) %}{% for i in r %}{% for j in r %}{% for k in r %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['memory', '{{ (1..1000000000) | size }}'],
  ])('has the limit that a template meets that never has enough %s', async (_what, value) => {
    const { preview } = await service()
    const node = { method: 'GET', url: 'https://hooks.example/', query: [{ name: 'q', value }] }

    const { simulated } = await preview({ node })

    const [, limit = '', unit] = /more than (\d+) (\w+)/.exec(simulated?.reason.message ?? '') ?? []
    for (const page of [section('Operate'), textOf('docs/errors.md')])
      expect(page).toContain(`${grouped(Number(limit))} ${unit}`)
  })

  it('shows the whole reply of its curl', async () => {
    const { execute } = await serviceOfTheDemo()

    const reply = await execute(curlBody())

    const [printed = ''] = codeBlocks(section('One call'), 'json')
    expect(steady(reply)).toBe(steady(printed))
  })

  it('shows the statistics of a node, where its curl finds them', async () => {
    const { execute, request } = await serviceOfTheDemo()
    await execute(curlBody())
    await execute(JSON.stringify(executeExamples.unexpected_status.value))
    const [command = ''] = codeBlocks(section('Statistics'), '')
    const [, path = ''] = /^curl http:\/\/[^/]+(\S+) /.exec(command) ?? []

    const { body } = await request(path)

    const [printed = ''] = codeBlocks(section('Statistics'), 'json')
    expect(steady(JSON.stringify(body))).toBe(steady(printed))
    expect(section('Statistics')).toContain(executeExamples.unexpected_status.summary)
    expect(section('Statistics')).toContain(`the ${grouped(maxHistories)} pairs of node and tenant`)
  })

  it('calls what docker compose brings up, with its key and the example of Swagger UI', () => {
    const { 'webhook-node': composed } = parse(textOf('docker-compose.yml')).services
    const [published = ''] = composed.ports
    const address = published.replace(/:\d+$/, '')
    const [, key] = composed.environment.API_KEYS.split(':')

    expect(curl()).toContain(`curl http://${address}/v1/execute `)
    expect(curl()).toContain(`-H 'Authorization: Bearer ${key}' `)
    expect(section('Start')).toContain(`\`${key}\``)
    expect(JSON.parse(curlBody())).toEqual(executeExamples.lead.value)
  })

  it('lists every folder, and every file of src', () => {
    const listed = treeOf(codeBlocks(section('Layout'), '')[0] ?? '')
    const folders = entriesOf('.').filter((entry) => entry.endsWith('/'))
    const files = entriesOf('src').map((entry) => `src/${entry}`)

    expect(listed.filter((entry) => !existsSync(join(root, entry)))).toEqual([])
    expect(listed).toEqual(expect.arrayContaining([...folders, ...files]))
  })
})

describe('docs/settings.md', () => {
  it('has the settings of the code, word for word', () => {
    const rows = variables.map(({ name, default: preset, description, example }) =>
      row(quoted(name), quoted(preset), description, quoted(example)),
    )

    expect(rowsOf(textOf('docs/settings.md'))).toEqual([
      row('variable', 'default', 'meaning', 'example'),
      ...rows,
    ])
  })
})

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/*.md', { cwd: root })]

describe.each(pages)('%s', (page) => {
  it('names only commands that exist', () => {
    const commands = [...textOf(page).matchAll(/(?:^|`|&& )npm (?:run )?([\w:-]+)/gm)].map(
      ([, name = '']) => name,
    )

    expect(commands.filter((name) => name !== 'ci' && !(name in manifest.scripts))).toEqual([])
  })

  it('has no link that leads nowhere', () => {
    const targets = [...textOf(page).matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
    const internal = targets.filter((target) => !/^https?:/.test(target))

    expect(internal.filter((target) => !leadsSomewhere(page, target))).toEqual([])
  })
})

/** A service whose receiver is like that of the demo, on another port: texts speak of that of the demo. */
async function serviceOfTheDemo() {
  const credentials = await authority.issue({ names: [receiverHost], addresses: [] })
  const receiver = await startReceiver(credentials, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => receiver.close())
  const dns = await dnsServer({ [receiverHost]: { a: ['127.0.0.1'] } })
  const shown = `${receiverHost}:${receiverPort}`
  const actual = `${receiverHost}:${receiver.port}`
  const { execute, request } = await service({ allow: actual, dns: dns.address })
  return {
    request,
    async execute(body: string) {
      const reply = await execute(JSON.parse(body.replaceAll(shown, actual)))
      return JSON.stringify(reply).replaceAll(actual, shown)
    },
  }
}

/** The part under a heading of the second level. */
function section(heading: string): string {
  const [, text] = readme.split(new RegExp(`^## ${heading}$`, 'm'))
  if (text === undefined) throw new Error(`the README has no section "${heading}"`)
  return text.split(/^## /m)[0] ?? ''
}

function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, found, code = '']) =>
    found === language ? [code] : [],
  )
}

function curl(): string {
  return codeBlocks(section('One call'), '')[0] ?? ''
}

function curlBody(): string {
  return / -d '(.*)'/s.exec(curl())?.[1] ?? ''
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** 8192 as 8,192. */
function grouped(value: number): string {
  return value.toLocaleString('en-US')
}

function quoted(text: string): string {
  return text === '' ? '' : `\`${text}\``
}

/** The rows of the first table, less the one of dashes. */
function rowsOf(text: string): string[] {
  const lines = text.split('\n')
  const table = lines.slice(lines.findIndex((line) => line.startsWith('|')))
  const end = table.findIndex((line) => !line.startsWith('|'))
  return table.slice(0, end).filter((line) => !/^[|\s-]+$/.test(line))
}

/** The JSON with everything replaced that is different each time. */
function steady(json: string): string {
  const replaced = JSON.parse(json, (name, value: unknown) => {
    if (name === 'executionId' || isTime(value)) return '…'
    if (/Ms$|^p\d\d$/.test(name) && typeof value === 'number') return 0
    if (name === 'perMinute' && Array.isArray(value)) return summed(value)
    return Array.isArray(value) && value[0] === 'Date' ? ['Date', '…'] : value
  })
  return JSON.stringify(replaced, null, 2)
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
}

/** A minute may end between two calls, and quiet ones are not shown. */
function summed(minutes: readonly MinuteStatistics[]): readonly number[] {
  const sum = (name: 'passedThrough' | 'failed') => minutes.reduce((total, minute) => total + minute[name], 0)
  return [sum('passedThrough'), sum('failed')]
}

/** The paths in a drawn tree of two levels; those of folders end in a slash. */
function treeOf(drawing: string): string[] {
  let folder = ''
  return drawing.split('\n').flatMap((line) => {
    const [, branch, name] = /^(├── |└── )?([\w.-]+\/?)/.exec(line) ?? []
    if (name === undefined) return []
    if (branch === undefined) folder = name
    return [branch === undefined ? name : folder + name]
  })
}

/** What is in a folder, less what is not kept: folders end in a slash, empty ones do not count. */
function entriesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const { name } = entry
    if (name.startsWith('.') || name === 'node_modules' || name === 'coverage') return []
    if (!entry.isDirectory()) return [name]
    return globSync('**/*.*', { cwd: join(root, folder, name) }).length > 0 ? [`${name}/`] : []
  })
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, file))) return false
  return anchor === undefined || anchorsOf(textOf(file)).includes(anchor)
}

/** The anchors of headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}
