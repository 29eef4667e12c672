import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InvalidSettings, readSettings } from '../../src/settings/settings.ts'
import { testFiles } from '../support/files.ts'

const password = 'pr0xy-passw0rd'

function readProxy(environment: Readonly<Record<string, string>>) {
  return readSettings(environment).proxy
}

function complain(environment: Readonly<Record<string, string>>): string {
  try {
    readSettings(environment)
  } catch (error) {
    if (error instanceof InvalidSettings) return error.message
    throw error
  }
  throw new Error('the settings are valid')
}

function text(value: string) {
  return { kind: 'text', text: value }
}

describe('EGRESS_PROXY', () => {
  it.each([
    ['http://proxy:3128', { isSecure: false, host: 'proxy', port: 3128, user: null, password: null }],
    ['http://proxy.example/', { isSecure: false, host: 'proxy.example', port: 80 }],
    ['https://Proxy.Example.', { isSecure: true, host: 'proxy.example', port: 443 }],
    ['http://10.0.0.1:80', { host: '10.0.0.1', port: 80 }],
    ['http://[fd00::1]:3128', { host: 'fd00::1', port: 3128 }],
    ['http://u:p@proxy:1', { user: text('u'), password: text('p') }],
    ['http://u@proxy:1', { user: text('u'), password: null }],
    ['http://DOM%5Cu:p%40%3A%2F%20%C3%A9@proxy:1', { user: text('DOM\\u'), password: text('p@:/ é') }],
  ])('may be %s', (url, proxy) => {
    expect(readProxy({ EGRESS_PROXY: url })).toMatchObject({
      initial: proxy,
      resolves: 'service',
      bypass: [],
    })
  })

  it('is not set by default', () => {
    expect(readProxy({})).toBeNull()
  })

  it.each([
    ['proxy:3128', '; write http:// before the host'],
    ['socks5h://u:p@proxy:1080', '; the service does not speak SOCKS: use the HTTP port of the proxy'],
    ['http://proxy:3128/wpad', '; leave out the path behind the port'],
    ['pac+http://proxy/x', '; the service reads no PAC file'],
  ])('says what %s is', (url, said) => {
    expect(complain({ EGRESS_PROXY: url })).toContain(said)
  })

  it.each([
    'proxy:3128',
    'socks5://proxy:1080',
    `http://u:${password}@`,
    `http://u:${password}@proxy:0`,
    `http://u:${password}@proxy:99999`,
    `http://u:${password}@proxy/path`,
    `http://u:${password}@proxy:1?query`,
    `http://u:${password}@pro xy:1`,
    `http://u:${password}:more@proxy:1`,
    `http://:${password}@proxy:1`,
    `http://@proxy:1`,
    `http://u%3Av:${password}@proxy:1`,
    `http://u:${password}%@proxy:1`,
    `http://u:${password}%0A@proxy:1`,
    `http://u:${password} @proxy:1`,
    `http://u:{{ secrets.a }}${password}@proxy:1`,
    'http://u:{{ profile.a }}@proxy:1',
  ])('may not be %s, and the complaint shows no password', (url) => {
    const complaint = complain({ EGRESS_PROXY: url, EGRESS_PROXY_BYPASS: '*.example' })

    expect(complaint).toMatch(/^ {2}EGRESS_PROXY: must (?:be|have) /m)
    expect(complaint.match(/^ {2}\w/gm)).toHaveLength(1)
    expect(complaint).not.toContain(password)
  })

  it('may refer to secrets of the service, whose binding counts', async () => {
    const secrets = { proxy_password: password, other: { value: password, hosts: ['other.example'] } }
    const { path } = await testFiles({ 'secrets.json': JSON.stringify(secrets) })
    const environment = { SECRETS_FILE: join(path, 'secrets.json') }
    const using = (name: string) => ({
      ...environment,
      EGRESS_PROXY: `http://u:{{ secrets.${name} }}@proxy:1`,
    })

    expect(readProxy(using('proxy_password'))?.initial.password).toEqual({
      kind: 'secret',
      name: 'proxy_password',
    })
    expect(complain(using('missing'))).toContain('EGRESS_PROXY: it refers to the secret missing')
    expect(complain(using('other'))).toContain('the binding of the secret other forbids its use ("hosts")')
    expect(complain(using('other'))).not.toContain(password)
  })
})

describe('EGRESS_PROXY_FILE', () => {
  const withFile = async (content: string, environment: Readonly<Record<string, string>> = {}) => {
    const { path } = await testFiles({ file: content })
    return { EGRESS_PROXY_FILE: join(path, 'file'), ...environment }
  }

  it('has the password where EGRESS_PROXY has a user', async () => {
    const environment = await withFile('p@ss:w%20rd\n', { EGRESS_PROXY: 'http://u@proxy:1' })

    expect(readProxy(environment)?.initial).toMatchObject({ user: text('u'), password: text('p@ss:w%20rd') })
  })

  it('has the URL where EGRESS_PROXY is not set', async () => {
    expect(readProxy(await withFile(`http://u:${password}@proxy:1\r\n`))?.initial).toMatchObject({
      host: 'proxy',
      password: text(password),
    })
  })

  it.each([
    ['has a second password', password, { EGRESS_PROXY: `http://u:${password}@proxy:1` }],
    ['belongs to no user', password, { EGRESS_PROXY: 'http://proxy:1' }],
    ['is empty', '\n', { EGRESS_PROXY: 'http://u@proxy:1' }],
    ['has two lines', `${password}\n${password}\n`, { EGRESS_PROXY: 'http://u@proxy:1' }],
    ['has no URL', password, {}],
  ])('is refused where it %s', async (_what, content, environment) => {
    const complaint = complain(await withFile(content, environment))

    expect(complaint).toContain('EGRESS_PROXY_FILE is "')
    expect(complaint).not.toContain(password)
  })

  it('must exist', () => {
    expect(complain({ EGRESS_PROXY_FILE: '/nowhere/at/all' })).toContain('could not be read (ENOENT)')
  })
})

describe('the other settings of the proxy', () => {
  it.each([
    ['EGRESS_PROXY_BYPASS', '*.example'],
    ['EGRESS_PROXY_RESOLVES', 'proxy'],
  ])('%s is refused without a proxy', (name, value) => {
    expect(complain({ [name]: value })).toContain(
      `${name} is set, but neither EGRESS_PROXY nor EGRESS_PROXY_FILE is`,
    )
  })

  it('are named in the log where they give something up, without the password', () => {
    const proxy = { EGRESS_PROXY: `http://u:${password}@proxy:1`, API_KEYS: 'engine:0123456789abcdef' }

    expect(readSettings(proxy).notices).toEqual([])
    expect(readSettings({ ...proxy, HTTPS_PROXY: `http://u:${password}@other:1` }).notices).toEqual([
      'ignored: HTTPS_PROXY; EGRESS_PROXY is used',
    ])
    expect(readSettings({ ...proxy, EGRESS_PROXY_RESOLVES: 'proxy' }).notices).toEqual([
      'the proxy resolves the names of targets (EGRESS_PROXY_RESOLVES): the addresses behind them are not judged',
    ])
  })
})
