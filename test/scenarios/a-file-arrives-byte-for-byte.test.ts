import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readMultipart } from '../support/read-multipart.ts'
import { hangUp, json, type ReceivedRequest } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(40_000)])

const parts = [
  { name: 'note', value: 'from {{ profile.name }}' },
  { name: 'photo', filename: '{{ event.name }}', contentType: 'image/png', source: 'event', field: 'photo' },
]
const payload = {
  profile: { name: 'Ada' },
  event: { name: 'a "b".png', photo: png.toString('base64') },
}

function readHeader({ rawHeaders }: ReceivedRequest, name: string): string {
  const at = rawHeaders.findIndex((one, index) => index % 2 === 0 && one.toLowerCase() === name)
  return rawHeaders[at + 1] ?? ''
}

describe('a file', () => {
  it('arrives in a part of a multipart body, and the reply shows its type, size and first bytes', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: target.url, body: { structure: 'multipart', parts } },
      payload,
    })

    const [received] = target.received
    if (received === undefined) throw new TypeError(JSON.stringify(reply))
    expect(reply).toMatchObject({ branch: 'success', warnings: [] })
    expect(readHeader(received, 'content-length')).toBe(String(received.body.length))
    expect(reply.request?.bodyBytes).toBe(received.body.length)
    expect(await readMultipart(readHeader(received, 'content-type'), received.body)).toEqual([
      { name: 'note', filename: null, type: null, content: Buffer.from('from Ada') },
      { name: 'photo', filename: 'a %22b%22.png', type: 'image/png', content: png },
    ])
    expect(reply.request?.body).toBe(
      [
        '--webhook-node-boundary-00000000',
        'Content-Disposition: form-data; name="note"',
        '',
        'from Ada',
        '--webhook-node-boundary-00000000',
        'Content-Disposition: form-data; name="photo"; filename="a %22b%22.png"',
        'Content-Type: image/png',
        '',
        `[image/png, 40008 bytes, beginning with 89 50 4e 47 0d 0a 1a 0a ${png.toString('hex', 8, 16).replace(/..(?=.)/g, '$& ')}]`,
        '--webhook-node-boundary-00000000--',
        '',
      ].join('\r\n'),
    )
  })

  it('arrives as the whole body', async () => {
    const target = await receiver(json(200, {}))
    const { execute } = await service()
    const body = { structure: 'binary', source: 'event', field: 'photo', contentType: 'image/png' }

    const reply = await execute({ node: { method: 'PUT', url: target.url, body }, payload })

    expect(target.received[0]?.body).toEqual(png)
    expect(target.received[0]?.rawHeaders).toContain('image/png')
    expect(reply.request).toMatchObject({
      body: expect.stringMatching(
        /^\[image\/png, 40008 bytes, beginning with 89 50 4e 47( [\da-f]{2}){12}\]$/,
      ),
      bodyBytes: 40_008,
    })
  })

  it('arrives with the same bytes and the same boundary when the call is tried again', async () => {
    let calls = 0
    const target = await receiver((...call) => (calls++ === 0 ? json(503, {}) : json(200, {}))(...call))
    const { execute } = await service()
    const retry = { attempts: 2, initialDelayMs: 0 }
    const node = { method: 'PUT', url: target.url, body: { structure: 'multipart', parts }, retry }

    const reply = await execute({ node, payload })

    const [first, second] = target.received
    expect(reply).toMatchObject({ branch: 'success', attempts: [{ status: 503 }, { status: 200 }] })
    expect(second?.body).toEqual(first?.body)
    expect(second?.rawHeaders).toEqual(first?.rawHeaders)
  })

  it('is sent again after a kept connection has ended, as any other body', async () => {
    let calls = 0
    const target = await receiver((...call) => (calls++ === 1 ? hangUp : json(200, {}))(...call))
    const { execute } = await service()
    const body = { structure: 'binary', source: 'event', field: 'photo' }
    const node = { method: 'PUT', url: target.url, body }
    await execute({ node, payload })

    const reply = await execute({ node, payload })

    expect(reply.attempts.map(({ purpose }) => purpose)).toEqual(['call', 'resend'])
    expect(target.received.map((one) => one.body.equals(png))).toEqual([true, true, true])
  })

  it('of 10 MB arrives where the operator allows it, and else the failure says what is too large', async () => {
    const target = await receiver(json(200, {}))
    const large = randomBytes(10_000_000)
    const call = {
      node: { method: 'POST', url: target.url, body: { structure: 'multipart', parts } },
      payload: { ...payload, event: { name: 'a', photo: large.toString('base64') } },
    }
    const own = await service({ settings: { MAX_REQUEST_BYTES: '16777216', MAX_RENDERED_BYTES: '16777216' } })
    const usual = await service({ settings: { MAX_REQUEST_BYTES: '16777216' } })

    expect(await own.execute(call)).toMatchObject({ branch: 'success', attempts: [{ status: 200 }] })
    expect(await usual.execute(call)).toMatchObject({
      branch: 'error',
      reason: {
        code: 'request_too_large',
        path: '/node/body/parts/1',
        message: expect.stringContaining('Its largest part is "photo".'),
        hint: expect.stringContaining('MAX_RENDERED_BYTES'),
      },
      attempts: [],
    })
    const [received] = target.received
    if (received === undefined) throw new TypeError('nothing arrived')
    const read = await readMultipart(readHeader(received, 'content-type'), received.body)
    expect(read[1]?.content.equals(large)).toBe(true)
  })
})

