import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closings, closingTarget } from '../support/closing-target.ts'
import { testFiles } from '../support/files.ts'
import { inTurn, json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headerOf, signStandard, verifyStandard } from './support/verify-signature.ts'

const key = randomBytes(32)
const partner = `whsec_${key.toString('base64')}`
const signing = { scheme: 'standard-webhooks', secret: '{{ secrets.partner }}' }
const hmac = {
  scheme: 'hmac',
  over: '{{ timestamp }}.{{ body }}',
  header: 'X-Signature',
  value: 't={{ timestamp }},v1={{ hex }}',
  secret: '{{ secrets.partner }}',
}

/** Sends a node with a signature to a target that accepts everything. */
async function send(node: object, { secrets = { partner }, ...rest }: Record<string, unknown> = {}) {
  const target = await receiver(json(200, {}))
  const { execute } = await service()
  const reply = await execute({
    node: { method: 'POST', url: target.url, signing, ...node },
    secrets,
    ...rest,
  })
  return { reply, target, request: target.received[0] }
}

describe('Standard Webhooks', () => {
  it.each([
    { body: { structure: 'json', content: { a: 1, text: 'ü€😀' } } },
    { body: { structure: 'raw', contentType: 'text/plain', content: 'a\r\nb ü€😀 ' } },
    {
      body: {
        structure: 'simple',
        contentType: 'application/x-www-form-urlencoded',
        fields: [{ name: 'a', value: 'b c&d' }],
      },
    },
    { body: { structure: 'raw', contentType: 'text/plain', content: '' } },
    {},
    { method: 'GET' },
    { method: 'DELETE' },
  ])('is verified by its own library: %j', async (node) => {
    const { request } = await send(node)

    verifyStandard(request, partner)
  })

  it.each([
    ['text/plain; charset=iso-8859-1', 'Grüße'],
    ['text/plain; charset=utf-16', 'Grüße €'],
    ['text/plain; charset=shift_jis', '日本'],
  ])('covers the bytes that are sent, in %s', async (contentType, content) => {
    const { request } = await send({ body: { structure: 'raw', contentType, content } })

    expect(request?.body).not.toEqual(Buffer.from(content))
    expect(headerOf(request, 'webhook-signature')).toBe(signStandard(request, key))
  })

  it('has the id that goes out as Idempotency-Key: of the client, of the node, or of the execution', async () => {
    const own = { headers: [{ name: 'idempotency-KEY', value: 'order-{{ event.id }}' }] }
    const payload = { event: { id: 7 } }

    const byClient = await send({}, { idempotencyKey: 'key.0815' })
    const byNode = await send(own, { idempotencyKey: 'key.0815', payload })
    const byService = await send({})

    expect(headerOf(byClient.request, 'webhook-id')).toBe('key.0815')
    expect(headerOf(byNode.request, 'webhook-id')).toBe('order-7')
    expect(headerOf(byService.request, 'webhook-id')).toBe(byService.reply.executionId)
    for (const { request, reply } of [byClient, byNode, byService]) {
      expect(headerOf(request, 'idempotency-key')).toBe(headerOf(request, 'webhook-id'))
      expect(reply.idempotencyKey).toBe(headerOf(request, 'webhook-id'))
      verifyStandard(request, partner)
    }
  })

  it('sends nothing if a header of the node makes the id empty', async () => {
    const { reply, target } = await send({ headers: [{ name: 'Idempotency-Key', value: '' }] })

    expect(reply).toMatchObject({ delivered: 'no', reason: { code: 'value_missing', path: '/node/headers' } })
    expect(target.received).toEqual([])
  })

  it('is signed with each secret of a list, in one header', async () => {
    const other = `whsec_${randomBytes(64).toString('base64')}`
    const secret = ['{{ secrets.next }}', '{{ secrets.partner }}']
    const { request } = await send({ signing: { ...signing, secret } }, { secrets: { partner, next: other } })

    expect(headerOf(request, 'webhook-signature')).toMatch(/^v1,\S{44} v1,\S{44}$/)
    verifyStandard(request, partner)
    verifyStandard(request, other)
  })

  it.each([24, 25, 26, 32, 63, 64])('takes a key of %i bytes', async (bytes) => {
    const secret = `whsec_${randomBytes(bytes).toString('base64')}`
    const { request } = await send({}, { secrets: { partner: secret } })

    verifyStandard(request, secret)
  })

  const digits = (bytes: number) => Buffer.alloc(bytes, 0xa7).toString('base64')

  it.each([
    ['too short', `whsec_${digits(23)}`],
    ['too long', `whsec_${digits(65)}`],
    ['empty', 'whsec_'],
    ['without its prefix', digits(32)],
    ['with another prefix', `whsk_${digits(64)}`],
    ['in hex', `whsec_${Buffer.alloc(32, 0xa7).toString('hex').slice(0, 63)}`],
    ['without padding', `whsec_${digits(32).slice(0, -1)}`],
    ['in base64url', `whsec_${Buffer.alloc(33, 0xfb).toString('base64url')}`],
    ['with a line break behind it', `whsec_${digits(32)}\n`],
    ['with a blank before it', ` whsec_${digits(32)}`],
    ['with bits that no byte has', `whsec_${digits(32).slice(0, -2)}5=`],
    ['in upper case', `WHSEC_${digits(32)}`],
  ])('sends nothing with a key that is %s, and does not show it', async (_says, value) => {
    const files = await testFiles({ 'secrets.json': JSON.stringify({ stored: { value } }) })
    const target = await receiver(json(200, {}))
    const { execute, log } = await service({ settings: { SECRETS_FILE: join(files.path, 'secrets.json') } })
    const node = { method: 'POST', url: target.url }

    for (const name of ['stored', 'own']) {
      const reply = await execute({
        node: { ...node, signing: { ...signing, secret: ['{{ secrets.good }}', `{{ secrets.${name} }}`] } },
        secrets: { own: value, good: partner },
      })

      expect(reply).toMatchObject({
        branch: 'error',
        delivered: 'no',
        repeat: 'never',
        attempts: [],
        reason: {
          code: 'secret_invalid',
          blame: 'node',
          path: '/node/signing/secret/1',
          message: expect.stringMatching(`"${name}".*base64.* 24 to 64 bytes`),
        },
      })
      expect(JSON.stringify(reply)).not.toContain(value.trim().slice(6) || value)
    }
    expect(JSON.stringify(log)).not.toContain(value.trim().slice(6) || 'p6en')
    expect(target.received).toEqual([])
  })
})

