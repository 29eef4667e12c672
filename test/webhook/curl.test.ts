import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CurlInput, secretMarkers, standInVariables, toCurl } from '../../src/webhook/curl.ts'
import { findCharset } from '../../src/webhook/request/request-charset.ts'

const base: CurlInput = {
  method: 'POST',
  parts: { url: 'https://t.example/', headers: [], body: null, hasSecretSize: false, user: null },
  timeoutMs: 1500,
  markers: secretMarkers('a1'),
}

const withParts = (parts: Partial<CurlInput['parts']>) =>
  toCurl({ ...base, parts: { ...base.parts, ...parts } })

/** What each command would give to curl, as a real shell reads it. */
function runForArguments(commands: readonly string[], variables: Record<string, string> = {}): string[][] {
  const script = `curl() { printf '%s\\0' "$@"; printf '\\1\\0'; }\n${commands.join('\n')}\n`
  const output = execFileSync('/bin/bash', ['--noprofile', '--norc'], { input: script, env: variables })
  return output
    .toString()
    .split('\u0001\0')
    .slice(0, -1)
    .map((call) => call.split('\0').slice(0, -1))
}

const argumentAfter = (call: readonly string[] | undefined, option: string) =>
  call?.[call.indexOf(option) + 1]

describe('a curl command', () => {
  it('is one that can be read', () => {
    const command = withParts({
      url: 'https://t.example/a?b=c',
      headers: [
        ['host', 't.example'],
        ['connection', 'keep-alive'],
        ['User-Agent', 'webhook-node/1'],
        ['X-Empty', ''],
        ['content-length', '2'],
      ],
      body: '{}',
    })

    expect(command).toBe(`curl --request 'POST' --url 'https://t.example/a?b=c' \\
  --header 'User-Agent: webhook-node/1' \\
  --header 'X-Empty;' \\
  --data-raw '{}' \\
  --max-time '1.5'`)
  })

  it('gives curl every byte as it is, whatever the shell makes of it elsewhere', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?#&;|<>(){}[]~ \n\t=@%') }),
    )
    const clean = text.map((value) => value.replaceAll('\0', '').replaceAll('\u0001', ''))
    const parts = fc.sample(fc.record({ url: clean, header: clean, body: clean, user: clean }), 300)
    const commands = parts.map(({ url, header, body, user }) =>
      withParts({ url: `https://t.example/${url}`, headers: [['X', `v${header}`]], body, user }),
    )

    const calls = runForArguments(commands)

    for (const [index, { url, header, body, user }] of parts.entries()) {
      expect(argumentAfter(calls[index], '--url')).toBe(`https://t.example/${url}`)
      expect(argumentAfter(calls[index], '--header')).toBe(`X: v${header}`)
      expect(argumentAfter(calls[index], '--data-raw')).toBe(body)
      expect(argumentAfter(calls[index], '--user')).toBe(user)
    }
  })

  it('takes secrets from shell variables, wherever they stand', () => {
    const [token, other] = [base.markers.composeMarker('token'), base.markers.composeMarker('other')]
    const texts = [
      token,
      `${token}${other}`,
      `a'${token}'b`,
      `${token} x ${token}`,
      `"${token}"`,
      `$${token}`,
      `\\${token}`,
      "''",
    ]
    const values = { token: `it's "$HOME" \`x\` \\`, other: '*' }
    const commands = texts.map((body) => withParts({ body }))

    const calls = runForArguments(commands, values)

    for (const [index, text] of texts.entries())
      expect(argumentAfter(calls[index], '--data-raw')).toBe(
        text.replaceAll(token, values.token).replaceAll(other, values.other),
      )
  })

  it('writes a credential as a person would', () => {
    const marker = base.markers.composeMarker('crm_token')
    const command = withParts({ headers: [['Authorization', `Bearer ${marker}`]] })

    expect(command).toContain(`--header 'Authorization: Bearer '"$crm_token"`)
  })

  it.each([
    ['ISO-8859-1', `"Müller's" 5 % \\n`],
    ['US-ASCII', 'a'],
    ['windows-1252', '€“”'],
    ['ISO-8859-15', '€'],
    ['UTF-16', 'a😀\n'],
    ['UTF-16LE', 'é'],
    ['UTF-16BE', 'é'],
    ['Shift_JIS', 'ソ〜～−¢\\~'],
    ['Windows-31J', '①〜'],
    ['EUC-JP', 'あ〜～−￠'],
    ['GB18030', '中€😀'],
    ['GBK', '中—·'],
    ['GB2312', '中—·'],
    ['EUC-KR', '한'],
  ])('gives curl the bytes of a body in %s', (charset, text) => {
    const body = `${base.markers.composeMarker('token')}${text}`
    const command = withParts({ body, charset })
    const script = `curl() { printf '%s ' "$@" >&2; cat; }\n${command}\n`

    const bytes = execFileSync('/bin/bash', ['--noprofile', '--norc'], {
      input: script,
      env: { token: 's3cr3t', PATH: process.env.PATH ?? '' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })

    expect({ ok: true, bytes }).toEqual(findCharset(charset)?.encode(`s3cr3t${text}`))
    expect(command).toContain('--data-binary @- \\\n')
    expect(command).not.toContain('--data-raw')
  })

  it('takes white space away around a secret that is known to have some', () => {
    const marker = base.markers.composeMarker('token')
    const lines = (value: string, isBearer = false) =>
      toCurl({
        ...base,
        parts: { ...base.parts, headers: [['Authorization', value]] },
        spaced: new Set(['token']),
        isBearer,
      })

    expect(lines(marker)).toContain(`--header 'Authorization: '"$(trim "$token")" `)
    expect(lines(`Bearer ${marker}`, true)).toContain(`--header 'Authorization: Bearer '"$(trim "$token")" `)
    expect(lines(`Bearer ${marker}`)).toContain(`'Authorization: Bearer '"$(trim_end "$token")" `)
    expect(lines(`${marker} x`)).toContain(`'Authorization: '"$(trim_start "$token")"' x'`)
    expect(lines(`a ${marker} x`)).toContain(`'Authorization: a '"$token"' x'`)
    expect(lines(base.markers.composeMarker('other'))).not.toContain('trim')
  })

  it('leaves the Authorization of Basic to curl', () => {
    const command = withParts({ headers: [['Authorization', 'Basic x']], user: 'ada:pass' })

    expect(command).toContain("--user 'ada:pass'")
    expect(command).not.toContain('Basic')
  })

  it.each([
    ['https://t.example/a[b]', ['--globoff']],
    ['https://t.example/?a={b}', ['--globoff']],
    ['https://[::1]/', ['--globoff']],
    ['https://t.example/../a', ['--path-as-is']],
    ['https://t.example/a/%2e%2E', ['--path-as-is']],
    ['https://t.example/./a[', ['--globoff', '--path-as-is']],
    ['https://t.example/a..b/...', []],
  ])('for %s has %j', (url, options) => {
    const [call] = runForArguments([withParts({ url })])

    expect(call?.filter((argument) => ['--globoff', '--path-as-is'].includes(argument))).toEqual(options)
    expect(argumentAfter(call, '--url')).toBe(url)
  })
})

