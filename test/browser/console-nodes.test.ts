import { createServer } from 'node:http'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../testkit/listen.ts'
import { serviceWithStore } from '../scenarios/support/durable.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { launchChromium } from './support/chromium.ts'
import { openConsole } from './support/console-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

/** A node that fails without a call, because the payload lacks its value. */
const failing = (id: string) => ({
  node: { id, method: 'GET', url: 'https://hooks.example/{{ profile.id }}' },
})

describe('the nodes', () => {
  it('are listed with what passed in the last hour, those first that fail, and lead to one', async () => {
    const target = await receiver(json(201, {}))
    const { url, execute } = await service()
    for (let times = 0; times < 3; times++)
      await execute({ node: { id: 'crm-lead', method: 'POST', url: target.url }, tenant: 'acme' })
    await execute(failing('broken'))
    const { page, complaints } = await openConsole(browser, url, { fragment: '#/nodes' })

    const rows = page.getByRole('row')
    await rows.nth(3).getByRole('img', { name: '3 in the last hour, 0 failed' }).waitFor()
    await rows.nth(1).getByRole('img', { name: '1 in the last hour, 1 failed' }).waitFor()
    const texts = await rows.allInnerTexts()
    expect(texts[1]).toMatch(/^broken\s+all\s+1\s+1(\s+(now|\d+ s ago)){2}$/)
    expect(texts.slice(2).map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^crm-lead all 3 0 –/),
      expect.stringMatching(/^crm-lead acme 3 0 –/),
    ])

    await page.getByRole('link', { name: 'crm-lead' }).nth(1).click()
    await page.getByRole('heading', { name: 'crm-lead' }).getByText('of acme').waitFor()
    expect(complaints).toEqual([])
  })

  it('can be 1,000, which are searched and read page by page', async () => {
    const { url, execute } = await service()
    for (let at = 0; at < 1_000; at++) await execute(failing(`node-${at}`))
    const { page, field, button, calls, complaints } = await openConsole(browser, url, {
      fragment: '#/nodes',
    })
    const rows = page.locator('tbody tr')

    await page.getByText('1000 of 1000 entries').waitFor()
    await page.getByText('Page 1 of 40').waitFor()
    expect(await page.getByText('older ones may be forgotten').isVisible()).toBe(true)
    expect(await rows.count()).toBe(25)
    await page.getByRole('img', { name: '1 in the last hour' }).nth(24).waitFor()
    // The list itself, and the last hour of those that are seen.
    expect(new Set(calls).size).toBe(26)

    await button('Next').click()
    await page.getByText('Page 2 of 40').waitFor()
    await field('Search').fill('node-777')
    await page.getByText('1 of 1000 entries').waitFor()
    expect(await rows.count()).toBe(1)
    await page.getByRole('link', { name: 'node-777' }).click()
    await page.getByRole('heading', { name: 'node-777' }).waitFor()
    await page.goBack()
    await page.getByText('1 of 1000 entries').waitFor()
    expect(await field('Search').inputValue()).toBe('node-777')
    await field('Search').fill('nowhere')
    await page.getByText('None of 1000 entries has an id or a tenant that contains “nowhere”.').waitFor()
    await page.getByRole('link', { name: 'Nodes' }).click()
    await page.getByText('1000 of 1000 entries').waitFor()
    expect(complaints).toEqual([])
  })
})

