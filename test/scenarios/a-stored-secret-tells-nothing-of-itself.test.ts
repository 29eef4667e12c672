import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ExecuteReply } from '../../src/contract/execution.ts'
import { testFiles } from '../support/files.ts'
import type { Answer } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

const secret = 'sk_live_9fK3mQx7Lr2Tz8Wb4Vc6Nd1P'
const anywhere = ['auth', 'headers', 'path', 'query', 'body']

/** A service that has a secret, which its nodes may put anywhere, and a target. */
async function worldWith(value: string, answer: Answer, settings: Record<string, string> = {}) {
  const target = await receiver(answer)
  const { path } = await testFiles({ 's.json': JSON.stringify({ key: { value, in: anywhere } }) })
  const running = await service({ settings: { ...settings, SECRETS_FILE: join(path, 's.json') } })
  return { ...running, target }
}

const auth = { type: 'bearer', token: '{{ secrets.key }}' }

/** What a reply says beside times, ids and the guess itself. */
function said(reply: ExecuteReply, guess: string): string {
  const { executionId: _id, durationMs: _ms, attempts, ...rest } = reply
  const ends = attempts.map(({ status, failure, delivered }) => [status, failure, delivered])
  const headers = rest.response?.headers?.filter(([name]) => name.toLowerCase() !== 'date')
  const told = JSON.stringify([{ ...rest, response: { ...rest.response, headers } }, ends])
  return told.replaceAll(guess, '?').replace(/[A-Za-z0-9+/]{60,}=*/g, ({ length }) => `base64 of ${length}`)
}

/** A text of that many characters with a guess that ends at a place. */
function padded(guess: string, end: number, length: number): string {
  return `${'x'.repeat(end - guess.length)}${guess}`.padEnd(length, 'y')
}

/** A right beginning of the secret and a wrong one of the same length: of each length, wrong at its end and at its start. */
const guesses: readonly (readonly [right: string, wrong: string])[] = Array.from(
  { length: secret.length - 4 },
  (_, index) => secret.slice(0, index + 4),
).flatMap((right) => [
  [right, `${right.slice(0, -1)}${right.at(-1) === 'z' ? 'y' : 'z'}`],
  [right, `z${right.slice(1)}`],
])

describe('a guess of a part of a secret of the service', () => {
  it('is not confirmed by a request that is never sent and shows it right before a cut', async () => {
    const { execute } = await worldWith(secret, (_request, response) => response.end(), {
      MAX_ECHO_BYTES: '200',
    })
    for (const [right, wrong] of guesses) {
      const [one, other] = await Promise.all(
        [right, wrong].map(async (guess) => {
          const content = `${'x'.repeat(200 - guess.length)}${guess}`
          const body = { structure: 'raw', contentType: 'text/plain', content }
          const node = { method: 'POST', url: 'https://localhost:22/', auth, body }
          return said(await execute({ node }), guess)
        }),
      )
      expect(one).toBe(other)
    }
  })

  it.each<[says: string, answer: (guess: string) => Answer]>([
    ['is cut by MAX_ECHO_BYTES', (guess) => (_request, response) => response.end(padded(guess, 200, 400))],
    [
      'is read up to MAX_RESPONSE_BYTES',
      (guess) => (_request, response) => response.end(padded(guess, 4_096, 9_000)),
    ],
    [
      'breaks off',
      (guess) => (_request, response, incoming) => {
        response.writeHead(200, { 'content-length': 99_999 })
        response.write(padded(guess, 3_000, 3_000), () => incoming.socket.destroy())
      },
    ],
    [
      'is no text',
      (guess) => (_request, response) =>
        response.end(Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(padded(guess, 148, 600))])),
    ],
    [
      'has it in a header',
      (guess) => (_request, response) => response.writeHead(200, { 'x-echo': guess }).end(),
    ],
  ])('is not confirmed by a response that %s right behind it', async (_says, answer) => {
    let guess = ''
    const { execute, target } = await worldWith(secret, (...call) => answer(guess)(...call), {
      MAX_ECHO_BYTES: '200',
      MAX_RESPONSE_BYTES: '4096',
    })
    const node = {
      method: 'POST',
      url: target.url,
      auth,
      expect: { type: 'string', value: 'never there' },
      capture: { body: '{{ response.body }}', header: '{{ response.headers.x-echo }}' },
    }
    for (const pair of guesses) {
      const told: string[] = []
      for (guess of pair) told.push(said(await execute({ node }), guess))
      expect(told[0]).toBe(told[1])
    }
  })

  it('is not confirmed by a condition or a capture over a body that broke off', async () => {
    const { execute, target } = await worldWith(secret, (_request, response, incoming) => {
      response.writeHead(200, { 'content-length': 9_999 })
      const cut = 'y'.repeat(2_000) + secret.slice(0, 20)
      response.write(cut, () => incoming.socket.destroy())
    })
    const node = {
      method: 'POST',
      url: target.url,
      auth,
      expect: { type: 'condition', value: `response.body contains "${secret.slice(0, 6)}"` },
      capture: { end: '{{ response.body | slice: -10, 10 }}' },
    }

    const reply = await execute({ node })

    expect(reply).toMatchObject({ succeeded: false, captured: { end: 'y'.repeat(10) } })
    expect(reply.response?.body).toBe('y'.repeat(2_020 - 1_024))
  })
})

