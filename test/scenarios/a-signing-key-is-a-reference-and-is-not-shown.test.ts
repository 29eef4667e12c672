import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testFiles } from '../support/files.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headerOf } from './support/verify-signature.ts'

const key = randomBytes(40)
const partner = `whsec_${key.toString('base64')}`
const standard = { scheme: 'standard-webhooks', secret: '{{ secrets.partner }}' }
const hmac = {
  scheme: 'hmac',
  over: '{{ timestamp }}.{{ body }}',
  header: 'X-Signature',
  value: 't={{ timestamp }},v1={{ hex }}',
  secret: '{{ secrets.partner }}',
}

interface Refusal {
  readonly errors: readonly { readonly path: string; readonly message: string }[]
}

async function refusals(node: object) {
  const { post } = await service()
  const url = 'https://receiver.test/'
  const { status, body } = await post<Refusal>('/v1/preview', { node: { method: 'POST', url, ...node } })
  expect(status).toBe(400)
  return body.errors
}

describe('a node is refused with 400', () => {
  it.each([
    ['over', '{{ bdy }}', 'Did you mean "body"?'],
    ['over', 'body', 'has no placeholder'],
    ['over', '{{ hex }}', 'has "hex" in braces'],
    ['value', '{{ base-64 }}', 'Did you mean "base64"?'],
    ['value', 't={{ timestamp }}', 'write {{ hex }} or {{ base64 }}'],
    ['value', 'ü{{ hex }}', 'outside of ASCII'],
    ['value', 'a\n{{ hex }}', 'line break'],
    ['value', ' {{ hex }}', 'white space'],
    ['header', 'X Signature', 'is not a header name'],
    ['header', 'Content-Length', 'may not be set'],
    ['header', 'Idempotency-Key', 'a name of its own'],
    ['header', 'X-{{ id }}', 'must not contain a placeholder'],
    ['secret', 'geheim-4711', 'must be a reference to a secret'],
    ['secret', '{{ profile.secret }}', 'must be a reference to a secret'],
    ['secret', 'a{{ secrets.partner }}', 'must be a reference to a secret'],
    ['secret', '{{ secrets.partner }}{{ secrets.partner }}', 'must be a reference to a secret'],
    ['secret', '{{ secrets.partner | upcase }}', ''],
    ['secret', '{{ secrets[event.name] }}', ''],
  ])('whose %s is %j', async (member, text, message) => {
    expect(await refusals({ signing: { ...hmac, [member]: text } })).toEqual(
      expect.arrayContaining([
        { path: `/node/signing/${member}`, message: expect.stringContaining(message) },
      ]),
    )
  })

  it.each([
    [[], '/node/signing/secret'],
    [['{{ secrets.a }}', 'literal'], '/node/signing/secret/1'],
    [Array(6).fill('{{ secrets.a }}'), '/node/signing/secret'],
    [7, '/node/signing/secret'],
  ])('whose secrets are %j', async (secret, path) => {
    const errors = await refusals({ signing: { ...standard, secret } })

    expect(errors.map((error) => error.path)).toContain(path)
    expect(JSON.stringify(errors)).not.toContain('literal')
  })

  it.each([
    [
      {
        headers: [
          { name: 'X-A', value: 1 },
          { name: 'Webhook-ID', value: 'a' },
        ],
      },
      '/node/headers/1/name',
    ],
    [{ headers: [{ name: 'webhook-timestamp', value: 1, when: 'profile.a' }] }, '/node/headers/0/name'],
    [{ headers: [{ name: 'webhook-signature', literal: 'a' }] }, '/node/headers/0/name'],
    [{ auth: { type: 'apiKey', in: 'header', name: 'webhook-id', value: 'abcd' } }, '/node/auth/name'],
    [
      { signing: { ...hmac, header: 'Authorization' }, auth: { type: 'bearer', token: 'abcd' } },
      '/node/auth',
    ],
    [
      { signing: { ...hmac, header: 'x-SIGN' }, headers: [{ name: 'X-Sign', value: 1 }] },
      '/node/headers/0/name',
    ],
  ])('that has a header twice: %j', async (node, path) => {
    expect(await refusals({ signing: standard, ...node })).toEqual([
      { path, message: expect.stringContaining('is the header that "signing" writes') },
    ])
  })

  it('whose signing has unknown members, or those of another scheme', async () => {
    expect(await refusals({ signing: { ...standard, header: 'X' } })).toMatchObject([
      { path: '/node/signing/header' },
    ])
    expect(await refusals({ signing: { ...hmac, algorithm: 'sha1' } })).toMatchObject([
      { path: '/node/signing/algorithm' },
    ])
    expect(await refusals({ signing: { ...hmac, scheme: 'jws' } })).toMatchObject([
      { path: '/node/signing/scheme' },
    ])
  })
})

it('a reference stays one where the node has no other templates', async () => {
  const target = await receiver(json(200, {}))
  const { execute } = await service()
  const body = { structure: 'raw', contentType: 'text/plain', content: '{{ as it stands }}' }
  const signing = { ...hmac, over: '{{ body }}', value: '{{ hex }}' }

  await execute({
    node: { method: 'POST', url: target.url, templates: 'none', body, signing },
    secrets: { partner },
  })

  const expected = createHmac('sha256', partner).update('{{ as it stands }}').digest('hex')
  expect(headerOf(target.received[0], 'X-Signature')).toBe(expected)
})

