import { expect, it } from 'vitest'
import { readMultipart } from '../support/read-multipart.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { curlBody, serviceOfTheDemo, steady } from './support/demo.ts'
import { codeBlocks, section } from './support/markdown.ts'
import { read } from './support/pages.ts'

it('docs/node.md shows the whole reply to the curl of the README', async () => {
  const { execute } = await serviceOfTheDemo()

  const reply = await execute(curlBody())

  const [printed = ''] = codeBlocks(section(read('docs/node.md'), 'The reply'), 'json')
  expect(steady(reply)).toBe(steady(printed))
})

it('docs/node.md shows how files are sent, and what the reply shows of them', async () => {
  const page = section(read('docs/node.md'), 'Files')
  const [form = {}, alone = {}] = codeBlocks(page, 'json').map((block) => JSON.parse(block))
  const [shown = ''] = codeBlocks(page, 'text')
  const payload = JSON.parse(/With the payload `(.+)`/.exec(page)?.[1] ?? '')
  const target = await receiver(json(200, {}))
  const { execute } = await service()
  const send = (node: { readonly url: string }) =>
    execute({ node: { ...node, url: node.url.replace(/https:\/\/[^/]+/, target.url) }, payload })

  const reply = await send(form)
  const replyOfFile = await send(alone)

  const [multipart, binary] = target.received
  const png = Buffer.from('89504e470d0a1a0a', 'hex')
  const type = multipart?.rawHeaders.find((value) => value.startsWith('multipart/form-data'))
  expect(reply).toMatchObject({ branch: 'success', warnings: [] })
  expect(reply.request?.body).toBe(shown.replaceAll('\n', '\r\n'))
  expect(await readMultipart(type ?? '', multipart?.body ?? png)).toEqual([
    { name: 'lead', filename: null, type: null, content: Buffer.from('ada@example.com') },
    { name: 'note', filename: null, type: null, content: Buffer.from('from Nurture') },
    { name: 'photo', filename: 'photo.png', type: 'image/png', content: png },
  ])
  expect(replyOfFile).toMatchObject({ branch: 'success', warnings: [] })
  expect([binary?.method, binary?.target, binary?.body]).toEqual(['PUT', '/photos/7', png])
})