describe('the extent of a mask', () => {
  it.each<[says: string, sketch: (guess: string) => { node?: object; rest?: object }]>([
    ['a secret of the request', (guess) => ({ rest: { secrets: { g: `X-T: ${guess}` } } })],
    [
      'a sensitive field',
      (guess) => ({
        node: { query: [{ name: 'q', value: `X-T: ${guess}`, sensitive: true }] },
      }),
    ],
    ['a credential of the node', (guess) => ({ node: { auth: { type: 'bearer', token: `X-T: ${guess}` } } })],
  ])('confirms no guess where %s overlaps it in the response', async (_says, sketch) => {
    const { execute, target } = await worldWith(secret, (request, response) =>
      response.end(`X-T: ${headersNamed(request, 'X-T')[0]?.[1]} and more`),
    )
    for (const [right, wrong] of guesses) {
      const [one, other] = await Promise.all(
        [right, wrong].map(async (guess) => {
          const { node, rest } = sketch(guess)
          const headers = [{ name: 'X-T', value: '{{ secrets.key }}' }]
          const reply = await execute({ node: { method: 'GET', url: target.url, headers, ...node }, ...rest })
          return reply.response?.body
        }),
      )
      expect(one).toBe(other)
      expect(one).toContain('•••')
    }
  })
})

describe('a secret of the service behind a begun escape', () => {
  it.each([
    ['a begun percent escape', '%{{ secrets.key }}'],
    ['half a percent escape', 'a=%4{{ secrets.key }}'],
    ['a begun \\u', '{"a":"\\u00{{ secrets.key }}"}'],
    ['a begun %u', 'k=%u00{{ secrets.key }}'],
    ['an encoded backslash and u', 'k=%5Cu00{{ secrets.key }}'],
    ['a begun entity', '&#{{ secrets.key }}'],
    ['a backslash', 'a\\{{ secrets.key }}'],
    ['a placeholder before it', '{{ profile.x }}{{ secrets.key }}'],
    ['a placeholder behind it', '{{ secrets.key }}{{ profile.x }}'],
    ['a digit behind it', '{{ secrets.key }}41'],
  ])('is refused in a header: %s', async (_says, value) => {
    const { execute, target } = await worldWith(secret, (_request, response) => response.end())

    const { reason } = await execute({
      node: { method: 'GET', url: target.url, headers: [{ name: 'X', value }] },
      payload: { profile: { x: '%4' } },
    })

    expect(reason.code).toBe('secret_not_allowed')
    expect(target.received).toEqual([])
  })

  it.each([
    'Bearer {{ secrets.key }}',
    'k={{ secrets.key }}; path=/',
    'key-{{ secrets.key }}',
    'a b {{ secrets.key }}, c',
  ])('is allowed in %s', async (value) => {
    const { execute, target } = await worldWith(secret, (_request, response) => response.end())

    await execute({ node: { method: 'GET', url: target.url, headers: [{ name: 'X', value }] } })

    expect(target.received).toHaveLength(1)
  })
})

