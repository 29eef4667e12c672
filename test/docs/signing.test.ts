import { createHmac, timingSafeEqual } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { headerOf, verifyStandard } from '../scenarios/support/verify-signature.ts'
import { json, type ReceivedRequest } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { codeBlocks, rowsUnder, section } from './support/markdown.ts'
import { read } from './support/pages.ts'

const page = read('docs/signing.md')
const [stripe, github, shopify] = codeBlocks(section(page, 'A header of your own'), 'json').map((code) =>
  JSON.parse(code),
)

/** Sends a text with a signature. */
async function sign(signing: object, content: string, secrets: Readonly<Record<string, string>>) {
  const target = await receiver(json(200, {}))
  const { execute } = await service()
  const body = { structure: 'raw', contentType: 'text/plain', content }
  const reply = await execute({ node: { method: 'POST', url: target.url, body, signing }, secrets })
  expect(reply).toMatchObject({ succeeded: true, warnings: [] })
  return target.received[0]
}

function digest(content: string | Buffer, key: string): Buffer {
  return createHmac('sha256', key).update(content).digest()
}

/** The manual check of Stripe: whether one of the signatures `v1` is that of the time and the body. */
function checkAsStripe(request: ReceivedRequest | undefined, key: string): boolean {
  const items = headerOf(request, 'Stripe-Signature')
    .split(',')
    .map((item) => item.split('='))
  const [time = ''] = items.filter(([name]) => name === 't').map(([, value]) => value)
  const expected = digest(`${time}.${request?.body}`, key)
  expect(Math.abs(Date.now() / 1_000 - Number(time))).toBeLessThan(300)
  return items.some(
    ([name, value = '']) => name === 'v1' && timingSafeEqual(Buffer.from(value, 'hex'), expected),
  )
}

describe('docs/signing.md', () => {
  it('has a node whose signature the library of Standard Webhooks accepts', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const [node] = codeBlocks(section(page, 'Standard Webhooks'), 'json').map((code) => JSON.parse(code))
    const partner = `whsec_${Buffer.alloc(32, 'key').toString('base64')}`

    await execute({
      node: { ...node, url: target.url },
      payload: { event: { order: 4711, note: '€' } },
      secrets: { partner },
    })

    expect(target.received[0]?.body.toString()).toBe('{"order":4711,"note":"€"}')
    verifyStandard(target.received[0], partner)
  })

  it('signs as receivers of Stripe check it, also with two keys', async () => {
    const two = { ...stripe, secret: ['{{ secrets.key }}', '{{ secrets.next }}'] }
    const one = await sign(stripe, '{"id":"evt_1"}', { key: 'whsec_of_stripe' })
    const both = await sign(two, '{"id":"evt_1"}', { key: 'whsec_of_stripe', next: 'whsec_next' })

    expect(checkAsStripe(one, 'whsec_of_stripe')).toBe(true)
    expect(checkAsStripe(one, 'whsec_next')).toBe(false)
    expect(checkAsStripe(both, 'whsec_of_stripe')).toBe(true)
    expect(checkAsStripe(both, 'whsec_next')).toBe(true)
  })

  it('signs the published example of GitHub as GitHub does', async () => {
    const request = await sign(github, 'Hello, World!', { key: "It's a Secret to Everybody" })

    const published = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    expect(headerOf(request, 'X-Hub-Signature-256')).toBe(published)
    expect(page).toContain(published)
  })

  it('signs as receivers of Shopify check it', async () => {
    const request = await sign(shopify, '{"id":1}', { key: 'hush' })

    expect(headerOf(request, 'X-Shopify-Hmac-Sha256')).toBe(digest('{"id":1}', 'hush').toString('base64'))
  })

  it.each(rowsUnder(section(page, 'Keys'), '`value`'))(
    'with two keys writes %s as %s',
    async (value, written) => {
      const unquoted = (cell = '') => cell.slice(1, -1)
      const secret = ['{{ secrets.one }}', '{{ secrets.other }}']
      const signing = { scheme: 'hmac', over: '{{ body }}', header: 'X-Sig', value: unquoted(value), secret }

      const request = await sign(signing, 'text', { one: 'first key', other: 'second key' })

      const form = headerOf(request, 'X-Sig').replaceAll(/[\da-f]{64}|[\w+/]{43}=|\d{10}/g, '…')
      expect(form).toBe(unquoted(written))
    },
  )
})