describe('a signature of an attempt', () => {
  it('has a time of its own for each attempt, and the same id', async () => {
    const target = await receiver(inTurn(json(503, {}), json(503, {}), json(200, {})))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'PUT', url: target.url, signing, retry: { delaysMs: [1_500, 1] } },
      secrets: { partner },
    })

    expect(reply.succeeded).toBe(true)
    const [first, second, third] = target.received
    for (const request of target.received) verifyStandard(request, partner)
    expect(target.received.map((request) => headerOf(request, 'webhook-id'))).toEqual(
      target.received.map(() => reply.executionId),
    )
    expect(Number(headerOf(second, 'webhook-timestamp'))).toBeGreaterThan(
      Number(headerOf(first, 'webhook-timestamp')),
    )
    expect(headerOf(second, 'webhook-signature')).not.toBe(headerOf(first, 'webhook-signature'))
    expect(reply.request?.headers).toEqual(
      expect.arrayContaining([
        ['webhook-id', reply.executionId],
        ['webhook-timestamp', headerOf(third, 'webhook-timestamp')],
        ['webhook-signature', 'v1,•••'],
      ]),
    )
  })

  it('is made for the request that is sent again after its kept connection has closed', async () => {
    const target = await closingTarget(closings.destroy)
    const { execute } = await service()
    const node = { method: 'PUT', url: `https://127.0.0.1:${target.port}/`, signing }
    await execute({ node, secrets: { partner } })

    const reply = await execute({ node, secrets: { partner } })

    const heads = target.received().toString().split('\r\n\r\n').filter(Boolean)
    const written = heads.map((head) =>
      /^webhook-id: (.+)\r\nwebhook-timestamp: (\d+)\r\nwebhook-signature: v1,(.+)/m.exec(head),
    )
    expect(reply.attempts.map(({ purpose }) => purpose)).toEqual(['call', 'resend'])
    expect(written).toHaveLength(3)
    for (const [, id = '', seconds = '', signature = ''] of written.map((found) => found ?? []))
      expect(signature).toBe(createHmac('sha256', key).update(`${id}.${seconds}.`).digest('base64'))
    expect(written[1]?.[1]).toBe(reply.executionId)
    expect(written[2]?.[1]).toBe(reply.executionId)
  })

  it('is there beside a trace', async () => {
    const { request } = await send({ propagateTrace: true })

    expect(headerOf(request, 'traceparent')).toMatch(/^00-/)
    verifyStandard(request, partner)
  })
})