describe('a secret that the request encodes', () => {
  const token = base.markers.composeMarker('token')

  it.each([
    ['as it is', token, `"$token"`],
    ['in a URL', encodeURIComponent(token), `"$(uri "$token")"`],
    ['in a form', new URLSearchParams([['', token]]).toString().slice(1), `"$(form "$token")"`],
    ['in JSON', JSON.stringify(token).slice(1, -1), `"$(json "$token")"`],
    [
      'in XML',
      token.replace('&', '&amp;').replace('"', '&quot;').replace('>', '&gt;'),
      `"$(xml "$token")\${token##*[!$newline]}"`,
    ],
  ])('%s is encoded by the command', (_where, body, variable) => {
    expect(withParts({ body: `a${body}b` })).toContain(`--data-raw 'a'${variable}'b'`)
  })

  it('has one function for each encoding, before the command', () => {
    const url = `https://t.example/${encodeURIComponent(token)}/${encodeURIComponent(token)}`
    const lines = withParts({ url, body: JSON.stringify([token, token]) }).split('\n')

    expect(lines.slice(0, 3).map((line) => line.split(' ')[0])).toEqual(['uri()', 'json()', 'curl'])
  })
})

describe('a shell variable', () => {
  const referenceTo = (name: string) =>
    withParts({ body: base.markers.composeMarker(name) }).match(/--data-raw "\$(\w+)"/)?.[1]

  it.each([
    ...[
      'newline',
      'path',
      'status',
      'PATH',
      'IFS',
      'UID',
      'EUID',
      'PPID',
      'HOME',
      'RANDOM',
      'SECONDS',
      '_',
      'LANG',
    ],
    ...[
      'LC_ALL',
      'LD_PRELOAD',
      'BASHOPTS',
      'BASH_ENV',
      'https_proxy',
      'HTTPS_PROXY',
      'CURL_CA_BUNDLE',
      'REPLY',
    ],
  ])('of the secret %s has another name, which is no part of the shell', (name) => {
    expect(referenceTo(name)).toBe(`secret_${name}`)
  })

  it.each([
    'token',
    'API_KEY',
    'CRM_TOKEN',
    'Path',
    'paths',
    'secret_token',
    'new_line',
    'uri',
    'json',
    'k',
    'v1',
  ])('of the secret %s has its name', (name) => {
    expect(referenceTo(name)).toBe(name)
  })

  it('is never that of another secret', () => {
    const names = ['PATH', 'secret_PATH', 'secret_secret_PATH', 'path', 'secret_path', 'secret_']

    expect(new Set(names.map(referenceTo)).size).toBe(names.length)
  })
})

