import { expect, it } from 'vitest'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { codeBlocks } from './support/markdown.ts'
import { read } from './support/pages.ts'

const page = read('docs/masking.md')

it('docs/masking.md shows what the reply of its example shows', async () => {
  const [request = '', excerpt = ''] = codeBlocks(page, 'json')
  const { status, headers, body } = findResponse(codeBlocks(page, 'http')[0] ?? '')
  const target = await receiver((_request, response) => response.writeHead(status, headers).end(body))
  const { execute } = await service()

  const reply = await execute(JSON.parse(request.replace('https://api.crm.example', target.url)))

  const { request: sent, response, ...rest } = JSON.parse(excerpt)
  expect(reply).toMatchObject({
    ...rest,
    request: { ...sent, headers: expect.arrayContaining(sent.headers) },
    response: { ...response, headers: expect.arrayContaining(response.headers) },
  })
})

it('the target of the example in docs/masking.md gets the real values', async () => {
  const [request = ''] = codeBlocks(page, 'json')
  const { secrets, payload } = JSON.parse(request)
  const target = await receiver((_request, response) => response.end())
  const { execute } = await service()

  await execute(JSON.parse(request.replace('https://api.crm.example', target.url)))

  const [received] = target.received
  expect(received?.rawHeaders).toContain(`Bearer ${secrets.crm_token}`)
  expect(JSON.parse(String(received?.body)).email).toBe(payload.profile.email)
})

/** The parts of a response as HTTP/1.1 writes it. */
function findResponse(text: string) {
  const [head = '', body = ''] = text.trimEnd().split('\n\n')
  const [statusLine = '', ...lines] = head.split('\n')
  const headers = Object.fromEntries(lines.map((line) => line.split(': ')))
  return { status: Number(statusLine.split(' ')[1]), headers, body }
}
