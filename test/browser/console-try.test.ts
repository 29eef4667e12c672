import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executeExamples, previewExamples } from '../../openapi/examples.ts'
import { hashKey } from '../../src/http/clients/api-keys.ts'
import { serviceWithDemoReceiver } from '../support/demo-receiver.ts'
import { testFiles } from '../support/files.ts'
import { held, inTurn, json, retryLater } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { launchChromium } from './support/chromium.ts'
import { openConsole } from './support/console-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

async function openTry(options?: Parameters<typeof service>[0]) {
  const { url } = await service(options)
  return { url, ...(await openConsole(browser, url)) }
}

describe('the form of a node', () => {
  it('changes the JSON beside it', async () => {
    const { field, button, page, readNode, writeNode, complaints } = await openTry()
    await writeNode({ method: 'GET', url: 'https://a.example/', retry: { attempts: 2 } })

    await field('Id').fill('lead')
    await field('Method').selectOption('POST')
    await field('URL').fill('https://b.example/v1')
    await button('Add parameter').click()
    await field('Name of parameter 1').fill('list')
    await field('Value of parameter 1').fill('weekly')
    await button('Add header').click()
    await button('Add header').click()
    await field('Name of header 1').fill('X-A')
    await field('Name of header 2').fill('X-Email')
    await field('Source of header 2').selectOption('profile')
    await field('Value of header 2').fill('email')
    await button('Remove header 1').click()
    await field('Body').selectOption('simple')
    await field('Content type').selectOption('application/x-www-form-urlencoded')
    await button('Add field').click()
    await field('Name of field 1').fill('form')
    await field('Value of field 1').fill('{{ event.form }}')
    await field('Response handling').selectOption('by status code')
    await field('Status codes').fill('200, 4xx')
    await field('Error handling').selectOption('exit')
    await field('Time limit in ms').fill('2500')

    expect(await readNode()).toEqual({
      method: 'POST',
      url: 'https://b.example/v1',
      retry: { attempts: 2 },
      id: 'lead',
      query: [{ name: 'list', value: 'weekly' }],
      headers: [{ name: 'X-Email', source: 'profile', field: 'email' }],
      body: {
        structure: 'simple',
        contentType: 'application/x-www-form-urlencoded',
        fields: [{ name: 'form', value: '{{ event.form }}' }],
      },
      expect: { type: 'status', value: [200, '4xx'] },
      onError: 'exit',
      timeoutMs: 2_500,
    })
    expect(await page.getByText('In the JSON only: retry.').isVisible()).toBe(true)
    expect(complaints).toEqual([])
  })

  it('writes the JSON in lines, and nothing where something would be lost', async () => {
    const { button, page, writeNode } = await openTry()
    const json = page.getByRole('textbox', { name: 'The node as JSON' })
    const data = page.getByLabel('The data (payload)', { exact: true })
    await writeNode('{"method":"GET","timeoutMs":1.50}')
    await data.fill('{"a":1,"a":2}')

    await button('Format the node').click()
    await button('Format the data').click()

    expect(await json.inputValue()).toBe('{\n  "method": "GET",\n  "timeoutMs": 1.50\n}')
    expect(await data.inputValue()).toBe('{"a":1,"a":2}')
  })

  it('follows the JSON', async () => {
    const { field, page, writeNode } = await openTry()

    await writeNode({
      method: 'PUT',
      url: 'https://c.example/',
      headers: [{ name: 'X-Tags', literal: ['a'] }],
      body: { structure: 'full', source: 'event' },
      expect: { type: 'string', value: 'subscribed' },
      branches: { error: 'no' },
    })

    expect(await field('URL').inputValue()).toBe('https://c.example/')
    expect(await field('Method').inputValue()).toBe('PUT')
    expect(await field('Value of header 1').inputValue()).toBe('["a"]')
    expect(await field('Part of the data').inputValue()).toBe('event')
    expect(await field('Text in the response').inputValue()).toBe('subscribed')
    expect(await page.getByRole('option', { name: 'No (output no)' }).count()).toBe(1)
  })

  it('waits while the JSON is none', async () => {
    const { field, page, text, writeNode, calls } = await openTry()
    await text('Request').waitFor()
    const before = calls.length

    await writeNode('{ "method": ')

    await page.getByText('This is no JSON object').waitFor()
    expect(await field('URL').isDisabled()).toBe(true)
    expect(calls.length).toBe(before)
    await writeNode({ method: 'GET', url: 'https://d.example/' })
    expect(await field('URL').inputValue()).toBe('https://d.example/')
    expect(await field('URL').isEnabled()).toBe(true)
  })
})

