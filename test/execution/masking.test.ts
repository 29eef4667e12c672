import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExecuteReply, PreviewReply } from '../../src/contract/execution.ts'
import {
  attempt,
  createResponse,
  egressWith,
  execute,
  failing,
  preview,
  responding,
} from './support/executions.ts'

const escapeJson = (text: string) => JSON.stringify(text).slice(1, -1)

/** The forms in which a value may come back. */
const forms: readonly ((text: string) => string)[] = [
  (text) => text,
  encodeURIComponent,
  (text) => encodeURIComponent(text).replace(/%[\dA-F]{2}/g, (escaped) => escaped.toLowerCase()),
  (text) => new URLSearchParams([['', text]]).toString().slice(1),
  escapeJson,
  (text) => escapeJson(escapeJson(text)),
  (text) => Buffer.from(text).toString('base64'),
  (text) => Buffer.from(text).toString('base64url'),
  (text) => Buffer.from(`ab${text}cd`).toString('base64'),
]

const secret = fc
  .tuple(fc.string({ unit: fc.constantFrom(...'aB3-_.~/+=&?#%"\\ <>é€'), minLength: 0, maxLength: 12 }))
  .map(([text]) => `k${text}Zq7x`)

const node = {
  url: 'https://t.example/{{ secrets.s }}/x?y={{ secrets.s }}',
  auth: { type: 'basic', username: 'user', password: '{{ secrets.s }}' },
  query: [{ name: 'q', value: 'pre {{ secrets.s }}' }],
  headers: [{ name: 'X-Q', value: '{% if true %}{{ secrets.s }}{% endif %}', when: 'profile.ascii' }],
  body: {
    structure: 'json',
    content: { a: '{{ secrets.s }}', b: ['x {{ secrets.s }}'], c: '{{ profile }}' },
  },
  expect: { type: 'string', value: 'never there' },
  capture: {
    body: '{{ response.body }}',
    json: '{{ response.json }}',
    header: '{{ response.headers.x-echo }}',
    upper: '{{ response.body | base64_encode }}',
  },
} as const

describe('a reply', () => {
  it('shows no secret in any form, whatever the target echoes', async () => {
    await fc.assert(
      fc.asyncProperty(secret, async (s) => {
        const echo = egressWith(({ target, headers, body }) => {
          const seen = {
            target,
            headers,
            body: body?.toString(),
            forms: forms.map((write) => write(s)),
            [s]: s,
          }
          const echoed = escapeAscii(forms.map((write) => write(s)).join(' '))
          return [
            attempt({
              kind: 'responded',
              response: createResponse({
                status: 500,
                headers: [
                  ['X-Echo', echoed],
                  ['Location', `/?${s}`],
                ],
                body: JSON.stringify(seen),
              }),
            }),
          ]
        })
        const payload = { profile: { ascii: /^[\x20-\x7e]*$/.test(s), copy: s } }

        expectNone(shown(await execute({ node, payload, secrets: { s } }, echo)), s)
        expectNone(
          shownOfPreview(
            preview({
              node,
              payload,
              secrets: { s },
              simulate: { status: 200, body: JSON.stringify({ s, t: [escapeJson(s)] }) },
            }),
          ),
          s,
        )
      }),
      { numRuns: 300 },
    )
  })

  it('shows no secret in base64 where the body is no text', async () => {
    const body = Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from('s3cr3t-token'), Buffer.from([0xff])])
    const { response } = await execute({ secrets: { s: 's3cr3t-token' } }, responding({ body }))

    expect(response?.bodyEncoding).toBe('base64')
    expect(response?.body).toContain('•••')
  })

  it('shows no secret as an XML document echoes it, nor as one sends it', async () => {
    const body = { structure: 'raw', contentType: 'text/xml', content: '<a>{{ secrets.s }}</a>' } as const
    const reply = await execute(
      { node: { body }, secrets: { s: 'a<b&"c"' } },
      responding({ body: '<x>a&lt;b&amp;&quot;c&quot;</x>' }),
    )

    expect(reply.request?.body).toBe('<a>•••</a>')
    expect(reply.response?.body).toBe('<x>•••</x>')
  })

  it.each(['capped', 'broken', 'timed_out'] as const)(
    'shows no secret of which a cut (%s) left the beginning',
    async (ending) => {
      const body = 'echo: s3cr3t-to'
      const egressClient =
        ending === 'timed_out'
          ? failing('response_timeout', { response: { body, ending } })
          : responding({ body, ending })
      const capture = {
        body: '{{ response.body }}',
        more: '{{ response.body | append: "!" | base64_encode }}',
      }
      const reply = await execute(
        { node: { expect: { type: 'string', value: 'no' }, capture }, secrets: { s: 's3cr3t-token' } },
        egressClient,
      )

      expect(reply.captured).toMatchObject({ body: 'echo: s3cr3t-to' })
      expect(shown(reply)).not.toContain('s3cr')
      expect(shown(reply)).not.toContain(Buffer.from('s3cr3t').toString('base64'))
    },
  )

  it('shows no secret of which an excerpt would leave the beginning', async () => {
    const body = `${'x'.repeat(110)}s3cr3t-token-that-is-long`
    const reply = await execute(
      { node: { expect: { type: 'string', value: 'no' } }, secrets: { s: 's3cr3t-token-that-is-long' } },
      responding({ body }),
      { maxEchoBytes: 116 },
    )

    expect(JSON.stringify(reply)).not.toContain('s3cr')
  })
})

