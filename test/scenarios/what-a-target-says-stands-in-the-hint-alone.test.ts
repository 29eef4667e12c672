import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { collector } from '../support/collector.ts'
import { testFiles } from '../support/files.ts'
import type { Answer } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const word = 'Xylophon4711'

/** Answers in which the word stands wherever a hint may quote it. */
const answers: readonly (readonly [what: string, node: object, answer: Answer])[] = [
  ['a message of JSON', {}, answering(422, `{"message":"no ${word}"}`)],
  ['a field that the target names', {}, answering(400, `{"errors":{"${word}":["is required"]}}`)],
  ['a short text', {}, answering(500, `no ${word}`, { 'content-type': 'text/plain' })],
  [
    'the title of a page',
    {},
    answering(404, `<html><title>${word}</title>`, { 'content-type': 'text/html' }),
  ],
  ['a fault of SOAP', {}, answering(500, `<Fault><faultstring>${word}</faultstring></Fault>`)],
  ['WWW-Authenticate', {}, answering(401, '', { 'www-authenticate': `Bearer error_description="${word}"` })],
  ['a scheme', {}, answering(401, '', { 'www-authenticate': `${word} realm="x"` })],
  ['Location', {}, answering(302, '', { location: `https://crm.example/${word}` })],
  ['a login page', {}, answering(302, '', { location: `https://crm.example/login/${word}` })],
  ['the start of a body', text('subscribed'), answering(200, `no ${word}`)],
  ['a value', condition('response.json.state == "done"'), answering(200, `{"state":"${word}"}`)],
  ['a member', condition('response.json.state == "done"'), answering(200, `{"other":"${word}"}`)],
  ['a name', condition('response.json.state == "done"'), answering(200, `{"${word}":1}`)],
  ['a page', condition('response.json.id'), answering(200, `<html><title>${word}</title>`)],
  ['a media type', condition('response.json.id'), answering(200, 'no', { 'content-type': `text/${word}` })],
  [
    'a content coding',
    text('subscribed'),
    answering(200, 'no', { 'content-encoding': word, 'content-type': 'text/plain' }),
  ],
  ['the media types that it takes', {}, answering(415, '', { 'accept-post': `text/${word}` })],
  ['an error of a success', condition('response.json.ok'), answering(200, `{"ok":false,"error":"${word}"}`)],
]

