import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { reasonCodes } from '../../src/contract/execution.ts'
import { failures } from '../../src/contract/failure.ts'
import { branchNames } from '../../src/contract/node.ts'
import { type Backlog, emptyBacklog } from '../../src/durability/store/execution-store.ts'
import type { ExecutionRecord } from '../../src/execution/results.ts'
import { createMetrics, type Metrics, type MetricsSources } from '../../src/metrics/metrics.ts'
import { execution, failedExecution } from '../statistics/support/executions.ts'
import { closings, closingTarget } from '../support/closing-target.ts'
import { testFiles } from '../support/files.ts'
import { rawClient, writeHead } from '../support/raw-client.ts'
import { inTurn, json } from '../support/receiver.ts'
import { growth, parseSeries, scrape } from '../support/scrape.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

describe('the metrics of an execution', () => {
  it('count it by branch, code and blame, and measure it with its phases', async () => {
    const target = await receiver(json(200, {}))
    const { execute, url } = await service()
    const before = await scrape(url)

    await execute({ node: { method: 'GET', url: target.url, branches: { success: 'yes' } } })

    expect(growth(before, await scrape(url))).toEqual({
      'webhook_node_executions_total{branch="success",code="expectation_met",blame="none"}': 1,
      'webhook_node_execution_duration_seconds_count{branch="success"}': 1,
      'webhook_node_attempts_total{outcome="2xx"}': 1,
      'webhook_node_attempt_phase_duration_seconds_count{phase="dns"}': 1,
      'webhook_node_attempt_phase_duration_seconds_count{phase="connect"}': 1,
      'webhook_node_attempt_phase_duration_seconds_count{phase="tls"}': 1,
      'webhook_node_attempt_phase_duration_seconds_count{phase="first_byte"}': 1,
      'webhook_node_attempt_phase_duration_seconds_count{phase="download"}': 1,
    })
  })

  it('count each of its attempts', async () => {
    const target = await receiver(inTurn(json(503, {}), json(299, {})))
    const { execute, url } = await service()
    const before = await scrape(url)

    await execute({ node: { method: 'GET', url: target.url, retry: { attempts: 3, initialDelayMs: 1 } } })

    expect(growth(before, await scrape(url))).toMatchObject({
      'webhook_node_attempts_total{outcome="5xx"}': 1,
      'webhook_node_attempts_total{outcome="2xx"}': 1,
      'webhook_node_executions_total{branch="success",code="expectation_met",blame="none"}': 1,
    })
  })

  it('count what was sent once more, beside both attempts', async () => {
    const target = await closingTarget(closings.destroy)
    const { execute, url } = await service()
    const node = { method: 'GET', url: `https://127.0.0.1:${target.port}/` }
    await execute({ node })
    const before = await scrape(url)

    await execute({ node })

    expect(growth(before, await scrape(url))).toMatchObject({
      webhook_node_resends_total: 1,
      'webhook_node_attempts_total{outcome="no_response"}': 1,
      'webhook_node_attempts_total{outcome="2xx"}': 1,
    })
  })

  it('count no attempt where nothing was sent', async () => {
    const { execute, url } = await service()
    const before = await scrape(url)
    const node = { method: 'GET', url: 'https://hooks.example/{{ profile.id }}', onError: 'exit' }

    await execute({ node })

    expect(growth(before, await scrape(url))).toEqual({
      'webhook_node_executions_total{branch="exit",code="value_missing",blame="node"}': 1,
      'webhook_node_execution_duration_seconds_count{branch="exit"}': 1,
    })
  })

  it('blame the target for its own failures and the node for what it asks for', async () => {
    const target = await receiver(inTurn(json(500, {}), json(404, {})))
    const { execute, url } = await service()
    const before = await scrape(url)

    await execute({ node: { method: 'GET', url: target.url } })
    await execute({ node: { method: 'GET', url: target.url } })

    expect(growth(before, await scrape(url))).toMatchObject({
      'webhook_node_executions_total{branch="error",code="expectation_unmet",blame="target"}': 1,
      'webhook_node_executions_total{branch="error",code="expectation_unmet",blame="node"}': 1,
    })
  })
})