describe('a value that must not be seen', () => {
  it.each([
    ['a sensitive number', { source: 'profile', field: 'pin', sensitive: true }, 12345678],
    ['a sensitive list', { source: 'profile', field: 'pin', sensitive: true }, ['first-pin', 'second-pin']],
    ['a sensitive template', { value: 'x-{{ profile.pin }}', sensitive: true }, 'pin-text'],
  ] as const)('is hidden where the target echoes it: %s', async (_says, source, pin) => {
    const fields = [{ name: 'pin', ...source }]
    const reply = await execute(
      {
        node: { body: { structure: 'simple', fields }, capture: { v: '{{ response.json }}' } },
        payload: { profile: { pin } },
      },
      egressWith(({ body }) => [
        attempt({ kind: 'responded', response: createResponse({ body: body?.toString() ?? '' }) }),
      ]),
    )

    for (const text of [pin].flat()) expect(shown(reply)).not.toContain(String(text))
    expect(JSON.stringify(reply.captured)).toContain(String([pin].flat()[0]))
  })

  it.each(['Set-Cookie', 'X-Auth-Token', 'Authorization', 'x-api-key'])(
    'may be the value of %s of a response, wherever it comes',
    async (name) => {
      const node = { capture: { all: '{{ response.headers | json }}', body: '{{ response.body }}' } }
      const reply = await execute(
        { node },
        responding({ headers: [[name, 'sid=c0ok1e']], body: 'sid=c0ok1e' }),
      )

      expect(reply.response?.headers).toEqual([[name, '•••']])
      expect(shown(reply)).not.toContain('c0ok1e')
      expect(reply.captured).toMatchObject({ body: 'sid=c0ok1e' })
    },
  )

  it('may be the credential behind its scheme', async () => {
    const node = { headers: [{ name: 'Authorization', value: 'Token abcdef123' }] }
    const reply = await execute({ node }, responding({ body: 'you sent abcdef123' }))

    expect(reply.response?.body).toBe('you sent •••')
  })

  it('is never an id, a branch or a code', async () => {
    const secrets = { a: 'n-4711', b: 'c-4711', c: 'acme-1', d: 'my-yes', e: 'expectation_met' }
    const reply = await execute({
      node: { id: 'n-4711', branches: { success: 'my-yes' } },
      correlationId: 'c-4711',
      tenant: 'acme-1',
      secrets,
    })

    expect(reply).toMatchObject({
      nodeId: 'n-4711',
      correlationId: 'c-4711',
      tenant: 'acme-1',
      branch: 'my-yes',
      reason: { code: 'expectation_met' },
    })
  })
})

describe('the words of the service', () => {
  it('stay where a user name or a password is one of them', async () => {
    const auth = {
      type: 'basic',
      username: '{{ secrets.user }}',
      password: '{{ secrets.password }}',
    } as const
    const { reason } = await execute(
      { node: { auth }, secrets: { user: 'target', password: 'credential' } },
      responding({ status: 401, body: 'no target has the credential' }),
    )

    expect(reason.hint).toContain('The target')
    expect(reason.hint).toContain('credential')
    expect(reason.hint).toContain('"no ••• has the •••"')
  })
})

/** What people see of a reply. Captured values are data: they are what the target has sent. */
function shown(reply: ExecuteReply): string {
  return JSON.stringify({ ...reply, captured: null })
}

function shownOfPreview({ simulated, ...reply }: PreviewReply): string {
  return JSON.stringify({ ...reply, simulated: { ...simulated, captured: null } })
}

function escapeAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}

/** Looks for the secret in the JSON of a reply, and in what that JSON says. */
function expectNone(json: string, s: string): void {
  for (const write of forms.slice(0, 8)) {
    expect(json).not.toContain(write(s))
    expect(json.replaceAll('\\"', '"').replaceAll('\\\\', '\\')).not.toContain(write(s))
  }
}