describe('an HMAC', () => {
  const secrets = { partner: 'ü key of €', other: 'other key' }
  const digest = (
    content: string | Buffer,
    encoding: 'hex' | 'base64',
    secret = secrets.partner,
    algorithm = 'sha256',
  ) => createHmac(algorithm, secret).update(content).digest(encoding)

  it('covers everything that it names, as it is sent', async () => {
    const { request } = await send(
      {
        method: 'PATCH',
        query: [{ name: 'q', value: 'ü b' }],
        body: { structure: 'json', content: { a: '€' } },
        signing: {
          ...hmac,
          algorithm: 'sha512',
          over: 'é{{method}} {{ path }}\n{{timestamp}}{{  id }}{{ body }}{',
          value: '{{ base64 }}',
        },
      },
      { secrets, idempotencyKey: 'key-1' },
    )

    const seconds = Math.floor(Date.now() / 1_000)
    const candidates = [seconds - 2, seconds - 1, seconds].map((time) =>
      digest(`éPATCH ${request?.target}\n${time}key-1${request?.body}{`, 'base64', secrets.partner, 'sha512'),
    )
    expect(request?.target).toBe('/?q=%C3%BC%20b')
    expect(candidates).toContain(headerOf(request, 'X-Signature'))
    expect(headerOf(request, 'Idempotency-Key')).toBe('key-1')
  })

  it('sends an Idempotency-Key only where it names an id', async () => {
    const { request } = await send({ signing: hmac }, { secrets })
    const withId = await send({ signing: { ...hmac, value: '{{ id }}:{{ hex }}' } }, { secrets })

    expect(request?.rawHeaders).not.toContain('Idempotency-Key')
    expect(headerOf(withId.request, 'X-Signature')).toMatch(`${withId.reply.executionId}:`)
    expect(headerOf(withId.request, 'Idempotency-Key')).toBe(withId.reply.executionId)
  })

  it.each([
    ['{{ hex }}', 'A,B'],
    ['sha256={{ hex }}', 'sha256=A,sha256=B'],
    ['t=1,v1={{ hex }}', 't=1,v1=A,v1=B'],
    ['ts=1;h1={{ hex }}', 'ts=1;h1=A;h1=B'],
    ['v1={{ hex }}, t=1', 'v1=A, v1=B, t=1'],
    ['v1 {{ hex }} z', 'v1 A B z'],
    ['HMAC id="{{ method }}", sig="{{ hex }}"', 'HMAC id="POST", sig="A", sig="B"'],
    ['a={{ hex }},b=1,c={{ base64 }}', 'a=A,a=B,b=1,c=C,c=D'],
  ])('with two secrets writes %s as %s', async (value, expected) => {
    const secret = ['{{ secrets.partner }}', '{{ secrets.other }}']
    const { request } = await send(
      { body: { structure: 'json', content: 1 }, signing: { ...hmac, over: '{{ body }}', value, secret } },
      { secrets },
    )

    const written = expected
      .replaceAll(/(?<==|="|^|,|v1 )A/g, digest('1', 'hex'))
      .replaceAll(/(?<==|="|^|,| )B/g, digest('1', 'hex', secrets.other))
      .replace(/(?<==)C/, digest('1', 'base64'))
      .replace(/(?<==)D/, digest('1', 'base64', secrets.other))
    expect(headerOf(request, 'X-Signature')).toBe(written)
  })

  it.each([
    ['contains a line break', 'b={{ body }},{{ hex }}', 'a\nb', 'header_invalid'],
    ['contains a character outside of ASCII', '{{ body }}{{ hex }}', 'ü', 'header_invalid'],
    ['is longer than 8192 characters', '{{ body }}{{ hex }}', 'a'.repeat(8_192), 'header_invalid'],
  ])('sends nothing if its header %s', async (says, value, content, code) => {
    const body = { structure: 'raw', contentType: 'text/plain', content }
    const { reply, target } = await send({ body, signing: { ...hmac, value } }, { secrets })

    expect(reply).toMatchObject({
      delivered: 'no',
      reason: { code, path: '/node/signing', message: expect.stringContaining(says) },
    })
    expect(target.received).toEqual([])
  })

  it.each([
    ['{{ timestamp }}.{{ body }}', '{{ hex }}', ['signature_unverifiable']],
    ['{{ timestamp }}.{{ body }}', 't={{ timestamp }},{{ hex }}', []],
    ['{{ body }}', '{{ hex }}', []],
  ])('over %s as %s has the warnings', async (over, value, codes) => {
    const { reply } = await send({ signing: { ...hmac, over, value } }, { secrets })

    expect(reply.warnings.map(({ code }) => code)).toEqual(codes)
  })

  it('counts against the limits of headers', async () => {
    const headers = Array.from({ length: 94 }, (_, at) => ({ name: `X-${at}`, value: '1' }))
    const { reply: full } = await send({ headers: headers.slice(3), signing: { ...signing } })
    const { reply } = await send({ headers, signing: { ...signing } })

    expect(full).toMatchObject({ succeeded: true })
    expect(reply).toMatchObject({ delivered: 'no', reason: { code: 'header_invalid' } })
  })
})

describe('a target that refuses a signature', () => {
  const hint = /"signing" of the node: check the token or secret there/

  it.each([
    [401, {}, ''],
    [401, { auth: { type: 'bearer', token: 'tok-4711' } }, 'The signature is wrong'],
    [403, {}, 'Invalid signature'],
  ])('with %i leads to the key, beside %j', async (status, part, error) => {
    const target = await receiver(json(status, { error }))
    const { execute } = await service()

    const reply = await execute({
      node: { method: 'POST', url: target.url, signing, ...part },
      secrets: { partner },
    })

    expect(reply.reason).toMatchObject({ hint: expect.stringMatching(hint), path: '/node/signing' })
  })

  it('leads to "auth" where nothing is said of a signature', async () => {
    const target = await receiver(json(401, { error: 'token expired' }))
    const { execute } = await service()
    const auth = { type: 'bearer', token: 'tok-4711' }

    const reply = await execute({
      node: { method: 'POST', url: target.url, signing, auth },
      secrets: { partner },
    })

    expect(reply.reason.path).toBe('/node/auth')
  })
})