describe('a failure about a secret of the service', () => {
  const reply = async (value: string, node: object) => {
    const { execute, target } = await worldWith(value, (request, response) => response.end(request.body))
    const told = said(await execute({ node: { method: 'POST', url: target.url, ...node } }), target.url)
    return told.replaceAll(`localhost:${target.port}`, '?')
  }

  it.each<[says: string, node: object, values: readonly [string, string]]>([
    [
      'which character does not fit into a header',
      { headers: [{ name: 'X', value: '{{ secrets.key }}' }] },
      ['line\nbreak', 'ümlaut-abc'],
    ],
    [
      'whether it is the colon or the character',
      { auth: { type: 'basic', username: '{{ secrets.key }}', password: 'x' } },
      ['user:name', 'other:one:two'],
    ],
    ['whether white space is around it', { auth }, [' padded-token ', 'padded-token-2']],
    [
      'how much of it JSON has to escape',
      { body: { structure: 'json', content: { a: '{{ secrets.key }}' } } },
      ['"quoted"\\"', 'plain-text'],
    ],
    [
      'how long it is',
      { body: { structure: 'raw', contentType: 'text/xml', content: '<a>{{ secrets.key }}</a>' } },
      ['short-key', 'a-much-longer-key-than-the-other-one'],
    ],
    [
      'how long it is, by the size of an answer',
      {
        headers: [{ name: 'X', value: '{{ secrets.key }}' }],
        body: { structure: 'json', content: { a: '{{ secrets.key }}' } },
      },
      ['short-key', 'a-much-longer-key-than-the-other-one'],
    ],
    [
      'by how much a header is too long',
      { headers: [{ name: 'X', value: `${'x'.repeat(8_190)}{{ secrets.key }}` }] },
      ['short-key', 'a-much-longer-key-than-the-other-one'],
    ],
    [
      'by how much all headers are too long',
      {
        headers: Array.from({ length: 5 }, (_, index) => ({
          name: `X-${index}`,
          value: `${'x'.repeat(7_000)}{{ secrets.key }}`,
        })),
      },
      ['short-key', 'a-much-longer-key-than-the-other-one'],
    ],
    [
      'by how much a URL is too long',
      { query: [{ name: 'q', value: `${'x'.repeat(8_200)}{{ secrets.key }}` }] },
      ['short-key', 'a-much-longer-key-than-the-other-one'],
    ],
  ])('does not tell %s', async (_says, node, [one, other]) => {
    expect(await reply(one, node)).toBe(await reply(other, node))
  })

  it.each<[says: string, node: object]>([
    ['a header', { headers: [{ name: 'X', value: 'a {{ secrets.key }}' }] }],
    ['a user name', { auth: { type: 'basic', username: '{{ secrets.key }}', password: 'x' } }],
    ['a query', { query: [{ name: 'q', value: `${'x'.repeat(8_190)}{{ secrets.key }}` }] }],
  ])('is secret_invalid without a detail, in %s', async (_says, node) => {
    const { execute, target } = await worldWith('wrong:\nü', (_request, response) => response.end())

    const { reason, delivered, request } = await execute({
      node: { method: 'POST', url: target.url, ...node },
    })

    expect(reason).toMatchObject({
      code: 'secret_invalid',
      message: 'A secret cannot be used where the node puts it.',
      blame: 'node',
    })
    expect([delivered, request]).toEqual(['no', null])
    expect(target.received).toEqual([])
  })
})

describe('a lookup of a secret of the service', () => {
  it('comes after the judgement of target, port and binding, so that a closed target does not even tell whether the secret exists', async () => {
    const { execute } = await worldWith(secret, (_request, response) => response.end())
    const told = await Promise.all(
      ['key', 'nope'].map(async (name) => {
        const token = `{{ secrets.${name} }}`
        const node = { method: 'POST', url: 'https://localhost:22/', auth: { type: 'bearer', token } }
        return said(await execute({ node }), name)
      }),
    )

    expect(told[0]).toBe(told[1])
    expect(told[0]).toContain('"code":"address_denied"')
  })

  it.each([
    ['/bot{{ secrets.key }}/send', true],
    ['/{{ secrets.key }}/send', true],
    ['/{{ secrets.key }}', true],
    ['/{{ secrets.key }}?a=b', true],
    ['/{{ secrets.key }}.json', false],
    ['/{{ profile.x }}{{ secrets.key }}', false],
    ['/{{ profile.x }}-{{ secrets.key }}', false],
    ['/{{ secrets.key }}{{ secrets.key }}', false],
  ])('allows in a path a whole segment or the end of one that begins literally: %s', async (tail, isSent) => {
    const { execute, target } = await worldWith(secret, (_request, response) => response.end())

    const { reason } = await execute({
      node: { method: 'GET', url: target.url + tail },
      payload: { profile: { x: 'pre' } },
    })

    expect(reason.code).toBe(isSent ? 'expectation_met' : 'secret_not_allowed')
    expect(target.received).toHaveLength(isSent ? 1 : 0)
  })

  it.each([
    ['application/json', '{"a":"{{ secrets.key }}"}', true],
    ['text/xml', '<a>{{ secrets.key }}</a>', true],
    ['text/xml', "<a b='{{ secrets.key }}'/>", true],
    ['application/x-www-form-urlencoded', 'a=b&key={{ secrets.key }}&c=d', true],
    ['application/x-www-form-urlencoded', 'key={{ secrets.key }}', true],
    ['text/plain', '{{ secrets.key }}', true],
    ['application/json', '{"a":"\\u00{{ secrets.key }}"}', false],
    ['application/json', '{"a":"{\\"b\\":\\"{{ secrets.key }}\\"}"}', false],
    ['application/json', '{"a":"{{ secrets.key }}@x.io"}', false],
    ['application/json', '{"a":"{{ profile.x }}{{ secrets.key }}"}', false],
    ['text/plain', 'key: {{ secrets.key }}', false],
    ['text/plain', '>{{ secrets.key }}"', false],
  ])('wants delimiters of the author around it in a body (%s): %s', async (contentType, content, isSent) => {
    const { execute, target } = await worldWith(secret, (_request, response) => response.end())
    const body = { structure: 'raw', contentType, content }

    const { reason } = await execute({
      node: { method: 'POST', url: target.url, body },
      payload: { profile: { x: 'pre' } },
    })

    expect(reason.code).toBe(isSent ? 'expectation_met' : 'secret_not_allowed')
    expect(target.received).toHaveLength(isSent ? 1 : 0)
  })
})

