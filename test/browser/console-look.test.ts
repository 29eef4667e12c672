import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serviceWithStore, submit, untilEnded } from '../scenarios/support/durable.ts'
import { receiver } from '../support/servers.ts'
import { launchChromium } from './support/chromium.ts'
import { type ConsolePage, openConsole } from './support/console-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

/** Text that is a program wherever it is taken for HTML. */
const markup = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>"'><b>&amp;</b>`
const hostileId = `<b onclick=x>"'&${'x'.repeat(90)}`

/** A service that has seen nothing but markup, and has something to show in every view. */
async function hostileService() {
  const target = await receiver((_request, response) => {
    response.writeHead(500, { 'content-type': 'text/html', 'x-markup': markup }).end(markup)
  })
  const own = await serviceWithStore()
  const node = {
    id: hostileId,
    method: 'PUT',
    url: target.url,
    headers: [{ name: 'X-Markup', value: '{{ profile.markup }}' }],
    body: { structure: 'full' },
    branches: { error: markup.slice(0, 120) },
    capture: { [markup]: '{{ response.body }}' },
  }
  const payload = { profile: { markup } }
  await own.execute({ node, payload, correlationId: markup })
  const { executionId } = await submit(own, { node, payload })
  await untilEnded(own, executionId)
  return { url: own.url, node, payload, executionId }
}

/** Every view, and what a person does until it shows all that it has. */
const views: readonly [
  string,
  (executionId: string) => string,
  (tab: ConsolePage, hostile: Awaited<ReturnType<typeof hostileService>>) => Promise<void>,
][] = [
  [
    'Try a node',
    () => '#/try',
    async ({ page, button, writeNode, text }, { node, payload }) => {
      await writeNode(node)
      await page.getByLabel('The data (payload)').fill(JSON.stringify(payload))
      await page.getByRole('radio', { name: 'answers 500' }).check()
      await page.getByRole('textbox', { name: 'With this body' }).fill(markup)
      await button('Execute').click()
      await text('Response').getByText('<script>').waitFor()
      await page.getByRole('status', { name: 'What follows' }).getByText('Hint').waitFor()
      await button('Copy a link').click()
      await page.getByText('It holds the node').waitFor()
      await page.getByText('Examples').click()
      await button('An address that may not be called').waitFor()
    },
  ],
  [
    'Nodes',
    () => '#/nodes',
    async ({ page }) => page.getByRole('img', { name: 'in the last hour' }).waitFor(),
  ],
  [
    'one node',
    () => `#/nodes/${encodeURIComponent(hostileId)}`,
    async ({ page }) => {
      await page.locator('canvas').waitFor()
      await page.getByText('As a table').click()
      await page.getByText(markup).first().waitFor()
    },
  ],
  [
    'Executions',
    () => '#/executions',
    async ({ page, button }) => {
      await page.getByText('One execution').waitFor()
      await page.getByText('Execute again what has failed').click()
      await button('Count (dry run)').click()
      await page.getByText('Nothing was done').waitFor()
    },
  ],
  [
    'one execution',
    (id) => `#/executions/${id}`,
    async ({ text }) => text('Response').getByText('<script>').waitFor(),
  ],
]

describe.each(views)('the view "%s"', (_name, fragment, prepare) => {
  it.each([
    ['light', 1_600],
    ['dark', 360],
  ] as const)(
    'shows markup as text, has no barrier and does not scroll sideways: %s, %d pixels',
    async (colorScheme, width) => {
      const hostile = await hostileService()
      const tab = await openConsole(browser, hostile.url, {
        fragment: fragment(hostile.executionId),
        colorScheme,
        width,
      })
      await prepare(tab, hostile)

      expect(await tab.findBarriers()).toEqual([])
      for (const between of [width, 768, 1_024]) {
        await tab.page.setViewportSize({ width: between, height: 900 })
        expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBe(between)
      }
      expect(await tab.page.title()).toMatch(/ · webhook-node$/)
      expect(await tab.page.locator('main :is(img, script, b, iframe)').count()).toBe(0)
      expect(tab.complaints).toEqual([])
    },
  )
})

describe('without a mouse', () => {
  it('the form is filled in, and the node executed', async () => {
    const { url, node } = await hostileService()
    const { page, readNode, writeNode, text, complaints } = await openConsole(browser, url)
    await writeNode({ ...node, headers: [] })
    await text('Request').getByText('PUT').waitFor()

    const focused = () =>
      page.evaluate<string>(
        "document.activeElement.textContent + '/' + (document.activeElement.id || document.activeElement.tagName)",
      )
    const tabTo = async (what: RegExp) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab')
        if (what.test(await focused())) return
      }
      throw new Error(`Tab leads nowhere to ${what}`)
    }
    await tabTo(/Skip to the content/)
    await page.keyboard.press('Enter')
    await tabTo(/^Examples/)
    await tabTo(/^Add header/)
    await page.keyboard.press('Enter')
    await expect.poll(focused).toMatch(/INPUT/)
    await page.keyboard.type('X-First')
    await tabTo(/^Add header/)
    await page.keyboard.press('Enter')
    await expect.poll(async () => ((await readNode()) as { headers: unknown[] }).headers.length).toBe(2)
    await expect.poll(focused).toMatch(/INPUT/)
    await page.keyboard.type('X-Second')
    expect(await readNode()).toMatchObject({ headers: [{ name: 'X-First' }, { name: 'X-Second' }] })
    await tabTo(/✕/)
    await page.keyboard.press('Enter')
    await expect.poll(readNode).toMatchObject({ headers: [{ name: 'X-First' }] })
    await page.keyboard.press('Enter')
    await expect.poll(focused).toMatch(/^Add header/)
    await tabTo(/^Execute\//)
    await page.keyboard.press('Enter')

    await page
      .getByRole('group', { name: 'Result of the execution' })
      .getByText('follows', { exact: true })
      .waitFor()
    expect(await readNode()).toMatchObject({ headers: [] })
    expect(complaints).toEqual([])
  })

  it('the asked key has no barrier, in any colour', async () => {
    const own = await serviceWithStore({ settings: { API_KEYS: 'engine:0123456789abcdef' } })
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, findBarriers } = await openConsole(browser, own.url, {
        fragment: '#/nodes',
        colorScheme,
        width: 360,
      })
      await page.getByRole('alert').first().waitFor()

      expect(await findBarriers()).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    }
  })
})
