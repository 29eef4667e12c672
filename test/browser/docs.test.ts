import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { demoExamples } from '../../demo/examples.ts'
import { receiverPort } from '../../demo/receiver.ts'
import { startWorld, type World } from '../../demo/world.ts'
import { executeExamples, previewExamples } from '../../openapi/examples.ts'
import openapi from '../../openapi/openapi.json' with { type: 'json' }
import type { ExecuteReply, PreviewReply } from '../../src/contract/execution.ts'
import { launchChromium, nameOfThisMachine } from './support/chromium.ts'
import { type DocsPage, openDocsPage, type ShownReply } from './support/docs-page.ts'

const { lead } = executeExamples
const key = 'a-key-for-the-browser'
/** Below the ports that the system gives away, and different for each process that runs tests. */
const servicePort = 20_000 + (process.pid % 10_000)

let browser: Browser
let world: World

beforeAll(async () => {
  browser = await launchChromium()
  // The examples name the port of the receiver, and the page sends them as they stand.
  world = await startWorld({ servicePort, receiverPort, settings: { API_KEYS: `browser:${key}` } })
})

afterAll(async () => {
  await browser?.close()
  await world?.[Symbol.asyncDispose]()
})

/** A page without any state from before. */
async function openDocs(url = world.service.url): Promise<DocsPage> {
  const docs = await openDocsPage(browser, url)
  onTestFinished(() => docs.close())
  return docs
}

async function openDocsWithKey(url?: string): Promise<DocsPage> {
  const docs = await openDocs(url)
  await docs.authorize(key)
  return docs
}

describe('Swagger UI for a client with a key', () => {
  it('executes every example, and shows its branch', async () => {
    const docs = await openDocsWithKey()

    const shown = await runExamples<ExecuteReply>(docs, 'executeNode')

    const outcomes = shown.map(({ title, status, reply: { branch, reason } }) => ({
      title,
      status,
      expected: { branch, code: reason.code },
    }))
    const due = demoExamples(receiverPort).map(({ title, expected }) => ({ title, status: 200, expected }))
    expect(outcomes).toEqual(due)
    expect(docs.complaints).toEqual([])
  })

  it('previews every example, and shows the branch that would follow', async () => {
    const docs = await openDocsWithKey()

    const shown = await runExamples<PreviewReply>(docs, 'previewNode')

    const { lead_created, lead_exists, subscription, wrong_password, timeout } = previewExamples
    expect(shown.map(({ title, status, reply }) => [title, status, reply.simulated?.branch])).toEqual([
      [lead_created.summary, 200, 'yes'],
      [lead_exists.summary, 200, 'exists'],
      [subscription.summary, 200, undefined],
      [wrong_password.summary, 200, 'no'],
      [timeout.summary, 200, 'exit'],
    ])
    expect(docs.complaints).toEqual([])
  })

  it('reads everything that can be read', async () => {
    const docs = await openDocsWithKey()
    await executeLead(docs)

    const statuses: Record<string, number> = {}
    for (const { operationId, required } of readings) {
      const operation = await docs.open(operationId)
      for (const name of required) await operation.fillIn(name, lead.value.node.id)
      statuses[operationId] = (await operation.execute()).status
    }

    expect(statuses).toEqual(Object.fromEntries(readings.map(({ operationId }) => [operationId, 200])))
    expect(docs.complaints).toEqual([])
  })

  it('is as wide as the screen of a phone', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, isMobile: true })
    onTestFinished(() => page.close())

    await page.goto(`${world.service.url}/docs`)
    await page.locator('.opblock').first().waitFor()

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  })

  it('works under any name of the machine, not only on loopback addresses', async () => {
    const docs = await openDocsWithKey(`http://${nameOfThisMachine}:${servicePort}`)

    const { status } = await executeLead(docs)

    expect(status).toBe(200)
    expect(docs.complaints).toEqual([])
  })
})

describe('Swagger UI for a client without a key', () => {
  it.each([
    ['no key', ''],
    ['a wrong key', 'not-a-key-of-this-service'],
  ])('shows the refusal of a call with %s', async (_case, wrongKey) => {
    const docs = await openDocs()
    if (wrongKey !== '') await docs.authorize(wrongKey)

    const { status, text } = await executeLead(docs)

    expect(status).toBe(401)
    expect(JSON.parse(text)).toMatchObject({ code: 'unauthorized', delivered: 'no' })
    // Browsers themselves write every refused request to the console.
    expect(docs.complaints).toEqual([expect.stringContaining('401')])
  })
})

/** The GET operations, with the parameters that they cannot do without. */
/** What can be read without a store. */
const readings = Object.entries<PathItem>(openapi.paths).flatMap(([path, { get }]) => {
  if (get === undefined || path.startsWith('/v1/executions')) return []
  const required = (get.parameters ?? []).filter((parameter) => parameter.required)
  return [{ operationId: get.operationId, required: required.map(({ name }) => name) }]
})

interface PathItem {
  readonly get?: {
    readonly operationId: string
    readonly parameters?: readonly { readonly name: string; readonly required?: boolean }[]
  }
  readonly post?: object
}

/** Chooses and sends one example of an operation after the other. */
async function runExamples<Reply>(docs: DocsPage, operationId: string) {
  const operation = await docs.open(operationId)
  const shown = []
  for (const title of await operation.examples()) {
    await operation.chooseExample(title)
    const { status, text } = await operation.execute()
    const reply: Reply = JSON.parse(text)
    shown.push({ title, status, reply })
  }
  return shown
}

async function executeLead(docs: DocsPage): Promise<ShownReply> {
  const operation = await docs.open('executeNode')
  await operation.chooseExample(lead.summary)
  return operation.execute()
}
