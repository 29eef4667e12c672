import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { json, type ReceivedRequest } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { runCommand } from './support/run-command.ts'

const hostile = `it's "a" & b=c%41 +/?#;$HOME \`x\` \\ <ü€😀> ~*()![]{}\t|\u0001\u007f`
const visible = `it's "a" & b=c%41 +/?#;$HOME \`x\` \\ <e> ~*()![]{}|`

interface Case {
  readonly node: Record<string, unknown>
  readonly path?: string
  readonly secrets?: Readonly<Record<string, string>>
  readonly payload?: unknown
  /** What the variables stand for that are no secrets of the request. */
  readonly variables?: Readonly<Record<string, string>>
}

/** Sends a node through the service and by its curl command, as a reader of the reply would. */
async function sendBoth({ node, path = '/', secrets = {}, payload = {}, variables = {} }: Case) {
  const target = await receiver(json(200, {}))
  const { execute, preview } = await service()
  const call = { node: { method: 'POST', ...node, url: `${target.url}${path}` }, payload, secrets }
  const executed = await execute(call)
  const { curl, warnings } = await preview(call)
  expect(warnings.map(({ code }) => code)).not.toContain('curl_not_exact')
  const named = Object.entries(secrets).map(([name, value]) => [readVariable(name), value] as const)
  await runCommand(curl ?? '', { ...Object.fromEntries(named), ...variables })
  const [own, byCurl] = target.received
  if (own === undefined || byCurl === undefined) throw new TypeError(JSON.stringify({ executed, curl }))
  return { own, byCurl, curl: curl ?? '' }
}

/** As the command calls it. */
function readVariable(name: string): string {
  return ['newline', 'PATH', 'IFS', 'UID', 'path', 'HOME'].includes(name) ? `secret_${name}` : name
}

/** Without order and case of names, of which curl has its own, and without what says how long a connection is kept. */
function comparable({ method, target, rawHeaders, body }: ReceivedRequest) {
  const headers: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase()
    if (name !== 'connection') headers.push(`${name}: ${rawHeaders[index + 1]}`)
  }
  return { method, target, headers: headers.sort(), body: body.toString('latin1') }
}

const field = (name: string, value: string) => ({ name, value })
const form = (parts: readonly unknown[]) => ({ structure: 'multipart', parts })
const alone = (field: string) => ({ structure: 'binary', source: 'event', field })

const empty = Buffer.alloc(0)
const files = {
  bytes: Buffer.from([0, 13, 10, 255, 39, 36, 96]).toString('base64'),
  none: 'data:,',
  name: `it's "a" $HOME\r\n\\\0.png`,
  text: `${hostile}\0\r\n\0\n`,
  list: ['a\r\nb', 'cd'],
}
const hostileParts = [
  { name: 'text', source: 'event', field: 'text' },
  { name: `a'b"\n$c`, filename: '{{ event.name }}', source: 'event', field: 'bytes' },
  { name: 'none', filename: 'none', contentType: 'text/plain', source: 'event', field: 'none' },
  { name: 'list', source: 'event', field: 'list' },
]

