import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { receiverPort } from '../../demo/receiver.ts'
import { startWorld } from '../../demo/world.ts'
import { executeExamples, previewExamples } from '../../openapi/examples.ts'
import type { ExecuteRequest } from '../../src/contract/execution.ts'
import { instanceExample, type MinuteStatistics, type NodeStatistics } from '../../src/contract/statistics.ts'
import { launchChromium } from './support/chromium.ts'

// Writes the pictures of the console that README.md and docs/console.md show: npx node test/browser/screenshot.ts

const width = 1_100

await using world = await startWorld({
  servicePort: 3000,
  receiverPort,
  settings: { INSTANCE: instanceExample.instance },
})
await using browser = await launchChromium()
const { url } = world.service

async function open(fragment: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, timezoneId: 'UTC' })
  await page.goto(`${url}/console${fragment}`)
  return page
}

async function take(page: Page, name: string, height: number): Promise<void> {
  const path = fileURLToPath(new URL(`../../docs/${name}.png`, import.meta.url))
  await page.setViewportSize({ width, height })
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path })
}

const tried = await open('#/try')
await tried.getByText('Examples').click()
await tried.getByRole('button', { name: previewExamples.lead_exists.summary }).click()
await tried.getByText('exists follows').waitFor()
await take(tried, 'console', 1_420)

for (const { value } of Object.values<{ value: ExecuteRequest }>(executeExamples))
  await world.service.execute(value)
const node = await browser.newPage({ viewport: { width, height: 800 }, timezoneId: 'UTC' })
await node.route('**/v1/nodes/crm-lead/stats', async (route) => {
  const response = await route.fetch()
  await route.fulfill({ response, json: afterABusyHour(await response.json()) })
})
await node.goto(`${url}/console#/nodes/crm-lead`)
await node.locator('canvas').waitFor()
await take(node, 'console-node', 1_020)

const { executionId } = await submit({
  node: {
    id: 'late',
    method: 'PUT',
    url: `https://receiver.test:${world.lateTarget.port}/v1/leads`,
    retry: { attempts: 4, initialDelayMs: 400, maxDelayMs: 900 },
  },
})
const execution = await open(`#/executions/${executionId}`)
await execution.locator('.tag.failed').waitFor()
await execution.getByRole('button', { name: 'Count (dry run)' }).click()
await execution.getByText('Nothing was done').waitFor()
await take(execution, 'console-execution', 1_450)

/** The statistics of a node as they are after an hour of many executions: no hour has passed yet. */
function afterABusyHour(statistics: NodeStatistics): NodeStatistics {
  const perMinute = statistics.perMinute.map(busy)
  const passedThrough = sum(perMinute.map((minute) => minute.passedThrough))
  const failed = sum(perMinute.map((minute) => minute.failed))
  const succeeded = passedThrough - failed
  return {
    ...statistics,
    instanceSince: perMinute[0]?.minute ?? statistics.instanceSince,
    perMinute,
    passedThrough,
    succeeded,
    failed,
    attempts: passedThrough,
    failingSince: null,
    lastSucceededAt: statistics.lastAt,
    branches: { success: succeeded, error: failed, exit: 0 },
    codes: { expectation_met: succeeded, expectation_unmet: failed },
    statuses: { 201: passedThrough },
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

/** What a minute of a busy node looks like. */
function busy(minute: MinuteStatistics, at: number): MinuteStatistics {
  const passedThrough = Math.round(60 + 25 * Math.sin(at / 6) + ((at * 7) % 11))
  return { ...minute, passedThrough, failed: at > 47 ? Math.round(passedThrough / 3) : at % 9 === 0 ? 2 : 0 }
}

async function submit(body: object): Promise<{ readonly executionId: string }> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/v1/executions`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return (await response.json()) as { executionId: string } // the contract guarantees the type
}
