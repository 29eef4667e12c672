import axe from 'axe-core'
import type { Browser, Locator, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

/** The console in a tab of its own, worked the way a person does. It is closed when the test ends. */
export interface ConsolePage {
  readonly page: Page
  /** What a reader must never meet: errors and violations of the policy in the console of the page, and requests to other hosts. */
  readonly complaints: readonly string[]
  /** The requests to the API, such as `POST /v1/preview`. */
  readonly calls: readonly string[]
  /** What axe finds on the page as it is now. */
  findBarriers(): Promise<readonly string[]>
  /** The field with a label. */
  field(label: string): Locator
  button(name: string): Locator
  /** A text that scrolls by itself, such as the request of the preview. */
  text(name: string): Locator
  /** The node as the JSON beside the form has it. */
  readNode(): Promise<unknown>
  /** Replaces the JSON of the node. */
  writeNode(node: unknown): Promise<void>
}

export interface ConsoleOptions {
  readonly fragment?: string
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
}

/** How long the page may take to show what is due; the error then names it. */
const patienceMs = 15_000

export async function openConsole(
  browser: Browser,
  serviceUrl: string,
  { fragment = '', width = 1_280, colorScheme = 'light' }: ConsoleOptions = {},
): Promise<ConsolePage> {
  const { origin } = new URL(serviceUrl)
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(patienceMs)
  const complaints: string[] = []
  const calls: string[] = []
  page.on('console', (message) => {
    // Browsers themselves write every request that the API refuses, such as one for a node that is half typed.
    if (message.text().startsWith('Failed to load resource') && message.location().url.includes('/v1/'))
      return
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    const { pathname, origin: target } = new URL(request.url())
    if (pathname.startsWith('/v1/')) calls.push(`${request.method()} ${pathname}`)
    if (target !== origin && !request.url().startsWith('data:'))
      complaints.push(`request to ${request.url()}`)
  })
  await page.goto(`${serviceUrl}/console${fragment}`)
  const json = page.getByRole('textbox', { name: 'The node as JSON' })
  return {
    page,
    complaints,
    calls,
    async findBarriers() {
      // Not as a script of the page, which its policy forbids.
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    },
    field: (label) => page.getByLabel(label, { exact: true }),
    button: (name) => page.getByRole('button', { name, exact: true }),
    text: (name) => page.getByRole('group', { name, exact: true }),
    readNode: async () => JSON.parse(await json.inputValue()),
    writeNode: (node) => json.fill(typeof node === 'string' ? node : JSON.stringify(node)),
  }
}