describe('a body that cannot be an argument', () => {
  const piped = (body: string, env: Record<string, string> = {}) =>
    execFileSync('/bin/bash', ['--noprofile', '--norc'], {
      input: `curl() { cat; }\n${withParts({ body })}\n`,
      env: { PATH: process.env.PATH ?? '', ...env },
    }).toString()

  it.each(['\0', 'a\0b', "\0'%s\\0\0\n\0", `${'x'.repeat(70_000)}\0`])('has NUL: %j', (body) => {
    expect(piped(body)).toBe(body)
  })

  it('has NUL and secrets', () => {
    const body = `${base.markers.composeMarker('token')}\0%${base.markers.composeMarker('token')}`

    expect(piped(body, { token: 'it"s' })).toBe('it"s\0%it"s')
  })

  it('is one of more bytes than characters', () => {
    expect(piped('é\n'.repeat(22_000))).toBe('é\n'.repeat(22_000))
  })

  it.each([65_536, 65_537, 200_000])('has %i bytes', (length) => {
    const command = withParts({ body: 'a'.repeat(length) })

    expect(command.startsWith("printf '%s' 'aaa")).toBe(length > 65_536)
    if (length > 65_536) expect(piped('a'.repeat(length))).toBe('a'.repeat(length))
  })
})

describe('a variable that stands in for a value', () => {
  const standIn = () => standInVariables('a1', ['token', 'note_2'])
  const written = (value: unknown) =>
    withParts({ body: JSON.stringify({ v: value }) }).match(/--data-raw (.*) \\/)?.[1]

  it.each([
    ['Note', 'text', `"$(json "$note")"`],
    ['token', 'text', `"$(json "$token_2")"`],
    ['X-Api-Key', 'text', `"$(json "$x_api_key")"`],
    ['path', 'text', `"$(json "$value_path")"`],
    ['1st', 'text', `"$(json "$value_1st")"`],
    ['größe', 'text', `"$(json "$gr_e")"`],
    ['€', 'text', `"$(json "$value_")"`],
  ])('for %s has a name of its own', (name, value, variable) => {
    expect(written(standIn()(value, name))).toBe(`'{"v":"'${variable}'"}'`)
  })

  it('has another name for each value', () => {
    const one = standIn()

    expect([one('a', 'note'), one('b', 'note'), one('c', 'note')].map(written)).toEqual(
      ['note', 'note_3', 'note_4'].map((name) => `'{"v":"'"$(json "$${name}")"'"}'`),
    )
  })

  it('has the JSON of what is no text', () => {
    for (const value of [7, true, { a: 1 }, [[1]]])
      expect(written(standIn()(value, 'v'))).toBe(`'{"v":'"$v"'}'`)
  })

  it('is one for each item of a list, and none for nothing', () => {
    expect(written(standIn()(['a', 7, null], 'v'))).toBe(`'{"v":["'"$(json "$v")"'",'"$v_2"',null]}'`)
    expect([undefined, null].map((value) => standIn()(value, 'v'))).toEqual([undefined, null])
  })

  it('is the secret where the value is one', () => {
    const token = base.markers.composeMarker('token')

    for (const text of [token, encodeURIComponent(token)]) expect(standIn()(text, 'other')).toBe(text)
    expect(standIn()(`x${token}`, 'other')).not.toContain(token)
  })
})

describe('marks that stand for secrets', () => {
  it('have no meaning with another salt', () => {
    const body = secretMarkers('b2').composeMarker('token')

    expect(withParts({ body })).toContain(`--data-raw '${body}'`)
  })
})