describe('what is shown of a file', () => {
  const secret = 'correct-horse-battery-staple'

  async function show(
    file: Buffer | string,
    more: object = {},
    secrets: Record<string, string> = { secret },
  ) {
    const target = await receiver(json(200, {}))
    const { execute, preview } = await service()
    const body = {
      structure: 'multipart',
      parts: [{ name: 'f', filename: 'f', source: 'event', field: 'f', ...more }],
    }
    const event = { f: Buffer.from(file).toString('base64') }
    const call = { node: { method: 'POST', url: target.url, body }, payload: { event }, secrets }
    const reply = await execute(call)
    const previewed = await preview(call)
    const shown = reply.request?.body?.split('\r\n').at(-3) ?? ''
    return { shown, all: JSON.stringify([reply, previewed]), curl: previewed.curl ?? '' }
  }

  it.each<[is: string, file: Buffer | string, shown: string]>([
    ['a text', 'Hello, "world"', '[application/octet-stream, 14 bytes, beginning with "Hello, \\"world\\""]'],
    [
      'a long text',
      'ab\n'.repeat(100),
      `[application/octet-stream, 300 bytes, beginning with ${JSON.stringify('ab\n'.repeat(11).slice(0, 32))}…]`,
    ],
    ['bytes', Buffer.from([0, 1]), '[application/octet-stream, 2 bytes, beginning with 00 01]'],
    ['one byte', Buffer.from('a'), '[application/octet-stream, 1 byte, beginning with "a"]'],
    ['a secret', secret, '[application/octet-stream, 28 bytes, beginning with "•••"]'],
    [
      'a secret between bytes',
      Buffer.concat([Buffer.from([1]), Buffer.from(secret), Buffer.from([0xff])]),
      '[application/octet-stream, 30 bytes, beginning with "\\u0001•••\ufffd"]',
    ],
    [
      'a secret in base64',
      Buffer.from(secret).toString('base64'),
      '[application/octet-stream, 40 bytes, beginning with "•••=="]',
    ],
    [
      'a secret in UTF-16',
      Buffer.from(secret, 'utf16le'),
      '[application/octet-stream, 56 bytes, beginning with "•••\\u0000"]',
    ],
    [
      'a secret behind what is shown',
      `${'-'.repeat(30)}${secret}`,
      `[application/octet-stream, 58 bytes, beginning with "${'-'.repeat(30)}••"…]`,
    ],
    ['base64 without an end', 'QUJD'.repeat(10_000), '[application/octet-stream, 40000 bytes]'],
  ])('is type, size and begin, with masks: %s', async (_is, file, expected) => {
    const { shown, all } = await show(file)

    expect(shown).toBe(expected)
    expect(all).not.toContain(secret)
    expect(all).not.toContain(Buffer.from(secret).toString('base64'))
  })

  it('is no beginning of a secret, wherever the file is cut', async () => {
    const { shown } = await show(secret + 'x'.repeat(20_000), {}, { secret: secret + 'x'.repeat(30_000) })

    expect(shown).not.toContain('correct')
  })

  it('is nothing of a sensitive file', async () => {
    const { shown, all, curl } = await show('private words of a file', { sensitive: true }, {})

    expect(shown).toBe('[application/octet-stream, 23 bytes, beginning with •••]')
    expect(all).not.toContain('private')
    expect(all).not.toContain(Buffer.from('private words').toString('base64').slice(0, 16))
    expect(curl).toContain('cat "$f"')
  })
})