describe('the words of a target', () => {
  it.each(answers)(
    'stand in the hint, and neither in message nor in expected: %s',
    async (_what, node, answer) => {
      const target = await receiver(answer)
      const { execute } = await service()

      const { reason } = await execute({ node: { method: 'POST', url: target.url, ...node } })

      expect(reason.hint).toContain(word)
      expect(reason.message + reason.expected).not.toContain(word)
    },
  )

  it.each(answers)('stand nowhere in a brief reply: %s', async (_what, node, answer) => {
    const target = await receiver(answer)
    const { execute } = await service()

    const reply = await execute({ node: { method: 'POST', url: target.url, ...node }, diagnostics: 'brief' })

    expect(reply.reason.code).toBe('expectation_unmet')
    expect(reply.reason.hint).not.toBe('')
    expect(JSON.stringify(reply)).not.toContain(word)
  })

  it('stand in no log, no statistics, no metrics and no trace', async () => {
    const traces = await collector()
    const { execute, url, log, drain } = await service({
      settings: { LOG_LEVEL: 'trace', OTEL_EXPORTER_OTLP_ENDPOINT: traces.url },
    })
    for (const [, node, answer] of answers) {
      const target = await receiver(answer)
      const { reason } = await execute({ node: { id: 'n', method: 'POST', url: target.url, ...node } })
      expect(reason.hint).toContain(word)
    }

    const statistics = await (await fetch(`${url}/v1/nodes/n/stats`)).text()
    const metrics = await (await fetch(`${url}/metrics`)).text()
    await drain()

    const { lastFailures } = JSON.parse(statistics)
    expect(lastFailures).toHaveLength(answers.length)
    for (const { message, hint } of lastFailures)
      expect(Math.min(message.length, hint.length)).toBeGreaterThan(20)
    expect(traces.spans().length).toBeGreaterThan(answers.length)
    expect(log.length).toBeGreaterThan(answers.length)
    for (const text of [
      statistics,
      metrics,
      JSON.stringify(log),
      ...traces.deliveries.map(({ body }) => body),
    ])
      expect(text).not.toContain(word)
  })

  it.each<[what: string, part: object]>([
    ['a secret of the request', { auth: bearer('{{ secrets.own }}') }],
    ['a secret of the service', { auth: bearer('{{ secrets.stored }}') }],
    ['a sensitive value', { query: [{ name: 'pin', source: 'profile', field: 'pin', sensitive: true }] }],
  ])('are masked before they are cut: %s', async (_what, part) => {
    const value = 's3cr3t/value+1234567890'
    const { path } = await testFiles({ 's.json': JSON.stringify({ stored: { value } }) })
    const { execute } = await service({ settings: { SECRETS_FILE: join(path, 's.json') } })
    const spellings = [
      value,
      encodeURIComponent(value),
      Buffer.from(value).toString('base64'),
      value.replaceAll('/', '\\/'),
    ]

    for (const spelling of spellings)
      for (const before of [0, 170, 185, 199]) {
        const said = `${'x'.repeat(before)}${spelling}`
        const target = await receiver(answering(400, `{"message":"${said}"}`, { location: said }))
        const { reason } = await execute({
          node: { method: 'POST', url: target.url, ...part },
          payload: { profile: { pin: value } },
          secrets: { own: value },
        })
        expect(reason.hint).toContain(before < 190 ? '•••' : 'xxx')
        expect(reason.hint).not.toMatch(/s3cr|czNj/)
      }
  })

  it.each<[what: string, part: object]>([
    ['a secret of the request', { auth: bearer('{{ secrets.own }}') }],
    ['a secret of the service', { auth: bearer('{{ secrets.stored }}') }],
    ['a literal credential', { headers: [{ name: 'X-Api-Key', value: 'Kq7sWm2zTr9bVx4cNh6j' }] }],
    ['a sensitive value', { query: [{ name: 'pin', source: 'profile', field: 'pin', sensitive: true }] }],
  ])('show no value in a form that is found in short texts only: %s', async (what, part) => {
    const value = 'Kq7sWm2zTr9bVx4cNh6j'
    const { path } = await testFiles({ 's.json': JSON.stringify({ stored: { value } }) })
    const { execute } = await service({ settings: { SECRETS_FILE: join(path, 's.json') } })
    const hex = Buffer.from(value).toString('hex')
    const spellings = [
      value.toUpperCase(),
      value.toLowerCase(),
      [...value].toReversed().join(''),
      hex,
      hex.toUpperCase().replace(/..(?=.)/g, '$& '),
      value.replace(/.{4}(?=.)/g, '$&-'),
      Buffer.from(value.toUpperCase()).toString('base64'),
    ]

    for (const spelling of spellings)
      for (const [expectation, answer] of [
        [{}, answering(400, JSON.stringify({ message: `token ${spelling} is unknown` }))],
        [{}, answering(302, '', { location: `https://crm.example/${spelling}` })],
        [{}, answering(401, '', { 'www-authenticate': `Bearer error_description="no ${spelling}"` })],
        [text('subscribed'), answering(200, `no ${spelling}`)],
        [condition('response.json.state == "done"'), answering(200, JSON.stringify({ state: spelling }))],
        [
          condition('response.json.state == "done"'),
          answering(200, JSON.stringify({ [spelling]: spelling })),
        ],
      ] as const) {
        const target = await receiver(answer)
        const { reason, warnings } = await execute({
          node: { method: 'POST', url: target.url, ...part, ...expectation },
          payload: { profile: { pin: value } },
          secrets: what === 'a secret of the request' ? { own: value } : {},
        })
        expect(reason.hint).not.toBe('')
        expect(JSON.stringify([reason, warnings])).not.toContain(spelling)
      }
  })

  it('show no part of a secret that the target has cut', async () => {
    const value = 'Kq7sWm2zTr9bVx4cNh6j'
    const { execute } = await service()
    for (const part of [value.slice(0, 10), value.slice(-9), value.slice(3, 15)]) {
      const target = await receiver(
        answering(401, JSON.stringify({ message: `the token ${part} is unknown` })),
      )

      const { reason } = await execute({
        node: { method: 'POST', url: target.url, auth: bearer('{{ secrets.own }}') },
        secrets: { own: value },
      })

      expect(reason.hint).toContain('"the token ••• is unknown"')
    }
  })

  it('show no word of which the target has left out the rest, whoever it belongs to', async () => {
    const { path } = await testFiles({
      's.json': JSON.stringify({ stored: { value: 'Kq7sWm2zTr9bVx4cNh6j' } }),
    })
    const { execute } = await service({ settings: { SECRETS_FILE: join(path, 's.json') } })
    const target = await receiver(
      answering(401, JSON.stringify({ message: 'no key Kq7sWm2zTr… or Ab3sWm2zTr…' })),
    )

    const { reason } = await execute({
      node: { method: 'POST', url: target.url, auth: bearer('{{ secrets.stored }}') },
    })

    expect(reason.hint).toContain('"no key •••… or •••…"')
  })

  it('are one line that ends where its quotation mark stands', async () => {
    const said = 'one\\n\\ttwo\\u202e \\u200bthree\\u0000 \\"four\\" \\u201cfive\\u201d \\ud800six'
    const target = await receiver(answering(400, `{"message":"${said}"}`))
    const { execute } = await service()

    const { reason } = await execute({ node: { method: 'POST', url: target.url } })

    expect(reason.hint).toContain(`: "one two three 'four' 'five' six". `)
  })

  it('have 200 characters at most', async () => {
    const target = await receiver(answering(400, `{"message":"${'é'.repeat(5_000)}"}`))
    const { execute } = await service()

    const { reason } = await execute({ node: { method: 'POST', url: target.url } })

    expect(reason.hint).toContain(`"${'é'.repeat(200)}"…`)
  })

  it.each([
    ['compressed bytes without a label', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe])],
    ['nothing', Buffer.alloc(0)],
  ])('are left out where the body is %s', async (_what, body) => {
    const target = await receiver((_request, response) => response.writeHead(400).end(body))
    const { execute } = await service()

    const { reason } = await execute({ node: { method: 'POST', url: target.url } })

    expect(reason.hint).toBe(
      'The target does not accept the request. The node sends no body, which the 400 is probably about: add "body" to it, with the fields that the target wants.',
    )
  })
})