it('are shown below a path of a proxy, too', async () => {
  const { url, execute } = await service()
  await execute(failing('behind'))
  const proxy = createServer(async ({ url: path = '', headers: { accept = '' } }, response) => {
    const answer = await fetch(url + path.replace(/^\/hooks/, ''), { headers: { accept } })
    response.writeHead(path.startsWith('/hooks/') ? answer.status : 404, {
      'content-type': answer.headers.get('content-type') ?? '',
      'content-security-policy': answer.headers.get('content-security-policy') ?? '',
    })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  const { port, close } = await listen(proxy)
  onTestFinished(() => close())
  const { page, complaints } = await openConsole(browser, `http://127.0.0.1:${port}/hooks`, {
    fragment: '#/nodes',
  })

  await page.getByRole('link', { name: 'behind' }).click()
  await page.getByText(/^Failing since/).waitFor()

  expect(await page.getByRole('link', { name: 'value_missing' }).first().getAttribute('href')).toBe(
    `http://127.0.0.1:${port}/hooks/errors/value_missing`,
  )
  expect(complaints).toEqual([])
})

describe('one node', () => {
  it('shows its numbers, since when it fails, and the latest failures with a link to the page of the code', async () => {
    const answers = [json(201, {}), json(500, {})]
    const target = await receiver((...request) => (answers.shift() ?? json(500, {}))(...request))
    const own = await serviceWithStore()
    const { url, execute } = own
    const node = {
      id: 'crm lead/1',
      method: 'POST',
      url: target.url,
      cases: [{ branch: 'x', when: { type: 'status', value: 418 } }],
    }
    await execute({ node })
    const failed = await execute({ node, correlationId: 'instance-4711' })
    const { page, complaints } = await openConsole(browser, url, { fragment: '#/nodes/crm%20lead%2F1' })

    await page.getByText(/^Failing since/).waitFor()
    await page.locator('canvas').waitFor()
    const text = await page.locator('main').innerText()
    for (const part of [
      'Executions',
      'Latency p50',
      'expectation_met',
      '201',
      '500',
      failed.executionId,
      'instance-4711',
    ])
      expect(text).toContain(part)
    const { message, hint, path } = failed.reason
    expect(hint).not.toBeNull()
    for (const part of [message, hint ?? '', path ?? '']) expect(text).toContain(part)
    await page.getByText('As a table').click()
    expect(
      await page
        .getByRole('row', { name: /\d\d:\d\d:00/ })
        .last()
        .innerText(),
    ).toMatch(/\s1\s+1$|\s[01]\s+[01]$/)

    const link = page.getByRole('link', { name: failed.executionId })
    expect(await link.getAttribute('href')).toBe(`#/executions/${failed.executionId}`)
    const [opened] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('cell', { name: 'expectation_unmet' }).getByRole('link').click(),
    ])
    await opened.getByRole('heading', { name: 'expectation_unmet' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('updates by itself', async () => {
    const { url, execute } = await service()
    await execute(failing('live'))
    const { page, complaints } = await openConsole(browser, url, { fragment: '#/nodes/live' })
    const executions = page.locator('.facts div', { hasText: 'Executions' })
    await executions.filter({ hasText: '1' }).waitFor()

    await execute(failing('live'))

    await executions.filter({ hasText: '2' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('stays as it was read, and says how old it is, while the service is gone', async () => {
    const { url, execute } = await service()
    await execute(failing('seen'))
    const { page } = await openConsole(browser, url, { fragment: '#/nodes' })
    await page.getByRole('link', { name: 'seen' }).waitFor()

    await page.route('**/v1/**', (route) => route.abort())

    await page.getByText('The service cannot be reached').waitFor()
    await page.getByText(/^This is what was read \d+ s ago\.$/).waitFor()
    expect(await page.getByRole('link', { name: 'seen' }).isVisible()).toBe(true)
    await page.unroute('**/v1/**')
    await page.getByText('The service cannot be reached').waitFor({ state: 'detached' })
  })

  it('hides nothing in its id', async () => {
    const { url, execute } = await service()
    await execute(failing('invoice\u202ednes'))
    const { page, complaints } = await openConsole(browser, url, { fragment: '#/nodes', width: 360 })

    await page.getByRole('link', { name: 'invoice[U+202E]dnes' }).click()

    await page.getByRole('heading', { name: 'invoice[U+202E]dnes' }).waitFor()
    expect(complaints).toEqual([])
  })

  it.each(['.', '..'])('says that a browser cannot ask for the id "%s"', async (id) => {
    const { url, execute } = await service()
    await execute(failing(id))
    const { page, complaints } = await openConsole(browser, url, { fragment: '#/nodes' })

    await page.getByRole('link', { name: id, exact: true }).click()

    await page.getByText('A browser cannot ask for this id.').waitFor()
    await page.goBack()
    await page.getByTitle('A browser cannot ask for this id.').getByText('–').waitFor()
    expect(complaints).toEqual([])
  })

  it('that is unknown is said to be', async () => {
    const { url } = await service()
    const { page } = await openConsole(browser, url, { fragment: '#/nodes/unknown' })

    await page.getByRole('alert').getByText('remembers no execution of this node').waitFor()
  })
})