describe('a secret of the service in a response', () => {
  const value = 'sk-9fK3mQx7Lr2Tz8Wb/+='
  const hex = (text: string) => Array.from(text, (one) => one.charCodeAt(0).toString(16).padStart(2, '0'))
  const base64 = (text: string) => Buffer.from(text).toString('base64')

  it.each<[says: string, headers: Record<string, string>, body: string | Buffer]>([
    [
      'as ASCII under the label of UTF-16',
      { 'content-type': 'text/plain; charset=utf-16le' },
      `key ${value}!!`,
    ],
    ['as UTF-16', { 'content-type': 'text/plain; charset=utf-16le' }, Buffer.from(value, 'utf16le')],
    [
      'as UTF-16 that is called UTF-8',
      { 'content-type': 'text/plain; charset=utf-8' },
      Buffer.from(value, 'utf16le'),
    ],
    ['in base64 of base64', {}, base64(base64(`key ${value}`))],
    ['in base64url of base64', {}, Buffer.from(base64(`my ${value}`)).toString('base64url')],
    ['in base64 that is wrapped', {}, base64(`${'x'.repeat(50)}${value}yyy`).replace(/.{40}/g, '$&\r\n')],
    [
      'with \\x escapes',
      {},
      hex(value)
        .map((digits) => `\\x${digits}`)
        .join(''),
    ],
    [
      'with %u escapes',
      {},
      hex(value)
        .map((digits) => `%u00${digits}`)
        .join(''),
    ],
    [
      'with \\u{} escapes',
      {},
      hex(value)
        .map((digits) => `\\u{${digits}}`)
        .join(''),
    ],
    [
      'in quoted-printable',
      {},
      hex(value)
        .map((digits) => `=${digits.toUpperCase()}`)
        .join(''),
    ],
    [
      'in quoted-printable that is wrapped',
      {},
      `${value.slice(0, 9)}=\r\n${value.slice(9).replace('=', '=3D')}`,
    ],
    ['with named entities', {}, value.replace('/', '&sol;').replace('+', '&plus;').replace('=', '&equals;')],
    [
      'in full width',
      {},
      Array.from(value, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)).join(''),
    ],
  ])('is found %s', async (_says, headers, body) => {
    const { execute, target } = await worldWith(value, (_request, response) =>
      response.writeHead(200, headers).end(body),
    )

    const { response, captured } = await execute({
      node: { method: 'POST', url: target.url, auth, capture: { body: '{{ response.body }}' } },
    })

    expect(response?.body).toContain('•••')
    expect(captured.body).toContain('•••')
    expect(response?.body?.length).toBeLessThan(120)
    expect(response).toMatchObject({ bodyBytes: null })
  })

  it.each([
    ['with white space around it, which no header keeps', ' padded-token-9f8e \t', 'padded-token-9f8e'],
    [
      'with other line ends',
      '-----BEGIN KEY-----\nMIIEvQ\nIBADANBg\n-----END KEY-----',
      '-----BEGIN KEY-----\r\nMIIEvQ\r\nIBADANBg\r\n-----END KEY-----',
    ],
    [
      'with blanks for line ends',
      '-----BEGIN KEY-----\nMIIEvQ\nIBADANBg\n-----END KEY-----',
      '-----BEGIN KEY----- MIIEvQ IBADANBg -----END KEY-----',
    ],
  ])('is found %s', async (_says, stored, echoed) => {
    const { execute, target } = await worldWith(stored, (_request, response) =>
      response.end(`got ${echoed}!`),
    )
    const body = { structure: 'json', content: { k: '{{ secrets.key }}' } }
    const headers = stored.includes('\n') ? [] : [{ name: 'X', value: 'Token {{ secrets.key }}' }]

    const { response, captured } = await execute({
      node: { method: 'POST', url: target.url, body, headers, capture: { body: '{{ response.body }}' } },
    })

    expect([response?.body, captured.body]).toEqual(['got •••!', 'got •••!'])
  })

  it('keeps the length of the response from being captured', async () => {
    const { execute, target } = await worldWith(value, (_request, response) =>
      response.writeHead(200, { 'content-length': value.length }).end(value),
    )
    const capture = { length: '{{ response.headers["content-length"] }}' }

    expect((await execute({ node: { method: 'POST', url: target.url, auth, capture } })).captured).toEqual({
      length: '•••',
    })
  })
})