describe('what the form would lose', () => {
  it('comes back with the structure of the body, and the kind of response handling', async () => {
    const { field, readNode, writeNode, page } = await openTry()
    const node = {
      method: 'POST',
      url: 'https://a.example/',
      body: { structure: 'simple', fields: [{ name: 'a', value: 'b' }] },
      expect: { type: 'json', path: 'ok', equals: true },
    }
    await writeNode(node)

    for (const chosen of ['', 'full', 'simple']) await field('Body').selectOption(chosen)
    for (const chosen of ['default', 'status', 'other']) await field('Response handling').selectOption(chosen)

    expect(await readNode()).toEqual(node)
    expect(await page.getByRole('option', { name: 'as the JSON says' }).count()).toBe(1)
  })

  it('is not lost: the form waits while a member stands twice', async () => {
    const { field, page, writeNode } = await openTry()

    await writeNode('{"method":"GET","url":"https://a.example/","url":"https://b.example/"}')

    await page.getByText('The member "url" stands twice.').waitFor()
    expect(await field('URL').isDisabled()).toBe(true)
    await writeNode('{"method":"GET","url":"https://b.example/"}')
    expect(await field('URL').isEnabled()).toBe(true)
  })
})

describe('the preview', () => {
  it('shows the request as it goes out, the shell command, and warnings and errors at their fields', async () => {
    const { field, page, text, writeNode, complaints } = await openTry()
    await writeNode({
      method: 'POST',
      url: 'https://a.example/v1?api_key=abc',
      headers: [{ name: 'X-Phone', source: 'profile', field: 'phone' }],
    })
    const request = text('Request')

    await request.getByText('POST https://a.example/v1').waitFor()
    expect(await text('curl').innerText()).toContain("curl --request 'POST'")
    const urlField = page.locator('.field', { has: field('URL') })
    await urlField.getByText('credential_in_url').waitFor()
    await page.getByRole('group', { name: 'Headers' }).getByText('value_empty').waitFor()
    expect(complaints).toEqual([])

    await field('URL').fill('http://a.example/')
    await urlField.getByText('Error').waitFor()
    await page.getByText('There is none. 1 error of the node is shown above.').waitFor()
    expect(await page.getByRole('status', { name: 'Messages about the node' }).innerText()).toContain(
      '/node/url',
    )
  })

  it('is asked for 300 ms after the last key, not at every one', async () => {
    const { field, page, text, calls } = await openTry()
    await field('URL').fill('https://typed.example/')
    await text('Request').getByText('POST https://typed.example/').waitFor()
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 3_600_000)
    const before = calls.length

    await field('URL').press('End')
    for (const key of 'abcdef') {
      await field('URL').press(key)
      await page.clock.runFor(200)
    }
    expect(calls.length).toBe(before)
    await page.clock.runFor(400)

    await text('Request').getByText('POST https://typed.example/abcdef').waitFor()
    expect(calls.length).toBe(before + 1)
  })

  it('lights up the output that follows, for each answer of the target', async () => {
    const { page, text, field, writeNode } = await openTry()
    await writeNode({ ...previewExamples.lead_exists.value.node, auth: undefined })
    const lit = page.getByRole('list', { name: 'Outputs' }).locator('[aria-current]')

    for (const [choice, output] of [
      ['answers 200', 'yes'],
      ['answers 404', 'no'],
      ['answers 409', 'exists'],
      ['times out', 'later'],
      ['does not exist', 'no'],
    ] as const) {
      await page.getByRole('radio', { name: choice }).check()
      await lit
        .getByText(output, { exact: true })
        .or(lit.filter({ hasText: `${output} follows` }))
        .waitFor()
    }
    await page.getByRole('radio', { name: 'answers 201' }).check()
    await field('With this body').fill('{"id":"L-77"}')
    await text('Captured values').getByText('L-77').waitFor()
    await page.getByRole('radio', { name: 'does something else' }).check()
    await field('Status or failure code').fill('418')
    await page.getByText('status 418').first().waitFor()
  })

  it('sends numbers as they were typed', async () => {
    const { page, text, writeNode } = await openTry()

    await writeNode(
      '{"method":"GET","url":"https://a.example/","query":[{"name":"id","value":"{{ vars.id }}"}]}',
    )
    await page.getByLabel('The data (payload)').fill('{"vars":{"id":12345678901234567890}}')

    await text('Request').getByText('id=12345678901234567890').waitFor()
  })
})

