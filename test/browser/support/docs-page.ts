import type { Browser, Locator, Page } from 'playwright-core'

/** Swagger UI in a tab of its own, worked the way a person does. */
export interface DocsPage {
  readonly page: Page
  /** What a reader must never meet: errors in the console of the page, and its requests to any other host. */
  readonly complaints: readonly string[]
  /** Hands over a key under Authorize. */
  authorize(key: string): Promise<void>
  /** Unfolds an operation by its `operationId`. */
  open(operationId: string): Promise<Operation>
  close(): Promise<void>
}

/** One operation, unfolded. */
interface Operation {
  readonly block: Locator
  /** The examples of the drop-down, by title. */
  examples(): Promise<readonly string[]>
  chooseExample(title: string): Promise<void>
  fillIn(parameter: string, value: string): Promise<void>
  /** Sends the request, and reads what the page shows of the reply. */
  execute(): Promise<ShownReply>
}

/** A reply as it stands on the page. */
export interface ShownReply {
  readonly status: number
  readonly text: string
}

/** How long the page may take to show what is due; the error then names it. */
const patienceMs = 15_000

export async function openDocsPage(browser: Browser, serviceUrl: string): Promise<DocsPage> {
  const { origin } = new URL(serviceUrl)
  const page = await browser.newPage()
  page.setDefaultTimeout(patienceMs)
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.route(leadsElsewhere(origin), (route) => {
    complaints.push(`request to ${route.request().url()}`)
    return route.abort()
  })
  await page.goto(`${origin}/docs`)

  return {
    page,
    complaints,
    async authorize(key) {
      await page.locator('.auth-wrapper .authorize').click()
      await page.locator('.auth-container input').fill(key)
      await page.locator('.auth-btn-wrapper .authorize').click()
      await page.locator('.btn-done').click()
    },
    async open(operationId) {
      const block = page.locator(`.opblock[id$="-${operationId}"]`)
      await block.locator('.opblock-summary-control').click()
      return operationIn(block)
    },
    close: () => page.close(),
  }
}

function leadsElsewhere(origin: string): (url: URL) => boolean {
  return (url) => url.protocol.startsWith('http') && url.origin !== origin
}

function operationIn(block: Locator): Operation {
  const exampleSelect = block.locator('.opblock-section-request-body .examples-select-element')
  const clear = block.locator('.btn-clear')
  const reply = block.locator('.live-responses-table .response')
  return {
    block,
    examples: () => exampleSelect.locator('option').allInnerTexts(),
    async chooseExample(label) {
      await exampleSelect.selectOption({ label })
    },
    fillIn: (parameter, value) => block.locator(`[data-param-name="${parameter}"] input`).fill(value),
    async execute() {
      // Without the reply before it, what comes next is the reply to this request.
      if (await clear.isVisible()) await clear.click()
      await block.locator('.execute').click()
      const status = await reply.locator('.response-col_status').innerText()
      const text = await reply.locator('.highlight-code code').first().innerText()
      return { status: Number.parseInt(status, 10), text }
    },
  }
}
