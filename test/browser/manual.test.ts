import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { loadManual } from '../../src/http/manual/manual.ts'
import { service } from '../support/service.ts'
import { launchChromium } from './support/chromium.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

const { paths } = await loadManual({ docs: true })
const some = ['errors', 'errors/expectation_unmet', 'alerts/WebhookNodeDown', 'manual/settings']
const [white, black] = ['rgb(255, 255, 255)', 'rgb(20, 24, 29)']

describe('the pages of the service', () => {
  it.each([
    ['on a phone', { width: 360, colorScheme: 'light', background: white, shown: paths }],
    ['on a phone at night', { width: 360, colorScheme: 'dark', background: black, shown: some }],
    ['on a wide screen', { width: 1_280, colorScheme: 'light', background: white, shown: some }],
  ] as const)(
    'do not scroll sideways and load nothing, %s',
    async (_where, { width, colorScheme, background, shown }) => {
      const { url } = await service()
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
      onTestFinished(() => page.close())
      const complaints: string[] = []
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('request', (request) => request.isNavigationRequest() || complaints.push(request.url()))

      for (const path of shown) {
        await page.goto(`${url}/${path}`)

        expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(width)
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(background)
      }
      expect(complaints).toEqual([])
    },
  )
})

it('a table with many columns is read without scrolling on a phone', async () => {
  const { url } = await service()
  const page = await browser.newPage({ viewport: { width: 360, height: 800 } })
  onTestFinished(() => page.close())
  await page.goto(`${url}/errors/expectation_unmet`)

  const cells = await page.locator('td').all()
  expect(cells.length).toBeGreaterThan(40)
  for (const cell of cells) {
    const box = await cell.boundingBox()
    expect(box && box.x + box.width).toBeLessThanOrEqual(360)
  }
})