describe('a warning of rendering', () => {
  const emptyValue = { query: [{ name: 'email', source: 'profile', field: 'emial' }] }
  const answerOf = (status: number, body = '{}') => answering(status, body)

  it.each([400, 404, 422])('comes first where it may have led to a %i', async (status) => {
    expect(await reasonOf(emptyValue, answerOf(status))).toMatchObject({
      hint: expect.stringMatching(/^The profile has no attribute "emial"\. Did you mean "email"\?/),
      path: '/node/query/0',
    })
  })

  it.each([401, 403, 405, 409, 413, 429, 502, 503])(
    'is left to the warnings where it did not lead to a %i',
    async (status) => {
      const { hint, path } = await reasonOf(emptyValue, answerOf(status))

      expect(hint).not.toContain('emial')
      expect(path).not.toBe('/node/query/0')
    },
  )

  it('comes first where it may have led to a 500', async () => {
    const { hint, path } = await reasonOf(emptyValue, answerOf(500))

    expect(hint).toMatch(/^The profile has no attribute "emial"\..*that probably led to it/)
    expect(path).toBe('/node/query/0')
  })

  it('comes first where a conflict names its field', async () => {
    const { hint, path } = await reasonOf(
      emptyValue,
      answerOf(409, '{"message":"email has already been taken"}'),
    )

    expect(hint).toMatch(/^The profile has no attribute "emial"/)
    expect(path).toBe('/node/query/0')
  })

  it('of the field that the target names comes before others', async () => {
    const query = [
      { name: 'nick', source: 'profile', field: 'nick' },
      { name: 'email', source: 'profile', field: 'emial' },
    ]

    const { hint, path } = await reasonOf({ query }, answerOf(422, '{"errors":{"email":["is missing"]}}'))

    expect(hint).toMatch(/^The profile has no attribute "emial"/)
    expect(path).toBe('/node/query/1')
  })

  it('about an attribute that is empty, perhaps on purpose, follows what was compared', async () => {
    const part = {
      query: [{ name: 'plan', source: 'profile', field: 'plan' }],
      ...condition('response.json.total > 0'),
    }

    const { hint, path } = await reasonOf(part, answerOf(200, '{"total":0}'))

    expect(hint).toBe(
      'response.json.total is 0, which is not more than 0. The attribute profile.plan is empty.',
    )
    expect(path).toBe('/node/expect')
  })

  it('is left to the warnings where a text differs in case', async () => {
    const { hint } = await reasonOf({ ...emptyValue, ...text('ok') }, answerOf(200, 'OK'))

    expect(hint).not.toContain('emial')
  })
})

async function reasonOf(part: object, answer: Answer) {
  const target = await receiver(answer)
  const { execute } = await service()
  const payload = { profile: { email: 'ada@example.com', plan: '' } }
  return (await execute({ node: { method: 'POST', url: target.url, ...part }, payload })).reason
}

function answering(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => response.writeHead(status, headers).end(body)
}

function condition(value: string) {
  return { expect: { type: 'condition', value } }
}

function text(value: string) {
  return { expect: { type: 'string', value } }
}

function bearer(token: string) {
  return { type: 'bearer', token }
}