describe('the curl command of a preview', () => {
  it.each<[where: string, sent: Case]>([
    ['in the path', { path: '/a/{{ secrets.k }}/b-{{ secrets.k }}', node: {}, secrets: { k: hostile } }],
    ['in the query of the URL', { path: '/?k={{ secrets.k }}&x=1', node: {}, secrets: { k: hostile } }],
    [
      'in a parameter',
      {
        node: { query: [field('k', '{{ secrets.k }}'), field('l', 'a {{ secrets.k }} b')] },
        secrets: { k: hostile },
      },
    ],
    [
      'in a header',
      {
        node: { headers: [field('X-Key', '{{ secrets.k }}'), field('X-More', `it's {{ secrets.k }}`)] },
        secrets: { k: visible },
      },
    ],
    [
      'as a Bearer token',
      { node: { auth: { type: 'bearer', token: '{{ secrets.k }}' } }, secrets: { k: visible } },
    ],
    [
      'as the password of Basic',
      {
        node: { auth: { type: 'basic', username: '{{ secrets.u }}', password: '{{ secrets.k }}' } },
        secrets: { u: 'ada"ü', k: hostile },
      },
    ],
    [
      'as a key in the URL',
      {
        node: { auth: { type: 'apiKey', in: 'query', name: 'k', value: '{{ secrets.k }}' } },
        secrets: { k: hostile },
      },
    ],
    [
      'in JSON of fields',
      {
        node: {
          body: {
            structure: 'simple',
            fields: [field('k', '{{ secrets.k }}'), field('l', 'a"{{ secrets.k }}')],
          },
        },
        secrets: { k: `${hostile}\n\r\b\f` },
      },
    ],
    [
      'in a form of fields',
      {
        node: {
          body: {
            structure: 'simple',
            contentType: 'application/x-www-form-urlencoded',
            fields: [field('k', '{{ secrets.k }}'), field('l', 'a {{ secrets.k }}')],
          },
        },
        secrets: { k: `${hostile}\n` },
      },
    ],
    [
      'in JSON of the author',
      {
        node: {
          body: { structure: 'json', content: { a: ['{{ secrets.k }}', { b: `'{{ secrets.k }}'` }] } },
        },
        secrets: { k: `\n${hostile}\n` },
      },
    ],
    [
      'in raw JSON',
      {
        node: {
          body: { structure: 'raw', contentType: 'application/json', content: '{"k":"{{ secrets.k }}"}' },
        },
        secrets: { k: `${hostile}\n` },
      },
    ],
    [
      'in raw XML',
      {
        node: {
          body: {
            structure: 'raw',
            contentType: 'text/xml',
            content: '<k a="{{ secrets.k }}">{{ secrets.k }}</k>',
          },
        },
        secrets: { k: `${hostile.replace('\u0001', '\n')}\n\n` },
      },
    ],
    ...['ISO-8859-1', 'UTF-16', 'Shift_JIS'].map((charset): [string, Case] => [
      `in a body in ${charset}`,
      {
        node: {
          body: {
            structure: 'raw',
            contentType: `application/json; charset=${charset}`,
            content: '{"k":"{{ secrets.k }}","~":"¢%\\\\"}',
          },
        },
        secrets: { k: `it's "¢" \\ $HOME` },
      },
    ]),
    [
      'in a raw form',
      {
        node: {
          body: {
            structure: 'raw',
            contentType: 'application/x-www-form-urlencoded; charset=ISO-8859-1',
            content: 'k={{ secrets.k }}&u=ü',
          },
        },
        secrets: { k: `it's "a" & b=c` },
      },
    ],
    ...(
      [
        ['ISO-8859-1', `é ü & "¢" ~*'()`],
        ['windows-1252', '€ – “x”'],
        ['Shift_JIS', 'ソ=ア 表 ~'],
        ['EUC-JP', 'あ〜 b'],
        ['GB18030', '中€ 😀'],
        ['GBK', '中— x'],
        ['EUC-KR', '한 글 한'],
        ['UTF-8', 'é € ü'],
      ] as const
    ).map(([charset, k]): [string, Case] => [
      `beyond ASCII in a raw form in ${charset}`,
      {
        node: {
          body: {
            structure: 'raw',
            contentType: `application/x-www-form-urlencoded; charset=${charset}`,
            content: 'k={{ secrets.k }}&u=a',
          },
        },
        secrets: { k },
      },
    ]),
    [
      'in CDATA, comments and instructions',
      {
        node: {
          body: {
            structure: 'raw',
            contentType: 'text/xml',
            content:
              '<?p {{ secrets.k }}?><k><![CDATA[{{ secrets.k }}]]><!--{{ secrets.k }}--><![CDATA[ {{ secrets.l }} ]]>{{ secrets.l }}</k>',
          },
        },
        secrets: { k: '--]]>-<a> & ]]]>]]>--?', l: ']]>]]\n\n' },
      },
    ],
    [
      'in JSON in lines',
      {
        node: {
          body: {
            structure: 'raw',
            contentType: 'application/x-ndjson',
            content: '{"k":"{{ secrets.k }}"}\n{"l":"{{ secrets.k }}"}\n',
          },
        },
        secrets: { k: 'a\u2028b\u2029c\u0085d"€\n' },
      },
    ],
    [
      'with white space around it in headers',
      {
        node: {
          auth: { type: 'bearer', token: '{{ secrets.k }}' },
          headers: [
            field('X-A', '{{ secrets.l }}'),
            field('X-B', 'b {{ secrets.l }}'),
            field('X-C', '{{ secrets.l }} c'),
          ],
        },
        secrets: { k: ' \t spa ces  ', l: '  "l"\t' },
      },
    ],
    ...['newline', 'PATH', 'IFS', 'UID', 'path', 'HOME'].map((name): [string, Case] => [
      `of the name ${name}`,
      {
        path: `/?k={{ secrets.${name} }}`,
        node: {
          body: { structure: 'raw', contentType: 'text/xml', content: `<k>{{ secrets.${name} }}</k>` },
        },
        secrets: { [name]: 'se cret\n\n' },
      },
    ]),
    [
      'in raw text',
      {
        node: { body: { structure: 'raw', contentType: 'text/plain', content: 'k={{ secrets.k }}\n' } },
        secrets: { k: `${hostile}\n\n` },
      },
    ],
  ])('sends the same bytes as the service with a secret %s', async (_where, sent) => {
    const { own, byCurl, curl } = await sendBoth(sent)

    expect(comparable(byCurl)).toEqual(comparable(own))
    for (const value of Object.values(sent.secrets ?? {})) expect(curl).not.toContain(value)
  })

  it.each<[what: string, sent: Case]>([
    [
      'a Bearer token',
      {
        node: { auth: { type: 'bearer', token: 'tok-1234 "x"' } },
        variables: { auth_token: 'tok-1234 "x"' },
      },
    ],
    [
      'user and password',
      {
        node: { auth: { type: 'basic', username: 'ada', password: 'pass: word' } },
        variables: { auth_username: 'ada', auth_password: 'pass: word' },
      },
    ],
    [
      'a key in the URL',
      {
        node: { auth: { type: 'apiKey', in: 'query', name: 'k', value: 'key & 1234' } },
        variables: { auth_value: 'key & 1234' },
      },
    ],
    [
      'the value of a header that is for credentials',
      {
        node: { headers: [field('X-Api-Key', 'key-1234'), field('Cookie', 'sid=abcd; b=c')] },
        variables: { x_api_key: 'key-1234', cookie: 'sid=abcd; b=c' },
      },
    ],
    [
      'a parameter whose name is that of a credential',
      {
        path: '/?a=1&api_key=k%20[ey]1&b=2',
        node: { query: [field('token', 't ok1')] },
        variables: { api_key: 'k%20[ey]1', token: 't ok1' },
      },
    ],
    [
      'a sensitive text, number, list and object in JSON',
      {
        node: {
          body: {
            structure: 'simple',
            fields: ['note', 'year', 'tags', 'address'].map((name) => ({
              name,
              source: 'profile',
              field: name,
              sensitive: true,
            })),
          },
        },
        payload: { profile: { note: 'it"s', year: 2026, tags: ['vip1', 'vip2'], address: { city: 'Köln' } } },
        variables: { note: 'it"s', year: '2026', tags: 'vip1', tags_2: 'vip2', address: '{"city":"Köln"}' },
      },
    ],
    [
      'a sensitive list and object in the query and in a header',
      {
        node: {
          query: ['tags', 'address'].map((name) => ({
            name,
            source: 'profile',
            field: name,
            sensitive: true,
          })),
          headers: [{ name: 'X-Tags', source: 'profile', field: 'tags', sensitive: true }],
        },
        payload: { profile: { tags: ['v&p1', 'vip2'], address: { city: 'Köln' } } },
        variables: {
          tags: 'v&p1',
          tags_2: 'vip2',
          address: '{"city":"Köln"}',
          x_tags: 'v&p1',
          x_tags_2: 'vip2',
        },
      },
    ],
  ])('sends the same bytes with a variable for %s', async (_what, sent) => {
    const { own, byCurl, curl } = await sendBoth(sent)

    expect(comparable(byCurl)).toEqual(comparable(own))
    for (const value of Object.values(sent.variables ?? {})) expect(curl).not.toContain(value)
  })

  it.each<[what: string, sent: Case]>([
    ['parts and files', { node: { body: form(hostileParts) }, payload: { event: files } }],
    [
      'secrets in parts',
      {
        node: { body: form([field('k', '{{ secrets.k }}'), ...hostileParts]) },
        payload: { event: files },
        secrets: { k: `key ${hostile}\r\n\n` },
      },
    ],
    [
      'sensitive parts',
      {
        node: { body: form([{ name: 'list', source: 'event', field: 'list', sensitive: true }]) },
        payload: { event: files },
        variables: { list: 'a\r\nb', list_2: 'cd' },
      },
    ],
    [
      'no part at all',
      { node: { body: form([{ name: 'a', source: 'event', field: 'no', ifEmpty: 'omit' }]) } },
    ],
    ['a file alone', { node: { body: alone('bytes') }, payload: { event: files } }],
    ['an empty file alone', { node: { body: alone('none') }, payload: { event: files } }],
  ])('sends the same bytes: %s', async (_what, sent) => {
    const { own, byCurl } = await sendBoth(sent)

    expect(comparable(byCurl)).toEqual(comparable(own))
  })

  it('reads files that are large or not shown from paths in shell variables', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'files-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const large = randomBytes(700_000)
    const paths = { large: join(folder, 'large'), hidden: join(folder, "it's hidden") }
    writeFileSync(paths.large, large)
    writeFileSync(paths.hidden, 'private words')
    const part = { source: 'event', filename: 'f' }
    const payload = {
      event: { large: large.toString('base64'), hidden: Buffer.from('private words').toString('base64') },
    }
    const body = form([
      { ...part, name: 'large', field: 'large' },
      { ...part, name: 'hidden', field: 'hidden', sensitive: true },
    ])

    const { own, byCurl, curl } = await sendBoth({ node: { body }, payload, variables: paths })

    expect(byCurl.body.equals(own.body)).toBe(true)
    expect(comparable({ ...byCurl, body: empty })).toEqual(comparable({ ...own, body: empty }))
    expect(curl).toContain('cat "$large"')
    const { preview } = await service()
    const { warnings } = await preview({ node: { method: 'POST', url: 'https://t.example/', body }, payload })
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['curl_reads_file', expect.stringContaining('700000 bytes from a file. Set the shell variable large')],
      ['curl_reads_file', expect.stringContaining('13 bytes from a file. Set the shell variable hidden')],
    ])
  })

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    'sends the same bytes of %s without a body',
    async (method) => {
      const { own, byCurl } = await sendBoth({ node: { method }, path: '/a?b=[1]' })

      expect(comparable(byCurl)).toEqual(comparable(own))
    },
  )

  it.each(['POST', 'DELETE'])('sends the same bytes of %s with a body without text', async (method) => {
    const body = { structure: 'raw', contentType: 'text/plain', content: '{{ profile.none }}' }
    const { own, byCurl } = await sendBoth({ node: { method, body } })

    expect(comparable(byCurl)).toEqual(comparable(own))
  })

  it.each([
    ['a large body', `'${'ä\n'.repeat(30_000)}`],
    ['a body of 200 KB', `'${'a%s\\n"$x`'.repeat(20_000)}\n\n`],
    ['a body with NUL', "a\0b\0\0'%s\\0\n\0"],
  ])('sends the same bytes of %s', async (_what, content) => {
    const body = { structure: 'raw', contentType: 'text/plain', content }
    const { own, byCurl } = await sendBoth({ node: { body } })

    expect(comparable(byCurl)).toEqual(comparable(own))
  })

  it.each<[where: string, sent: Case]>([
    [
      'a value repeats a secret',
      {
        node: { headers: [field('X', '{{ profile.v }}')] },
        payload: { profile: { v: 'pass-word' } },
        secrets: { k: 'pass-word' },
      },
    ],
    [
      'a form has the members of an object that is not shown',
      {
        node: {
          body: {
            structure: 'simple',
            contentType: 'application/x-www-form-urlencoded',
            fields: [{ name: 'o', source: 'profile', field: 'o', sensitive: true }],
          },
        },
        payload: { profile: { o: { a: 'bcde' } } },
      },
    ],
    [
      'a bracket stands beside a secret in a CDATA section',
      {
        node: {
          body: { structure: 'raw', contentType: 'text/xml', content: '<a><![CDATA[]{{ secrets.k }}]]></a>' },
        },
        secrets: { k: ']>abc' },
      },
    ],
  ])(
    'comes with a warning where its bytes may differ: %s',
    async (_where, { node, payload = {}, secrets = {} }) => {
      const { preview } = await service()

      const { warnings } = await preview({
        node: { method: 'POST', url: 'https://t.example/', ...node },
        payload,
        secrets,
      })

      expect(warnings).toEqual([expect.objectContaining({ code: 'curl_not_exact' })])
    },
  )
})