describe('the metrics of requests that are refused', () => {
  it('count them by the code of the problem', async () => {
    const { request, post, url } = await service({ settings: { API_KEYS: 'engine:0123456789abcdef' } })
    const authorization = 'Bearer 0123456789abcdef'
    const before = await scrape(url)

    await post('/v1/execute', {})
    await post('/v1/execute', {}, { authorization })
    await request('/nowhere')
    await request('/livez', { method: 'DELETE' })

    expect(growth(before, await scrape(url))).toEqual({
      'webhook_node_problems_total{code="unauthorized"}': 1,
      'webhook_node_problems_total{code="invalid_request"}': 1,
      'webhook_node_problems_total{code="not_found"}': 1,
      'webhook_node_problems_total{code="method_not_allowed"}': 1,
    })
  })

  it('count a page that is not there like any other problem', async () => {
    const { url, log } = await service({ settings: { LOG_LEVEL: 'debug' } })
    const before = await scrape(url)

    const page = await fetch(`${url}/errors/nothing`, { headers: { accept: 'text/html' } })

    expect(page.status).toBe(404)
    expect(page.headers.get('content-type')).toMatch(/^text\/html/)
    expect(growth(before, await scrape(url))).toEqual({
      'webhook_node_problems_total{code="not_found"}': 1,
    })
    expect(log.filter(({ msg }) => msg === 'request refused')).toMatchObject([{ code: 'not_found' }])
  })

  it('count a request that breaks off once', async () => {
    const { url, log } = await service()
    const before = await scrape(url)
    const client = await rawClient(url)

    client.write(writeHead('POST', '/v1/execute', 10_000))
    client.write('{"node":')
    await vi.waitUntil(async () => (await scrape(url)).get('webhook_node_executions_in_flight') === 1)
    await client.hangUp()
    await vi.waitUntil(() => log.some(({ msg }) => msg === 'request refused'))

    expect(growth(before, await scrape(url))).toEqual({
      'webhook_node_problems_total{code="invalid_request"}': 1,
    })
  })

  it('count what is not even a request, too', async () => {
    const { url } = await service()
    const before = await scrape(url)

    await (await fetch(`${url}/%zz`)).text()
    await text(connect(Number(new URL(url).port), '127.0.0.1').end('NONSENSE\r\n\r\n'))

    expect(growth(before, await scrape(url))).toEqual({
      'webhook_node_problems_total{code="invalid_request"}': 2,
    })
  })
})

describe('the metrics of the load', () => {
  it('show what is under way and how much may be', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const target = await receiver((...request) => released.then(() => json(200, {})(...request)))
    const { execute, url } = await service({ settings: { MAX_IN_FLIGHT: '7' } })
    const load = async () => {
      const series = await scrape(url)
      return ['executions_in_flight', 'executions_in_flight_limit', 'connections_open'].map((name) =>
        series.get(`webhook_node_${name}`),
      )
    }

    const running = execute({ node: { method: 'GET', url: target.url } })
    await vi.waitUntil(() => target.received.length === 1)

    expect(await load()).toEqual([1, 7, 1])
    release()
    await running
    await vi.waitUntil(async () => (await load())[0] === 0)
  })

  it('show what the egress client says of itself', async () => {
    const metrics = createTestMetrics({ load: () => ({ connections: 5, waiting: 3 }) })

    const series = parseSeries(await metrics.exposition())

    expect(series.get('webhook_node_connections_open')).toBe(5)
    expect(series.get('webhook_node_calls_waiting')).toBe(3)
  })
})

describe('the metrics of the secrets', () => {
  it('show while their files cannot be used', async () => {
    const files = await testFiles({ 'secrets.json': '{"a":"s3cr3t-1"}' })
    const { url } = await service({ settings: { SECRETS_FILE: join(files.path, 'secrets.json') } })
    const stale = async () => (await scrape(url)).get('webhook_node_secrets_stale')
    const becomes = (value: number) =>
      vi.waitUntil(async () => (await stale()) === value, { timeout: 10_000, interval: 50 })

    expect(await stale()).toBe(0)
    await files.replace('secrets.json', '{"a":')
    await becomes(1)
    await files.replace('secrets.json', '{"a":"s3cr3t-1"}')
    await becomes(0)
  })
})