/** A service with stored secrets, and a target that repeats what it gets in several spellings. */
async function worldWith(stored: object) {
  const files = await testFiles({ 'secrets.json': JSON.stringify(stored) })
  const target = await receiver((request, response) => {
    const signature = headerOf(request, 'webhook-signature')
    const spellings = [
      partner,
      key.toString('base64'),
      key.toString('hex'),
      key.toString('base64url'),
      signature,
    ]
    response.end(
      `${spellings.join(' ')} ${Buffer.from(signature).toString('base64')} ${encodeURIComponent(signature)}`,
    )
  })
  const running = await service({
    settings: { SECRETS_FILE: join(files.path, 'secrets.json'), LOG_LEVEL: 'trace' },
  })
  const node = { id: 'signed', method: 'POST', url: target.url, signing: standard }
  return { ...running, target, node }
}

describe('a stored secret signs', () => {
  it('where its binding says so or names no place', async () => {
    const { execute, node, target } = await worldWith({ partner: { value: partner, in: ['signing'] } })

    expect(await execute({ node })).toMatchObject({ succeeded: true })
    expect(target.received).toHaveLength(1)
  })

  it.each([
    [{ in: ['auth', 'headers'] }, 'in "signing"'],
    [{ hosts: ['elsewhere.example'] }, 'hosts'],
    [{ tenants: ['acme'] }, ''],
    [{ paths: ['/only-here'] }, 'paths'],
  ])('nothing where its binding does not: %j', async (binding, message) => {
    const { execute, node, target } = await worldWith({ partner: { value: partner, ...binding } })

    expect(await execute({ node })).toMatchObject({
      delivered: 'no',
      reason: {
        code: 'secret_not_allowed',
        path: '/node/signing/secret',
        message: expect.stringContaining(message),
      },
    })
    expect(target.received).toEqual([])
  })

  it('and is unknown without a value', async () => {
    const { execute, node } = await worldWith({})

    expect(await execute({ node })).toMatchObject({
      reason: { code: 'secret_missing', path: '/node/signing/secret' },
    })
  })
})

describe('neither key nor signature is shown', () => {
  it.each(['stored', 'own'])('of a secret that is %s', async (whose) => {
    const isStored = whose === 'stored'
    const { execute, node, target, log, drain } = await worldWith(
      isStored ? { partner: { value: partner } } : {},
    )

    const reply = await execute({ node, ...(isStored ? {} : { secrets: { partner } }) })

    await drain()
    const signature = headerOf(target.received[0], 'webhook-signature').slice('v1,'.length)
    const texts = JSON.stringify([reply, log])
    const hidden = [
      partner,
      key.toString('base64'),
      key.toString('hex'),
      key.toString('base64url'),
      signature,
    ]
    for (const value of hidden) expect(texts).not.toContain(value)
    expect(texts).not.toContain(encodeURIComponent(signature))
    expect(texts).not.toContain(Buffer.from(signature).toString('base64').slice(4, -6))
    expect(reply.request?.headers).toContainEqual(['webhook-signature', 'v1,•••'])
    expect(reply.response?.body).toMatch(/^•••/)
  })

  it('whatever stands around the signature in its header', async () => {
    const { execute, target, node } = await worldWith({})
    const signing = {
      ...hmac,
      header: 'webhook-signature',
      value: 't={{ timestamp }};{{ base64 }} {{ path }} {{ id }}',
    }
    const headers = [{ name: 'Idempotency-Key', value: 'id-of-order', sensitive: true }]
    const url = `${node.url}/?q={{ secrets.other }}`

    const reply = await execute({
      node: { ...node, url, headers, signing },
      secrets: { partner, other: 'other-secret' },
    })

    const sent = headerOf(target.received[0], 'webhook-signature')
    expect(sent).toMatch(/^t=\d{10};\S{44} \/\?q=other-secret id-of-order$/)
    expect(reply.request?.headers).toContainEqual([
      'webhook-signature',
      `${sent.slice(0, 12)};••• /?q=••• •••`,
    ])
  })
})

describe('a preview', () => {
  it('shows the headers without a key, and a command with variables for what depends on the time', async () => {
    const { preview, node } = await worldWith({})

    const { request, curl, warnings } = await preview({ node, idempotencyKey: 'key-1' })

    expect(request?.headers).toEqual(
      expect.arrayContaining([
        ['webhook-id', 'key-1'],
        ['webhook-timestamp', expect.stringMatching(/^\d{10}$/)],
        ['webhook-signature', 'v1,•••'],
      ]),
    )
    expect(curl).toContain(`--header 'webhook-id: key-1'`)
    expect(curl).toContain(`--header 'webhook-timestamp: '"$webhook_timestamp"`)
    expect(curl).toContain(`--header 'webhook-signature: '"$webhook_signature"`)
    expect(warnings).toEqual([
      {
        code: 'curl_not_exact',
        path: null,
        message: expect.stringContaining('depends on the time of sending'),
      },
    ])
  })

  it('has one variable for the header of an HMAC', async () => {
    const { preview, node } = await worldWith({})

    const { request, curl } = await preview({ node: { ...node, signing: hmac }, secrets: { partner } })

    expect(request?.headers).toContainEqual(['X-Signature', expect.stringMatching(/^t=\d{10},v1=•••$/)])
    expect(curl).toContain(`--header 'X-Signature: '"$x_signature"`)
    expect(JSON.stringify([request, curl])).not.toContain(partner)
  })

  it('checks the key that it is given', async () => {
    const { preview, node } = await worldWith({})

    const { simulated, curl } = await preview({ node, secrets: { partner: 'of another form' } })

    expect(simulated?.reason).toMatchObject({ code: 'secret_invalid', path: '/node/signing/secret' })
    expect(curl).toBe(null)
  })
})
