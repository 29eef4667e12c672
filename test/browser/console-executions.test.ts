import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashKey } from '../../src/http/clients/api-keys.ts'
import { serviceWithStore, submit, untilEnded } from '../scenarios/support/durable.ts'
import { testFiles } from '../support/files.ts'
import { json, retryLater } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { launchChromium } from './support/chromium.ts'
import { openConsole } from './support/console-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

describe('the executions', () => {
  it('need a store, and the page says which setting brings one', async () => {
    const { url } = await service()
    const { page } = await openConsole(browser, url, { fragment: '#/executions' })

    await page.getByText('This service has no store').waitFor()
    expect(await page.locator('main').innerText()).toContain('STORE_URL=sqlite:')
  })

  it('are listed, filtered and read page by page', async () => {
    const target = await receiver(json(201, {}))
    const own = await serviceWithStore()
    const items = Array.from({ length: 60 }, () => ({ payload: {} }))
    await own.post('/v1/executions', { node: { id: 'many', method: 'PUT', url: target.url }, items })
    const one = await submit(own, { node: { id: 'one', method: 'PUT', url: target.url } })
    await untilEnded(own, one.executionId)
    const { page, field, button, complaints } = await openConsole(browser, own.url, {
      fragment: '#/executions',
    })
    const rows = page.locator('tbody tr')

    await page.getByText('50 executions, and older ones').waitFor()
    await button('Older ones').click()
    await page.getByText('61 executions', { exact: true }).waitFor()
    expect(await rows.count()).toBe(61)

    await field('Node').fill('one')
    await field('State').selectOption('succeeded')
    await button('Filter').click()
    await page.getByText('One execution').waitFor()
    expect(page.url()).toContain('#/executions?state=succeeded&nodeId=one')
    expect(await rows.innerText()).toMatch(new RegExp(`${one.executionId}\\s+succeeded\\s+one`))
    await field('State').selectOption('expired')
    await button('Filter').click()
    await page.getByText('There is none in the state expired, of the node one.').waitFor()
    expect(await page.getByText('Execute again what has failed').isVisible()).toBe(true)

    await page.goBack()
    await page.getByText('One execution').waitFor()
    expect(await field('State').inputValue()).toBe('succeeded')
    expect(await page.getByText('Execute again what has failed').count()).toBe(0)
    await page.reload()
    await page.getByText('One execution').waitFor()
    expect(await field('Node').inputValue()).toBe('one')
    await rows.getByRole('link', { name: 'one', exact: true }).click()
    await page.getByRole('heading', { name: 'one' }).waitFor()
    await page.goBack()
    await page.getByText('One execution').waitFor()
    await page.getByRole('link', { name: 'Executions' }).click()
    await page.getByText('50 executions, and older ones').waitFor()
    expect(await field('Node').inputValue()).toBe('')
    expect(complaints).toEqual([])
  })

  it('that have failed are counted before they are executed again', async () => {
    let isDown = true
    const target = await receiver((...request) => json(isDown ? 500 : 201, {})(...request))
    const own = await serviceWithStore()
    const failed = await submit(own, { node: { id: 'down', method: 'PUT', url: target.url } })
    await untilEnded(own, failed.executionId)
    const { page, button, field, calls, complaints } = await openConsole(browser, own.url, {
      fragment: '#/executions',
    })
    await page.getByText('One execution').waitFor()
    await field('Node').fill('down')
    await button('Filter').click()

    await page.getByText('Execute again what has failed').click()
    const again = page.getByRole('button', { name: /^Execute .*again$/ })
    expect(await again.isDisabled()).toBe(true)
    await button('Count (dry run)').click()
    await page.getByText('1 of 1 would be executed again. Nothing was done.').waitFor()
    expect(target.received).toHaveLength(1)
    await field('At most').fill('abc')
    await page.getByText('Write a whole number from 1 to 10000.').waitFor()
    expect(await button('Count (dry run)').isDisabled()).toBe(true)
    await field('At most').fill('5')
    await again.and(page.locator(':disabled')).waitFor()
    await field('Accepted before').fill('2026-01-01T00:00')
    await button('Count (dry run)').click()
    await page.getByText('0 of 0 would be executed again. Nothing was done.').waitFor()
    expect(await page.getByText('accepted before 2026-01-01 00:00:00').count()).toBe(1)
    await field('Accepted before').fill('')
    await button('Count (dry run)').dblclick()
    isDown = false
    await button('Execute 1 again').click()

    await page.getByText('1 execution is executed again.').waitFor()
    expect((await untilEnded(own, failed.executionId)).state).toBe('succeeded')
    await page.locator('tbody').getByText('succeeded').waitFor()
    expect(calls.filter((call) => call === 'POST /v1/executions/redrive')).toHaveLength(4)
    expect(complaints).toEqual([])
  })

  it('are executed again by what stands in the fields, never by another filter', async () => {
    const target = await receiver(json(500, {}))
    const own = await serviceWithStore()
    const ended = ['one', 'other', 'unsafe'].map((id) =>
      submit(own, { node: { id, method: id === 'unsafe' ? 'POST' : 'PUT', url: target.url } }),
    )
    for (const { executionId } of await Promise.all(ended)) await untilEnded(own, executionId)
    const { page, button, field, complaints } = await openConsole(browser, own.url, {
      fragment: '#/executions',
    })
    const again = page.getByRole('button', { name: /^Execute .*again$/ })
    await page.getByText('Execute again what has failed').click()
    await button('Count (dry run)').click()
    await page.getByText('2 of 3 would be executed again.').waitFor()
    const counted = page.getByRole('status', { name: 'Result of the redrive' })
    expect(
      (await counted.locator('.facts > div').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ')),
    ).toEqual([
      'The 1 left out:1 may not be repeated',
      'All 3 by code:3 expectation_unmet',
      'All 3 by host, at any port:3 localhost',
    ])

    await field('Node').fill('one')
    await page.getByText('press Filter first').waitFor()
    expect(await button('Count (dry run)').isDisabled()).toBe(true)
    expect(await again.isDisabled()).toBe(true)
    expect(await counted.innerText()).toBe('')
    await button('Filter').click()
    await page.getByText('One execution').waitFor()
    await page.getByText('Execute again what has failed').click()
    await button('Count (dry run)').click()
    await page.getByText('1 of 1 would be executed again.').waitFor()

    await field('Accepted before').pressSequentially('11')
    await again.click()
    await page.getByText('A moment is typed in part.').waitFor()
    expect(target.received).toHaveLength(3)
    expect(complaints).toEqual([])
  })

  it('of another client are none of the reader, who may not execute them again', async () => {
    const [engine, reader] = ['a-key-of-the-engine', 'a-key-of-the-reader']
    const files = await testFiles({
      'clients.json': JSON.stringify({
        engine: { keys: [`sha256:${hashKey(engine)}`] },
        reader: { keys: [`sha256:${hashKey(reader)}`], rights: ['read'] },
      }),
    })
    const own = await serviceWithStore({ settings: { API_KEYS_FILE: `${files.path}/clients.json` } })
    const { page, button, field } = await openConsole(browser, own.url, { fragment: '#/executions' })
    await field('API key').fill(reader)
    await button('Use this key').click()

    await page.getByText('No execution of the client that this key belongs to is kept').waitFor()
    await page.getByText('Execute again what has failed').click()
    await button('Count (dry run)').click()
    await page.getByRole('alert').getByText('lacks the right "redrive"').waitFor()
    expect(await button('Count (dry run)').isDisabled()).toBe(true)
  })

  it('are not executed again by an address that was not understood', async () => {
    const target = await receiver(json(500, {}))
    const own = await serviceWithStore()
    const { executionId } = await submit(own, { node: { id: 'x', method: 'PUT', url: target.url } })
    await untilEnded(own, executionId)
    const { page, button, complaints } = await openConsole(browser, own.url, {
      fragment: '#/executions?state=failed&node=x',
    })

    await page.getByText('One execution').waitFor()
    const said = page.getByRole('alert').filter({ hasText: 'parameters that this list does not know' })
    expect(await said.locator('code').first().innerText()).toBe('node')
    expect(await page.getByText('Execute again what has failed').count()).toBe(0)
    await button('Filter').click()
    await page.getByText('Execute again what has failed').waitFor()
    expect(await said.count()).toBe(0)
    expect(complaints).toEqual([])
  })
})

describe('one execution', () => {
  it('shows its attempts, its result and its callback', async () => {
    const answers = [retryLater(0), json(201, { id: 'L-1' })]
    const target = await receiver((...request) => (answers.shift() ?? json(500, {}))(...request))
    const engine = await receiver(json(200, {}))
    const files = await testFiles({
      'callbacks.json': JSON.stringify({
        engine: { url: engine.url, secret: `whsec_${Buffer.alloc(32).toString('base64')}` },
      }),
    })
    const own = await serviceWithStore({ settings: { CALLBACKS_FILE: `${files.path}/callbacks.json` } })
    const { executionId } = await submit(own, {
      node: {
        id: 'lead',
        method: 'PUT',
        url: target.url,
        branches: { success: 'yes' },
        retry: { attempts: 2, initialDelayMs: 100 },
      },
      callback: { to: 'engine', token: 'x' },
    })
    const { page, complaints } = await openConsole(browser, own.url, {
      fragment: `#/executions/${executionId}`,
    })

    await page.getByText('yes follows').waitFor()
    await page.getByText(/delivered, tried 1 time/).waitFor()
    const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem')
    expect(await attempts.count()).toBe(2)
    expect(await attempts.nth(1).innerText()).toContain('status 201')
    expect(complaints).toEqual([])
  })

  it('that has not ended says what was done so far, and what is next', async () => {
    const target = await receiver(json(503, {}))
    const own = await serviceWithStore()
    const { executionId } = await submit(own, {
      node: { method: 'PUT', url: target.url, retry: { delaysMs: [600_000] } },
    })
    const { page, button, complaints } = await openConsole(browser, own.url, {
      fragment: `#/executions/${executionId}`,
    })

    await page.getByText(/^1 attempt so far\. The next is due in [\d.]+ (min|h), at \d/).waitFor()
    const facts = page.locator('.facts div')
    expect(await facts.filter({ hasText: 'Callback' }).innerText()).toContain('none')
    await button('Cancel').click()
    await button('Yes, cancel it').click()

    await page.locator('.tag.withdrawn').waitFor()
    await button('Count (dry run)').waitFor()
    await page.getByText('What the attempts above have sent is not kept.').waitFor()
    expect(await page.getByText('It ended before').count()).toBe(0)
    expect(await page.getByText('`').count()).toBe(0)
    expect(await page.getByLabel('At most').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('has one legend and one table for many attempts', async () => {
    const own = await serviceWithStore()
    const { page, complaints } = await openConsole(browser, own.url)
    const id = '0199d3f4-8b7a-7cc1-9a60-6f0d6f2f4c11'
    const execution = overHours(id, [0, 1, 2, 3, 4, 5, 6])
    await page.route(`**/v1/executions/${id}`, (route) => route.fulfill({ json: execution }))
    await page.goto(`${own.url}/console#/executions/${id}`)

    const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem')
    await attempts.nth(6).waitFor()
    expect(await attempts.first().innerText()).not.toContain('TLS')
    expect(await page.locator('.legend .phase').allInnerTexts()).toEqual([
      'DNS',
      'connect',
      'TLS',
      'the rest',
    ])
    await page.getByText('The phases in numbers').click()
    const last = page.getByRole('region', { name: 'The phases in numbers' }).getByRole('row').last()
    expect((await last.innerText()).split(/\s{2,}|\t/)).toEqual(['7', '3 ms', '2 ms', '9 ms', '6 ms'])
    expect(complaints).toEqual([])
  })

  it('shows a waterfall over hours', async () => {
    const own = await serviceWithStore()
    const { page, complaints } = await openConsole(browser, own.url)
    const id = '0199d3f4-8b7a-7cc1-9a60-6f0d6f2f4c11'
    await page.route(`**/v1/executions/${id}`, (route) => route.fulfill({ json: overHours(id) }))
    await page.goto(`${own.url}/console#/executions/${id}`)

    const attempts = page.getByRole('list', { name: 'Attempts' }).getByRole('listitem')
    await attempts.nth(2).waitFor()
    expect(await attempts.nth(1).innerText()).toContain('pause of 2 h before')
    expect(await page.getByText('a line every 1 h').isVisible()).toBe(true)
    const boxes = await Promise.all(
      [0, 1, 2].map((at) => attempts.nth(at).locator('rect.rest').boundingBox()),
    )
    const lefts = boxes.map((box) => box?.x ?? 0)
    expect(lefts).toEqual(lefts.toSorted((one, other) => one - other))
    for (const box of boxes) expect(box?.width).toBeGreaterThan(1)
    expect(complaints).toEqual([])
  })

  it('that waits is cancelled after a second look', async () => {
    const target = await receiver(json(503, {}))
    const own = await serviceWithStore()
    const notBefore = new Date(Date.now() + 3_600_000).toISOString()
    const { executionId } = await submit(own, { node: { method: 'PUT', url: target.url }, notBefore })
    const { page, button, complaints } = await openConsole(browser, own.url, {
      fragment: `#/executions/${executionId}`,
    })

    const focused = () => page.evaluate<string>('document.activeElement.textContent')
    await button('Cancel').press('Enter')
    await expect.poll(focused).toBe('Leave it')
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('Cancel')
    await page.keyboard.press('Enter')
    await button('Yes, cancel it').press('Enter')

    await page.getByText('It ended before its first attempt.').waitFor()
    await expect.poll(focused).toBe('withdrawn')
    expect(await page.getByRole('status').first().innerText()).toBe('withdrawn')
    expect(target.received).toEqual([])
    expect(complaints).toEqual([])
  })
})

/** What the service replies about an execution of hours, which no test can wait for. */
function overHours(executionId: string, hours: readonly number[] = [0, 2, 4]) {
  const at = (hours: number) => new Date(Date.UTC(2026, 10, 21) + hours * 3_600_000).toISOString()
  const timings = { queueMs: null, dnsMs: 3, connectMs: 2, tlsMs: 9, firstByteMs: null, downloadMs: null }
  const attempt = {
    purpose: 'call',
    durationMs: 20,
    status: null,
    failure: 'no_response',
    delivered: 'maybe',
    connectionReused: false,
    timings,
  }
  return {
    executionId,
    state: 'failed',
    done: true,
    nodeId: 'slow',
    tenant: null,
    host: 'api.example',
    port: 443,
    code: 'no_response',
    attempts: 3,
    redrives: 0,
    acceptedAt: at(0),
    dueAt: null,
    expiresAt: at(72),
    endedAt: at(4),
    callback: null,
    result: {
      executionId,
      nodeId: 'slow',
      correlationId: null,
      tenant: null,
      connection: null,
      idempotencyKey: null,
      branch: 'error',
      succeeded: false,
      reason: { code: 'no_response', message: 'None.', hint: null, blame: 'target', path: null, docs: null },
      delivered: 'maybe',
      repeat: 'if_idempotent',
      retryAfterMs: null,
      captured: {},
      request: { method: 'PUT', url: 'https://api.example/', headers: [], body: null, bodyBytes: 0 },
      response: null,
      attempts: hours.map((hour, index) => ({ ...attempt, number: index + 1, startedAt: at(hour) })),
      warnings: [],
      durationMs: 14_400_020,
    },
  }
}