describe('the metrics of the process', () => {
  it('say what runs, since when, and what it takes', async () => {
    const { url } = await service()

    const series = await scrape(url)

    const build = `webhook_node_build_info{version="${manifest.version}",node_version="${process.version}"}`
    expect(series.get(build)).toBe(1)
    expect(series.get('webhook_node_process_start_time_seconds')).toBeLessThan(Date.now() / 1000)
    expect(series.get('webhook_node_process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
    expect(series.get('webhook_node_process_heap_used_bytes')).toBeGreaterThan(1_000_000)
    expect(series.get('webhook_node_process_cpu_seconds_total')).toBeGreaterThan(0)
  })

  it('show that the event loop was held up, to every client that asks', async () => {
    const metrics = createTestMetrics()
    const lag = async () =>
      parseSeries(await metrics.exposition()).get('webhook_node_event_loop_lag_seconds_sum') ?? 0

    const end = performance.now() + 300
    while (performance.now() < end);
    await vi.waitUntil(async () => (await lag()) > 0.2)

    expect(await lag()).toBeGreaterThan(0.2)
  })

  it('are not shared with another service of the same process', async () => {
    const one = createTestMetrics()
    const other = createTestMetrics()

    one.refused('internal')

    const [ofOne, ofOther] = [parseSeries(await one.exposition()), parseSeries(await other.exposition())]
    expect(ofOne.get('webhook_node_problems_total{code="internal"}')).toBe(1)
    expect(ofOther.get('webhook_node_problems_total{code="internal"}')).toBe(0)
  })
})

describe('the series', () => {
  it('are all there from the start, and hostile clients and targets add none', async () => {
    const odd = [299, 404, 599, 600, 999]
    const target = await receiver(inTurn(json(200, {}), ...odd.map((status) => json(status, {}))))
    const { execute, post, request, url } = await service()
    const before = [...(await scrape(url)).keys()]

    for (const i of [0, ...odd].keys()) {
      const hostile = `"} 1\nwebhook_node_${i}{x="${'ü'.repeat(i)}`
      await execute({
        node: {
          id: hostile,
          method: 'POST',
          url: `${target.url}/${i}?q=${i}`,
          headers: [{ name: `X-${i}`, value: `${i}` }],
          branches: { success: `yes-${i}`, error: `no-${i}` },
        },
        correlationId: hostile,
        tenant: `tenant-${i}`,
      })
      await execute({ node: { method: 'GET', url: `https://host-${i}.invalid/` } })
      await request(`/nowhere-${i}`, { headers: { 'x-request-id': `request-${i}` } })
      await post(`/v1/execute?x=${i}`, { i })
    }

    expect([...(await scrape(url)).keys()]).toEqual(before)
  })

  it('of the backlog are left out while the store cannot be read: 0 would look as if nothing waited', async () => {
    let backlog: Backlog | null = { ...emptyBacklog, waiting: 3, oldestDueAt: 1_000, overdue: [2, 1] }
    const metrics = createTestMetrics({
      durability: {
        backlog: () => backlog,
        now: () => 21_000,
        running: () => 0,
        areCallbacksStale: () => false,
      },
    })
    const read = async () =>
      [...parseSeries(await metrics.exposition())].filter(([name]) => name.startsWith('webhook_node_backlog'))
    const before = await read()

    backlog = null
    expect(await read()).toEqual([])

    backlog = { ...emptyBacklog, waiting: 3, oldestDueAt: 1_000, overdue: [2, 1] }
    expect(await read()).toEqual(before)
    expect(Object.fromEntries(before)).toMatchObject({
      'webhook_node_backlog{state="waiting"}': 3,
      'webhook_node_backlog{state="running"}': 0,
      'webhook_node_backlog_overdue{seconds="1"}': 2,
      webhook_node_backlog_oldest_seconds: 20,
    })
  })

  it('have one for every way an execution and an attempt can end', async () => {
    const metrics = createTestMetrics()
    const before = [...parseSeries(await metrics.exposition()).keys()]

    for (const record of possibleRecords())
      for (const branch of branchesOf(record)) metrics.executed({ ...record, branch })

    expect([...parseSeries(await metrics.exposition()).keys()]).toEqual(before)
  })
})

function createTestMetrics(own: Partial<MetricsSources> = {}): Metrics {
  const metrics = createMetrics({
    version: '0.0.0',
    problemCodes: ['internal'],
    limitNames: ['service'],
    limits: { maxInFlight: 1, maxPaused: 1, maxBytesInFlight: 1 },
    usage: () => ({ active: 0, paused: 0, bytes: 0 }),
    load: () => ({ connections: 0, waiting: 0 }),
    areSecretsStale: () => false,
    certificateEnds: () => new Map(),
    areConnectionsStale: () => false,
    areLimitsStale: () => false,
    connectionNames: () => ['crm'],
    logLinesLost: () => 0,
    maxConnections: 1,
    connections: () => 0,
    durability: {
      backlog: () => emptyBacklog,
      now: () => 0,
      running: () => 0,
      areCallbacksStale: () => false,
    },
    refresh: async () => {},
    ...own,
  })
  onTestFinished(() => metrics.close())
  return metrics
}

/** A case may have any branch, one of its own too. Only a failure can be caught by one. */
function branchesOf({ code }: ExecutionRecord): readonly string[] {
  if (code === 'expectation_met') return ['success']
  return code === 'expectation_unmet' ? branchNames : [...branchNames, 'later', 'constructor']
}

/** A record for each code and whom it may blame. */
function possibleRecords(): ExecutionRecord[] {
  return reasonCodes.flatMap((code) => {
    if (code === 'expectation_met') return execution(0)
    if (code === 'case_met') return execution(0, { code, isCase: true })
    if (code === 'expectation_unmet')
      return (['node', 'target'] as const).map((blame) => failedExecution(0, { code, blame }))
    const { phase, blame } = failures[code]
    const { attempts } = failedExecution(0)
    const failed = attempts.map((attempt) => ({ ...attempt, status: null, failure: code }))
    return failedExecution(0, { code, blame, attempts: phase === 'rendering' ? [] : failed })
  })
}