it('is asked for again while the service cannot be reached', async () => {
  const { field, page, text } = await openTry()
  await text('Request').waitFor()
  await page.clock.install()
  await page.route('**/v1/preview', (route) => route.abort())
  await field('Id').fill('away')
  await page.clock.runFor(400)
  await page.getByText('The service cannot be reached').waitFor()

  await page.unroute('**/v1/preview')
  await page.clock.runFor(6_000)

  await text('Request').waitFor()
})

describe('a node of many rows', () => {
  it('is shown in part, and changed as a whole', async () => {
    const { field, button, page, readNode, writeNode } = await openTry()
    const headers = Array.from({ length: 2_000 }, (_, at) => ({ name: `X-${at}`, value: 'v'.repeat(70) }))
    await writeNode({ method: 'GET', url: 'https://a.example/', headers })

    await page.getByText('1900 headers more in the JSON.').waitFor()
    expect(await button('Add header').count()).toBe(0)
    await field('Value of header 100').fill('changed')

    expect(await readNode()).toMatchObject({
      headers: headers.map((header, at) => (at === 99 ? { ...header, value: 'changed' } : header)),
    })
  })
})

describe('an execution', () => {
  it('shows branch, reason and hint, every attempt with its phases, and the request with masks', async () => {
    const answers = [retryLater(0), json(201, { id: 'L-1' })]
    const target = await receiver((...request) => (answers.shift() ?? json(500, {}))(...request))
    const { page, text, button, writeNode, complaints } = await openTry()
    await writeNode({
      method: 'PUT',
      url: `${target.url}/v1/leads`,
      headers: [{ name: 'X-Hidden', value: 'a-hidden-value', sensitive: true }],
      expect: { type: 'status', value: 200 },
      branches: { error: 'no' },
      retry: { attempts: 2, delaysMs: undefined, initialDelayMs: 60, maxDelayMs: 60 },
    })
    await text('Request').getByText('PUT').waitFor()

    await button('Execute').click()

    const result = page.getByRole('group', { name: 'Result of the execution' })
    await result.getByText('no follows', { exact: true }).waitFor()
    expect(await result.innerText()).toContain('expectation_unmet')
    expect(await result.innerText()).toContain('Hint')
    const attempts = result.getByRole('list', { name: 'Attempts' }).getByRole('listitem')
    expect(await attempts.count()).toBe(2)
    expect(await attempts.first().innerText()).toMatch(
      /1\. call status 503 after .* connect .* TLS .* first byte/s,
    )
    expect(await attempts.nth(1).innerText()).toContain('status 201')
    expect(await attempts.first().locator('svg rect').count()).toBeGreaterThan(3)
    const request = text('Sent request')
    expect(await request.innerText()).toContain('X-Hidden: •••')
    expect(await text('Response').innerText()).toContain('{"id":"L-1"}')
    expect(target.received).toHaveLength(2)
    expect(complaints).toEqual([])
  })

  it('is marked once the node is another, and no output is lit while it runs', async () => {
    const second = held(json(201, {}))
    const target = await receiver(inTurn(json(201, {}), second.answer))
    const { page, button, field, writeNode, complaints } = await openTry()
    await writeNode({ method: 'PUT', url: target.url })
    const result = page.getByRole('group', { name: 'Result of the execution' })
    const old = result.getByText('Of the node and the data before the change.')
    await button('Execute').click()
    await result.getByText('success follows', { exact: true }).waitFor()
    expect(await old.count()).toBe(0)

    await field('Id').fill('another')
    await old.waitFor()
    await button('Execute').click()
    await result.getByText('It runs …').waitFor()
    expect(await result.getByText('follows').count()).toBe(0)
    second.release()
    await result.getByText('success follows', { exact: true }).waitFor()
    expect(await old.count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('hides nothing in what the target answers', async () => {
    const target = await receiver(json(200, 'a\u202eb'))
    const { text, button, writeNode } = await openTry()
    await writeNode({ method: 'PUT', url: target.url })
    await text('Request').getByText('PUT').waitFor()

    await button('Execute').click()

    await text('Response').getByText('a[U+202E]b').waitFor()
  })

  it('says that the target may have been called if the service does not reply', async () => {
    const { page, text, button } = await openTry()
    await text('Request').waitFor()
    await page.route('**/v1/execute', (route) => route.abort())

    await button('Execute').click()

    await page.getByText('Whether the target was called is not known.').waitFor()
  })

  it.each([1_100, 1_280, 1_600])(
    'and the preview are seen beside what is edited, at %d pixels',
    async (width) => {
      const { url } = await service()
      const { text, button, field } = await openConsole(browser, url, { width })
      await text('Request').waitFor()

      await field('Time limit in ms').fill('2500')

      const seen = await Promise.all([text('Request'), button('Execute')].map((part) => part.boundingBox()))
      for (const box of seen) {
        expect(box?.y).toBeGreaterThanOrEqual(0)
        expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(900)
      }
    },
  )

  it('can be begun with any example of the document', async () => {
    const { url, receiverPort } = await serviceWithDemoReceiver()
    const { page, field, button, readNode } = await openConsole(browser, url)

    for (const { summary, value } of [...Object.values(previewExamples), ...Object.values(executeExamples)]) {
      await page.getByText('Examples').click()
      await button(summary).click()
      expect(await readNode()).toEqual(value.node)
    }
    await page.getByText('Examples').click()
    await button(executeExamples.unexpected_status.summary).click()
    expect(await field('Value of secret 1').inputValue()).toBe('s3cr3t')
    await field('URL').fill(`https://receiver.test:${receiverPort}/v1/leads`)
    await button('Execute').click()

    await page
      .getByRole('group', { name: 'Result of the execution' })
      .getByText('no follows', { exact: true })
      .waitFor()
  })
})

describe('what is copied', () => {
  it('is the node, and the shell command', async () => {
    const { page, text, button, writeNode } = await openTry()
    const node = { method: 'GET', url: 'https://copied.example/' }
    await writeNode(node)
    await text('curl').getByText('copied.example').waitFor()

    await button('Copy as node').click()
    await page.getByText('Copied.').first().waitFor()
    expect(JSON.parse(await page.evaluate('navigator.clipboard.readText()'))).toEqual(node)

    await button('Copy as curl').click()
    await page.getByText('Copied.').nth(1).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain("--url 'https://copied.example/'")
  })

  it('is a shell command only of what is there', async () => {
    const { page, text, button, field, writeNode, complaints } = await openTry()
    const copy = button('Copy as curl')
    const data = page.getByLabel('The data (payload)')
    await writeNode({ method: 'GET', url: 'https://first.example/' })
    await text('curl').getByText('first.example').waitFor()
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 3_600_000)

    await field('URL').fill('https://second.example/')
    await page.getByRole('heading', { name: 'The request as it goes out before the change' }).waitFor()
    expect(await copy.isDisabled()).toBe(true)
    await page.clock.runFor(400)
    await text('curl').getByText('second.example').waitFor()
    expect(await copy.isEnabled()).toBe(true)

    await data.fill('{ "profile": ')
    await page.getByText('There is none. The payload is no JSON.').waitFor()
    expect(await copy.isDisabled()).toBe(true)
    expect(await text('curl').count()).toBe(0)
    // The link holds no data, so that it needs none.
    expect(await button('Copy a link').isEnabled()).toBe(true)
    await data.fill('{}')
    await page.clock.runFor(400)
    await text('curl').getByText('second.example').waitFor()
    expect(await copy.isEnabled()).toBe(true)
    expect(complaints).toEqual([])
  })

  it('is a link without credentials, which says so here and where it is opened', async () => {
    const { page, text, button, writeNode, url, field } = await openTry()
    const secret = 'S3CR3T-value'
    await writeNode({
      method: 'GET',
      url: `https://linked.example/?page=2&token=${secret}`,
      auth: { type: 'bearer', token: secret },
      headers: [
        { name: 'X-Api-Key', value: secret },
        { name: 'X-Flow', value: 'flow' },
      ],
    })
    await text('curl').getByText('linked.example').waitFor()

    await button('Copy a link').click()
    await page.getByText('Left out:').waitFor()
    const link: string = await page.evaluate('navigator.clipboard.readText()')

    expect(await field('Link').inputValue()).toBe(link)
    expect(link.startsWith(`${url}/console#/try/`)).toBe(true)
    expect(atob(link.split('/').at(-1)?.replaceAll('-', '+').replaceAll('_', '/') ?? '')).not.toContain(
      secret,
    )
    const opened = await openConsole(browser, url, { fragment: new URL(link).hash })
    await opened.page.getByText('This node came with a link.').waitFor()
    expect(await opened.page.getByText('/headers/0/value').isVisible()).toBe(true)
    expect(await opened.readNode()).toEqual({
      method: 'GET',
      url: 'https://linked.example/?page=2&token=',
      headers: [
        { name: 'X-Api-Key', value: '' },
        { name: 'X-Flow', value: 'flow' },
      ],
    })
  })
})

it('an address of no view says so', async () => {
  const { url } = await service()
  const { page, complaints } = await openConsole(browser, url, { fragment: '#/exections' })

  await page.getByRole('alert').getByText('The console has no view exections').waitFor()
  expect(complaints).toEqual([])
})

it('a changed node is not lost by leaving the page without a question', async () => {
  const { page, button } = await openTry()
  const questions: string[] = []
  page.on('dialog', (dialog) => {
    questions.push(dialog.type())
    void dialog.accept()
  })
  await button('Add header').waitFor()
  await page.reload()
  expect(questions).toEqual([])

  await button('Add header').click()
  await page.getByLabel('Name of header 1').fill('X-A')
  await page.reload()

  expect(questions).toEqual(['beforeunload'])
})

describe('the key', () => {
  const key = 'a-key-for-the-console'

  it('is asked for where one is needed, kept in the tab only, and sent to the service only', async () => {
    const { page, text, complaints, field, button } = await openTry({
      settings: { API_KEYS: `engine:${key}` },
    })

    await field('API key').fill(key)
    await button('Use this key').click()

    await text('Request').waitFor()
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).toContain(key)
    expect(await page.evaluate('localStorage.length')).toBe(0)
    expect(await page.context().cookies()).toEqual([])
    expect(page.url()).not.toContain(key)
    expect(await page.content()).not.toContain(key)
    expect(complaints).toEqual([])

    await button('Forget the key').click()
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
    await field('API key').waitFor()
  })

  it('that may read only is said to, before all else', async () => {
    const files = await testFiles({
      'clients.json': JSON.stringify({ reader: { keys: [`sha256:${hashKey(key)}`], rights: ['read'] } }),
    })
    const { page, field, button } = await openTry({
      settings: { API_KEYS_FILE: `${files.path}/clients.json` },
    })
    await field('API key').fill(key)
    await button('Use this key').click()

    const problem = page.getByRole('status').filter({ hasText: 'forbidden' })
    await problem.waitFor()
    const box = await problem.boundingBox()
    expect(box?.y).toBeLessThan((await field('URL').boundingBox())?.y ?? 0)
    expect(await problem.innerText()).toContain('execute')
    expect(await button('Execute').isDisabled()).toBe(true)
    await page.getByText('This key may not execute it').waitFor()
  })

  it('that is wrong is said to be refused', async () => {
    const { page, field, button } = await openTry({ settings: { API_KEYS: `engine:${key}` } })

    await field('API key').fill('schlüssel')
    expect(await button('Use this key').isDisabled()).toBe(true)
    await field('API key').fill('another-key-that-is-wrong')
    await button('Use this key').click()

    await page.getByText('The service has refused the key. It is forgotten.').waitFor()
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
    await field('API key').fill(key)
    await button('Use this key').click()
    await button('Forget the key').waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Try a node')
  })
})
