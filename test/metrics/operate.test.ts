import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { testFiles } from '../support/files.ts'
import { json } from '../support/receiver.ts'
import { type Scrape, scrape } from '../support/scrape.ts'
import { credentials, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { groupingLabelsIn, type Matcher, matchersIn, metricsIn } from './support/promql.ts'

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

interface AlertTest {
  readonly alertname: string
  readonly exp_alerts?: readonly object[]
}

const root = join(import.meta.dirname, '../..')
const readText = (file: string) => readFileSync(join(root, file), 'utf8')
const page = readText('docs/observability.md')
const alertsPage = readText('docs/alerts.md')

const alerts: readonly Alert[] = parse(readText('monitoring/alerts.yaml')).groups.flatMap(
  ({ rules }: { rules: Alert[] }) => rules,
)
const alertTests: readonly AlertTest[] = parse(readText('monitoring/alerts.test.yaml')).tests.flatMap(
  ({ alert_rule_test }: { alert_rule_test: AlertTest[] }) => alert_rule_test,
)
const shownQueries = [...page.matchAll(/^ *```promql\n(.*?)^ *```$/gms)].map(([, query = '']) => query)
const queries = [...alerts.map(({ alert, expr }) => [alert, expr] as const), ...shownQueries.entries()]

describe('the page of alerts', () => {
  it('has an entry for every alert, in the order of the file, and no other', () => {
    const entries = [...alertsPage.matchAll(/^## (.+)$/gm)].map(([, name]) => name)

    expect(entries).toEqual(alerts.map(({ alert }) => alert))
  })

  it('names only metrics that exist', async () => {
    const names = listNames(await scrapeOfAService())

    for (const [name] of alertsPage.matchAll(/\bwebhook_node_\w+/g)) expect(names).toContain(name)
  })
})

describe('the command of the page of alerts', () => {
  it('puts an address before the path of every alert', () => {
    const [, before = '', after = ''] =
      /^sed -i 's\|(.+)\|(.+)\|' monitoring\/alerts.yaml$/m.exec(alertsPage) ?? []
    const links = alerts.map(({ annotations }) => annotations.runbook_url?.replace(before, after))

    expect(new URL(after).pathname).toBe('/')
    expect(links).toEqual(alerts.map(({ alert }) => `${after}/alerts/${alert}`))
  })
})

describe('the page of operations', () => {
  it('names only metrics that exist', async () => {
    const names = listNames(await scrapeOfAService())

    for (const [name] of readText('docs/operations.md').matchAll(/\bwebhook_node_\w+/g))
      expect(names).toContain(name)
  })
})

describe('the page of observability', () => {
  it('has the five queries that matter, and names only metrics that exist', async () => {
    const names = listNames(await scrapeOfAService())

    expect(shownQueries).toHaveLength(5)
    for (const [name] of page.matchAll(/\bwebhook_node_\w+/g)) expect(names).toContain(name)
  })

  it('has Prometheus scrape under the name that the alerts ask for, and read them', () => {
    const [, config = ''] = /^```yaml\n(scrape_configs:.*?)^```$/ms.exec(page) ?? []
    const { scrape_configs: jobs, rule_files: files } = parse(config)

    expect(jobs).toMatchObject([{ job_name: 'webhook-node' }])
    expect(files).toEqual(['monitoring/alerts.yaml'])
  })

  it('shows a line of the log with all of its fields, in their order', async () => {
    const target = await receiver(json(200, {}))
    const { execute, log } = await service()

    await execute({ node: { method: 'GET', url: target.url } })

    const [, example = ''] = /^```json\n(\{\n {2}"level".*?)^```$/ms.exec(page) ?? []
    expect(listFields(JSON.parse(example))).toEqual(listFields(log.at(-1) ?? {}))
  })
})

describe.each(queries)('the query %s', (_name, query) => {
  it('asks for metrics and labels that exist', async () => {
    const series = await scrapeOfAService()

    for (const name of metricsIn(query)) expect([...listNames(series), 'up']).toContain(name)
    for (const matcher of matchersIn(query)) expect(unmatched(matcher, series)).toEqual([])
    for (const label of groupingLabelsIn(query)) expect([...listLabels(series), 'instance']).toContain(label)
  })
})

describe.each(alerts)('$alert', ({ alert, labels, annotations }) => {
  it('says how urgent it is, what is wrong, and where to read on', () => {
    expect(['critical', 'warning']).toContain(labels.severity)
    expect(annotations).toEqual({
      summary: expect.stringMatching(/^webhook-node /),
      description: expect.stringMatching(/\.$/),
      runbook_url: `https://webhook-node.example/alerts/${alert}`,
    })
  })

  it('is tested where it fires and where it does not', () => {
    const own = alertTests.filter(({ alertname }) => alertname === alert)

    expect(own.map(({ exp_alerts }) => exp_alerts !== undefined)).toEqual(
      expect.arrayContaining([true, false]),
    )
  })
})

async function scrapeOfAService(): Promise<Scrape> {
  // The only series that depends on the settings.
  const files = await testFiles({ 'secrets.json': JSON.stringify({ cert: credentials.cert }) })
  const { url } = await service({ settings: { SECRETS_FILE: join(files.path, 'secrets.json') } })
  return await scrape(url)
}

function listNames(series: Scrape): Set<string> {
  return new Set([...series.keys()].map((key) => key.replace(/\{.*/, '')))
}

function listLabels(series: Scrape): Set<string> {
  return new Set([...series.keys()].flatMap((key) => key.match(/[a-z_]+(?==")/g) ?? []))
}

/** What a matcher asks for that no series has. Prometheus adds the labels of `up`. */
function unmatched({ metric, label, operator, value }: Matcher, series: Scrape): string[] {
  if (metric === 'up') return value === 'webhook-node' && label === 'job' ? [] : [value]
  const keys = [...series.keys()].filter((key) => key.startsWith(`${metric}{`))
  const values = keys.map((key) => new RegExp(`\\b${label}="([^"]*)"`).exec(key)?.[1] ?? '')
  const wanted = operator === '=~' ? value.split('|') : [value]
  return wanted.filter((pattern) => !values.some((known) => new RegExp(`^(?:${pattern})$`).test(known)))
}

/** The names of all members, those of members too, in their order. */
function listFields(line: object): string[] {
  return Object.entries(line).flatMap(([name, value]) => [
    name,
    ...(typeof value === 'object' && value !== null && !Array.isArray(value)
      ? listFields(value).map((inner) => `${name}.${inner}`)
      : []),
  ])
}
