import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hashKey } from '../../src/http/clients/api-keys.ts'
import { type Client, rights } from '../../src/http/clients/client.ts'
import { type Access, readListening, readSettings } from '../../src/settings/settings.ts'
import { allVariables } from '../../src/settings/variables.ts'
import { testFiles } from '../support/files.ts'
import { authority } from '../support/servers.ts'

const key = '0123456789abcdef'

function listProblems(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment)
    return []
  } catch (error) {
    const [, ...problems] = String(error).trim().split('\n')
    return problems.map((problem) => problem.trim())
  }
}

/** The text of a file of clients with a key each. */
function clientsFile(clients: Readonly<Record<string, object>>): string {
  const entries = Object.entries(clients).map(([name, rest]) => [
    name,
    { keys: [`sha256:${hashKey(`the key of ${name}`)}`], ...rest },
  ])
  return JSON.stringify(Object.fromEntries(entries))
}

function listClients(access: Access): readonly Client[] {
  return access.kind === 'keys' ? access.initial : []
}

async function file(content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, 'file')
  await writeFile(path, content)
  return path
}

describe('settings', () => {
  it('have a safe default for everything', () => {
    expect(readSettings({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      logLevel: 'info',
      access: { kind: 'open' },
      docs: true,
      console: true,
      docsBaseUrl: '',
      instance: hostname(),
      maxTimeoutMs: 10_000,
      shutdownGraceMs: 15_000,
      shutdownDelayMs: 0,
      maxInFlight: 1_000,
      maxConnections: expect.any(Number),
      maxInFlightPerClient: null,
      maxInFlightPerTenant: null,
      maxPerSecondPerClient: null,
      maxPaused: 1_000,
      maxBytesInFlight: Math.floor(getHeapStatistics().heap_size_limit / 4),
      secrets: { sources: { directory: null, file: null, unbound: 'allow' }, initial: new Map() },
      limits: { initial: [], source: { file: null, findSchemaErrors: expect.any(Function) } },
      connections: {
        source: { file: null, findSchemaErrors: expect.any(Function) },
        initial: new Map(),
        isRequired: false,
      },
      traces: null,
      maxRequestBytes: 1_048_576,
      maxRenderedBytes: 1_048_576,
      maxEchoBytes: 65_536,
      maxCapturedBytes: 262_144,
      maxRenderMs: 50,
      durability: null,
      egress: {
        maxResponseBytes: 1_048_576,
        maxPauseMs: 60_000,
        maxPerHost: 64,
        maxQueuePerHost: 256,
        allow: [],
        deny: [],
        only: [],
        ca: null,
        tlsGroups: null,
        dnsServers: [],
        nat64: [],
      },
      proxy: null,
      notices: ['clients need no key: every program that reaches 127.0.0.1 may call'],
    })
  })

  it('take a variable that is set to nothing as not set', () => {
    const empty = Object.fromEntries(allVariables.map(({ name }) => [name, '']))

    expect(readSettings(empty)).toEqual(readSettings({}))
  })

  it('have examples that are valid', async () => {
    const examples = Object.fromEntries(allVariables.map(({ name, example }) => [name, example]))
    const usable = {
      ...examples,
      EGRESS_CA_FILE: await file(authority.pem),
      EGRESS_PROXY_FILE: await file('s3cr3t'),
      SECRETS_DIR: (await testFiles()).path,
      SECRETS_FILE: await file('{"a":{"value":"s3cr3t","hosts":["h.example"]}}'),
      API_KEYS_FILE: await file(clientsFile({ dashboard: { rights: ['read'] } })),
      CONNECTIONS_FILE: await file('{"crm":{"baseUrl":"https://api.crm.example"}}'),
      LIMITS_FILE: await file('[{"host":"*.crm.example","perSecond":50}]'),
      CALLBACKS_FILE: await file('{"engine":{"url":"https://engine.example","secret":"{{ secrets.a }}"}}'),
    }

    expect(listProblems(usable)).toEqual([])
  })

  it('say of a wrong STORE_URL that it is wrong, and not that it is not set', async () => {
    const CALLBACKS_FILE = await file(
      '{"engine":{"url":"https://engine.example","secret":"{{ secrets.a }}"}}',
    )

    expect(listProblems({ STORE_URL: 'mysql://db', CALLBACKS_FILE })).toEqual([
      expect.stringContaining('STORE_URL is "mysql://db"'),
    ])
    expect(listProblems({ CALLBACKS_FILE })).toEqual([expect.stringContaining('STORE_URL is not')])
  })

  it('name every variable that is wrong in one complaint, with its value and what is allowed', () => {
    const problems = listProblems({
      HOST: 'no host',
      PORT: 'eighty',
      LOG_LEVEL: 'loud',
      AUTH: 'maybe',
      DOCS: 'no',
      MAX_TIMEOUT_MS: '1e4',
      MAX_REQUEST_BYTES: '1 MiB',
      MAX_RESPONSE_BYTES: '-1',
      MAX_ECHO_BYTES: '0.5',
      MAX_IN_FLIGHT: '0',
      MAX_CONNECTIONS: '0',
      MAX_IN_FLIGHT_PER_CLIENT: '0',
      MAX_IN_FLIGHT_PER_TENANT: 'half',
      MAX_PER_SECOND_PER_CLIENT: '0.5',
      MAX_PAUSED: '-1',
      MAX_BYTES_IN_FLIGHT: '1 GB',
      MAX_PER_HOST: 'many',
      MAX_QUEUE_PER_HOST: '-1',
      SHUTDOWN_GRACE_MS: '15s',
      SHUTDOWN_DELAY_MS: '-1',
      SECRETS_UNBOUND: 'no',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      EGRESS_ALLOW: '10.0.0.0/99',
      EGRESS_DENY: 'a b',
      EGRESS_ONLY: '10.0.0.0/8',
      EGRESS_CA_FILE: '/nowhere',
      EGRESS_TLS_GROUPS: 'X25519,P-256',
      EGRESS_DNS_SERVERS: '10.0.0.53:99999,dns.example',
      API_KEYS: `engine:${key}`,
    })

    expect(problems).toEqual([
      'HOST is "no host": must be an address or a host name',
      'PORT is "eighty": must be an integer from 0 to 65535',
      'LOG_LEVEL is "loud": must be one of trace, debug, info, warn, error, fatal, silent',
      'DOCS is "no": must be one of on, off; write off',
      'MAX_TIMEOUT_MS is "1e4": must be an integer from 100 to 600000',
      'MAX_REQUEST_BYTES is "1 MiB": must be an integer from 1024 to 67108864; write 1048576',
      'MAX_ECHO_BYTES is "0.5": must be an integer from 0 to 67108864',
      'MAX_IN_FLIGHT is "0": must be an integer from 1 to 100000',
      'MAX_CONNECTIONS is "0": must be an integer from 1 to 1000000',
      'MAX_IN_FLIGHT_PER_CLIENT is "0": must be an integer from 1 to 100000',
      'MAX_IN_FLIGHT_PER_TENANT is "half": must be an integer from 1 to 100000',
      'MAX_PER_SECOND_PER_CLIENT is "0.5": must be an integer from 1 to 1000000',
      'MAX_PAUSED is "-1": must be an integer from 0 to 100000',
      'MAX_BYTES_IN_FLIGHT is "1 GB": must be an integer from 65536 to 1099511627776; write 1073741824',
      'SHUTDOWN_GRACE_MS is "15s": must be an integer from 0 to 3600000; write 15000',
      'SHUTDOWN_DELAY_MS is "-1": must be an integer from 0 to 3600000',
      'AUTH is "maybe": must be one of keys, off',
      'SECRETS_UNBOUND is "no": must be one of allow, refuse',
      'MAX_RESPONSE_BYTES is "-1": must be an integer from 1024 to 67108864',
      'MAX_PER_HOST is "many": must be an integer from 1 to 10000',
      'MAX_QUEUE_PER_HOST is "-1": must be an integer from 0 to 100000',
      expect.stringMatching(/^EGRESS_ALLOW is "10.0.0.0\/99": .*address range/),
      expect.stringMatching(/^EGRESS_DENY is "a b": .*host name/),
      expect.stringMatching(/^EGRESS_ONLY is "10.0.0.0\/8": .*no address ranges/),
      'EGRESS_CA_FILE is "/nowhere": must be a file with certificates in PEM format, and reading it failed (ENOENT)',
      'EGRESS_TLS_GROUPS is "X25519,P-256": must be names of groups that OpenSSL knows, separated by colons, such as *X25519:P-256',
      expect.stringMatching(/^EGRESS_DNS_SERVERS is .*"10.0.0.53:99999" must be .*"dns.example" must be/),
      'OTEL_EXPORTER_OTLP_ENDPOINT is "collector:4318": must be a URL that begins with http:// or https://',
    ])
  })

  it.each([
    ['a key without a name', key],
    ['a name without a key', 'engine:'],
    ['a short key', 'engine:tooshort'],
    ['a key that cannot be a bearer token', `engine:${key} x`],
    ['one name twice', `engine:${key},engine:${key}2`],
    ['one key twice', `old:${key},new:${key}`],
    ['commas only', ' , '],
    ['an empty list of tenants', `engine:${key}@`],
    ['an empty tenant', `engine:${key}@acme|`],
    ['a tenant that no request can have', `engine:${key}@acme|b c`],
    ['two lists of tenants', `engine:${key}@acme@globex`],
  ])('refuse %s and do not show it', (_what, value) => {
    const problems = listProblems({ API_KEYS: value })

    expect(problems).toEqual([expect.stringMatching(/^API_KEYS: (every|no two|must have)/)])
    expect(problems.join()).not.toContain(key)
  })

  it.each([
    [`a:${key},b:short`, '; entry 2 of 2 is not'],
    [`a:${key},short,b:${key}2,c:`, '; entries 2 and 4 of 4 are not'],
    [`a:${key}@x y,b:${key}2`, '; entry 1 of 2 is not'],
    [`a:${key},b:${key}2,a:${key}3`, '; entry 3 has one of an entry before'],
    [`a:${key},b:${key}`, '; entry 2 has one of an entry before'],
  ])('say which entry of API_KEYS is wrong: %s', (value, end) => {
    expect(listProblems({ API_KEYS: value })).toEqual([expect.stringContaining(end)])
  })

  it.each([
    ['EGRES_ALLOW', 'EGRESS_ALLOW'],
    ['EGRESS_ALOW', 'EGRESS_ALLOW'],
    ['EGRESS_ALLOW_LIST', 'EGRESS_ALLOW'],
    ['SECRET_FILE', 'SECRETS_FILE'],
    ['CONNECTION_FILE', 'CONNECTIONS_FILE'],
    ['API_KEY', 'API_KEYS'],
    ['EGRESS_PROXY_URL', 'EGRESS_PROXY'],
    ['MAX_TIMEOUT_MSEC', 'MAX_TIMEOUT_MS'],
  ])('name %s, which has no effect, once', (name, near) => {
    const { notices } = readSettings({ [name]: 's3cr3t-value' })

    expect(notices.filter((notice) => notice.includes(name))).toEqual([
      `${name} is not a setting and has no effect: did you mean ${near}?`,
    ])
    expect(notices.join()).not.toContain('s3cr3t-value')
  })

  it.each([
    ['API_KEYS', `"engine:${key}"`, 'without quotes'],
    ['API_KEYS', `["engine:${key}"]`, 'without brackets and quotes'],
    ['API_KEYS', `engine=${key}`, 'a colon between name and key'],
    ['API_KEYS', `engine: ${key}`, 'no blank behind the colon'],
    ['API_KEYS', `a:${key};b:${key}2`, 'separate the entries with commas'],
    ['API_KEYS', 'engine:secretkey', 'this key has 9'],
    ['API_KEYS', key, 'an entry has no name'],
    ['API_KEYS', 'engine:short', 'name:key, behind which @tenant1|tenant2 may stand'],
    ['API_KEYS', '/etc/keys.json', 'belongs into API_KEYS_FILE'],
    ['STORE_URL', '/var/lib/store.db', 'write "sqlite:" before the path'],
    ['STORE_URL', 'sqlite:store.db', 'must begin with "/"'],
    ['STORE_URL', 'file:/var/lib/store.db', 'in place of "file:"'],
    ['STORE_URL', 'jdbc:postgresql://db/x', 'leave out "jdbc:"'],
    ['STORE_URL', 'mysql://user:s3cr3t@db/x', 'mysql is no store of this service'],
    ['STORE_KEYS', `k1:${'ab'.repeat(32)}`, 'it is hexadecimal'],
    ['STORE_KEYS', 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=', 'it has no id'],
    ['STORE_KEYS', 'k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY', 'the "=" at its end is missing'],
    ['STORE_KEYS', 'k1:MDEyMzQ1', 'it has 6 bytes'],
    ['EGRESS_ALLOW', '10.0.0.1;10.0.0.2', 'separate the entries with commas'],
    ['EGRESS_ALLOW', '10.0.0.1 10.0.0.2', 'separate the entries with commas'],
    ['EGRESS_ALLOW', '["10.0.0.1"]', 'without brackets and quotes'],
    ['EGRESS_ALLOW', '10.0.0.0-10.0.0.255', 'a range with its prefix'],
    ['EGRESS_ALLOW', '10.*', 'a range with its prefix'],
    ['EGRESS_ALLOW', '*', 'public addresses are open anyway'],
    ['EGRESS_ALLOW', `$${'{HOST}'}`, 'a variable in it was not filled in'],
    ['EGRESS_CA_FILE', '-----BEGIN CERTIFICATE-----', 'the path of a file'],
    ['EGRESS_PROXY', 'proxy:3128', 'with a user, a colon, a password and @ before the host'],
    ['LOG_LEVEL', 'WARNING', 'write warn'],
    ['DOCS', 'false', 'write off'],
    ['MAX_TIMEOUT_MS', '30s', 'write 30000'],
    ['MAX_REQUEST_BYTES', '2_000_000', 'write 2000000'],
  ])('say what to write in place of a usual mistake: %s=%s', (name, value, advice) => {
    const [problem = '', ...others] = listProblems({ [name]: value })

    expect(others).toEqual([])
    expect(problem).toContain(advice)
    expect(problem).not.toContain('•••')
    expect(problem).not.toContain('s3cr3t')
    if (name.endsWith('KEYS')) expect(problem).not.toContain(key)
  })

  it.each([
    ['APIKEYS', 'API_KEYS'],
    ['api_keys', 'API_KEYS'],
    ['ALLOW_EGRESS', 'EGRESS_ALLOW'],
    ['EGRESS_CA', 'EGRESS_CA_FILE'],
    ['EGRESS_DNS', 'EGRESS_DNS_SERVERS'],
    ['MAX_TIMEOUT', 'MAX_TIMEOUT_MS'],
  ])('tell which setting %s may be', (name, near) => {
    expect(readSettings({ [name]: 'x' }).notices).toContain(
      `${name} is not a setting and has no effect: did you mean ${near}?`,
    )
  })

  it('say nothing of the variables of other programs', () => {
    const others = {
      HOME: '/root',
      HOSTNAME: 'a',
      PORTS: '1',
      PATH: '/bin',
      LOGLEVEL: 'x',
      LOG_LEVELS_OF: 'x',
      NODE_OPTIONS: 'x',
      NODE_EXTRA_CA_CERTS: 'x',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'x',
      OTEL_SERVICE_NAMES: 'x',
      EGRESS_PROXY_SERVICE_HOST: '10.0.0.1',
      EGRESS_PROXY_PORT_80_TCP_ADDR: '10.0.0.1',
      SECRETS_DIRS_PORT: 'x',
      MAX_OLD_SPACE: 'x',
      XDG_CONFIG_HOME: 'x',
    }

    expect(readSettings(others).notices.filter((notice) => notice.includes('not a setting'))).toEqual([])
  })

  it('say nothing of a name that is near to a setting that is set', () => {
    const { notices } = readSettings({ EGRESS_ALLOW: '10.0.0.1', EGRES_ALLOW: '10.0.0.2' })

    expect(notices.join()).not.toContain('EGRES_ALLOW')
  })

  it('take several keys, for rotation', () => {
    const { access, notices } = readSettings({ API_KEYS: ` old:${key} , new:${key}2, ` })

    expect(listClients(access)).toMatchObject([
      { name: 'old', keyHashes: [hashKey(key)], tenants: null, maxInFlight: null },
      { name: 'new', keyHashes: [hashKey(`${key}2`)], tenants: null, maxInFlight: null },
    ])
    expect(notices).toEqual([])
  })

  it('take the tenants of a client behind its key', () => {
    const { access } = readSettings({ API_KEYS: `engine:${key}==@acme|b.-_9,ops:${key}` })

    expect(listClients(access)).toEqual([
      {
        name: 'engine',
        keyHashes: [hashKey(`${key}==`)],
        tenants: new Set(['acme', 'b.-_9']),
        rights: new Set(rights),
        maxInFlight: null,
      },
      { name: 'ops', keyHashes: [hashKey(key)], tenants: null, rights: new Set(rights), maxInFlight: null },
    ])
  })

  it('name all that is wrong with a file of connections, and show no value', async () => {
    const auth = { type: 'bearer', tokn: 's3cr3t-value' }
    const connections = await file(
      JSON.stringify({
        crm: { baseUrl: 'http://api.crm.example', auth },
        'a b': { baseUrl: 'https://api.crm.example/?a=1', limit: {} },
        mail: 's3cr3t-value',
      }),
    )

    const problems = listProblems({ CONNECTIONS_FILE: connections })

    const at = ['/crm/auth/tokn unknown', '/a b is not a name', '/a b/limit unknown', '/mail must be']
    expect(problems).toEqual(at.map((text) => expect.stringContaining(`: ${text}`)))
    expect(problems.join()).not.toContain('s3cr3t')
  })

  it('require a file of connections where they require connections', () => {
    expect(listProblems({ CONNECTIONS: 'required' })).toEqual([
      'CONNECTIONS is "required": CONNECTIONS_FILE must be set, too',
    ])
  })

  it('name connections that refer to secrets that are not there', async () => {
    const auth = { type: 'basic', username: '{{ secrets.there }}', password: '{{ secrets.gone }}' }
    const { notices } = readSettings({
      SECRETS_FILE: await file('{"there":{"value":"s3cr3t","in":["auth"],"hosts":["a.example"]}}'),
      CONNECTIONS_FILE: await file(JSON.stringify({ crm: { baseUrl: 'https://a.example', auth } })),
    })

    expect(notices).toContain('these connections refer to secrets that the service does not have: crm (gone)')
  })

  it('take clients from the environment and from a file together', async () => {
    const clients = await file(clientsFile({ dashboard: { rights: ['read'], maxInFlight: 5 } }))

    const { access } = readSettings({ API_KEYS: `engine:${key}`, API_KEYS_FILE: clients })

    expect(listClients(access)).toMatchObject([
      { name: 'engine', rights: new Set(rights) },
      { name: 'dashboard', rights: new Set(['read']), maxInFlight: 5 },
    ])
  })

  it('name all that is wrong with a file of clients, and show no key', async () => {
    const clients = await file(
      JSON.stringify({
        engine: { keys: [`sha256:${hashKey(key)}`] },
        ops: { keys: [`${key}2`], tenant: 'a' },
      }),
    )

    const problems = listProblems({ PORT: 'eighty', API_KEYS: `engine:${key}`, API_KEYS_FILE: clients })

    expect(problems).toEqual([
      'PORT is "eighty": must be an integer from 0 to 65535',
      expect.stringMatching(/^API_KEYS_FILE is ".*": \/engine is in API_KEYS, too$/),
      expect.stringMatching(
        /^API_KEYS_FILE is ".*": \/engine\/keys\/0 is also a key of "engine" in API_KEYS$/,
      ),
      expect.stringMatching(/^API_KEYS_FILE is ".*": \/ops\/tenant is unknown/),
      expect.stringMatching(/^API_KEYS_FILE is ".*": \/ops\/keys\/0 must be "sha256:" .*sha256sum$/),
    ])
    expect(problems.join()).not.toContain(key)
    expect(listProblems({ API_KEYS_FILE: '/nowhere', AUTH: 'off' })).toEqual([
      'API_KEYS_FILE is "/nowhere": the file could not be read (ENOENT)',
    ])
  })

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', 'localhost'])(
    'let %s go without keys',
    (host) => {
      expect(readSettings({ HOST: host }).access).toEqual({ kind: 'open' })
    },
  )

  it('let localhost be one address, for one server', () => {
    expect(readSettings({ HOST: 'localhost' }).host).toBe('127.0.0.1')
  })

  it.each(['0.0.0.0', '::', '10.0.0.5', 'service.internal'])('demand keys for %s', async (host) => {
    expect(listProblems({ HOST: host })).toEqual([
      `neither API_KEYS nor API_KEYS_FILE is set, and HOST ${host} is not loopback: set one, or AUTH=off`,
    ])
    const clients = await file(clientsFile({ engine: {} }))
    expect(readSettings({ HOST: host, API_KEYS_FILE: clients }).access.kind).toBe('keys')
    expect(readSettings({ HOST: host, API_KEYS: `engine:${key}` }).access.kind).toBe('keys')
    expect(readSettings({ HOST: host, AUTH: 'off' })).toMatchObject({
      access: { kind: 'open' },
      notices: [`clients need no key: every program that reaches ${host} may call`],
    })
  })

  it('read certificates, and nothing else', async () => {
    const pem = authority.pem
    const garbled = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'

    const twice = `${new X509Certificate(pem)}`.repeat(2)
    for (const between of ['\n', '', '\n# a comment\n'])
      expect(readSettings({ EGRESS_CA_FILE: await file(pem.trim() + between + pem.trim()) }).egress.ca).toBe(
        twice,
      )
    for (const wrong of ['', 'hello', garbled, `${pem}\n${pem.replace('-----', '----')}`])
      expect(listProblems({ EGRESS_CA_FILE: await file(wrong) })).toEqual([
        expect.stringContaining('PEM format'),
      ])
  })

  it.each([
    '*X25519:P-256',
    'X25519MLKEM768',
    'auto',
    'DEFAULT:-X25519MLKEM768',
    '?brainpoolP999r1:X25519',
    '?*X25519MLKEM768/*X25519:?P-256',
  ])('take %s as groups of TLS', (groups) => {
    expect(readSettings({ EGRESS_TLS_GROUPS: groups }).egress.tlsGroups).toBe(groups)
  })

  it.each(['nope', '*', 'X25519:', ':', '?nope', '-X25519', 'X25519 P-256'])(
    'refuse %s as groups of TLS',
    (groups) => {
      expect(listProblems({ EGRESS_TLS_GROUPS: groups })).toEqual([
        expect.stringContaining('must be names of groups that OpenSSL knows'),
      ])
    },
  )

  it('name the certificates that are not valid at the start', async () => {
    const day = 86_400_000
    const [past, future] = await Promise.all([
      authority.issue({ commonName: 'old', notBefore: new Date(0), notAfter: new Date(day) }),
      authority.issue({
        commonName: 'new',
        notBefore: new Date('2100-01-01'),
        notAfter: new Date('2100-01-02'),
      }),
    ])
    const noticesWith = async (pem: string) =>
      readSettings({ EGRESS_CA_FILE: await file(pem) }).notices.filter((notice) =>
        /EGRESS_CA_FILE/.test(notice),
      )

    expect(await noticesWith(authority.pem)).toEqual([])
    expect(await noticesWith([authority.pem, past.cert, future.cert].join('\n'))).toEqual([
      'certificates of EGRESS_CA_FILE that are not valid today: CN=old (1970-01-01 to 1970-01-02); CN=new (2100-01-01 to 2100-01-02)',
    ])
  })

  it.each([
    ['https://hooks.example.com', 'https://hooks.example.com'],
    ['https://hooks.example.com/', 'https://hooks.example.com'],
    ['http://10.0.0.5:3000/webhooks/', 'http://10.0.0.5:3000/webhooks'],
    ['https://[2001:db8::1]:8443', 'https://[2001:db8::1]:8443'],
  ])('take %s as the address of the pages', (text, address) => {
    expect(readSettings({ DOCS_BASE_URL: text }).docsBaseUrl).toBe(address)
  })

  it.each([
    'hooks.example.com',
    '/webhooks',
    '//hooks.example.com',
    'https:hooks.example.com',
    'ftp://hooks.example.com',
    'https://',
    'https:///docs',
    'https://hooks.example.com:99999',
    'https://ada@hooks.example.com',
    'https://ada:pass@hooks.example.com/',
    'https://@hooks.example.com/',
    'https://hooks.example.com?',
    'https://hooks.example.com/?a=1',
    'https://hooks.example.com/#',
    'https://hooks.example.com//',
    'https://hooks.example.com/a b',
    'https://hooks.example.com\\docs',
  ])('take %s not as the address of the pages', (text) => {
    expect(listProblems({ DOCS_BASE_URL: text })).toEqual([
      expect.stringMatching(/^DOCS_BASE_URL(?: is |: )/),
    ])
  })

  it.each([
    { DOCS_BASE_URL: 'https://u:hunter2@hooks.example.com/?a=b' },
    { DOCS_BASE_URL: 'https://hooks.example.com/?token=hunter2' },
    { EGRESS_ALLOW: 'https://u:hunter2@crm.internal' },
    { EGRESS_ONLY: 'u:hunter2@crm.internal' },
    { PORT: 'sk_live_hunter2' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://u:hunter2@collector' },
  ])('show no password where they are refused: %j', (environment) => {
    const problems = listProblems(environment)

    expect(problems).not.toEqual([])
    expect(problems.join()).not.toContain('hunter2')
  })

  it.each(['a b', 'ä', 'a/b', 'x'.repeat(129)])('take %s not as the name of an instance', (text) => {
    expect(listProblems({ INSTANCE: text })).toEqual([expect.stringMatching(/^INSTANCE is /)])
  })

  it('say of each limit that one instance keeps to itself that it is per instance', () => {
    // The others bound one request, one response or one call.
    const shared = allVariables.filter(({ description }) =>
      /under way|at once|connections|waiting|pause|per second/.test(description),
    )
    const limits = shared.filter(({ name }) => name.startsWith('MAX_'))

    expect(limits.map(({ name }) => name)).toEqual([
      'MAX_IN_FLIGHT',
      'MAX_CONNECTIONS',
      'MAX_IN_FLIGHT_PER_CLIENT',
      'MAX_IN_FLIGHT_PER_TENANT',
      'MAX_PER_SECOND_PER_CLIENT',
      'MAX_PAUSED',
      'MAX_BYTES_IN_FLIGHT',
      'MAX_PER_HOST',
      'MAX_QUEUE_PER_HOST',
      'MAX_PAUSE_MS',
    ])
    for (const { description } of limits) expect(description).toMatch(/^Limit per instance for /)
  })

  it('take a collector with its headers, decoded, and a name for the service', () => {
    const endpoint = 'http://collector:4318'
    const headers = 'authorization=Bearer%20c2VjcmV0, x-scope=a=b%2Cc'

    expect(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).traces).toEqual({
      endpoint,
      headers: {},
      serviceName: 'webhook-node',
    })
    expect(
      readSettings({
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_HEADERS: headers,
        OTEL_SERVICE_NAME: 'hooks',
      }).traces,
    ).toEqual({
      endpoint,
      headers: { authorization: 'Bearer c2VjcmV0', 'x-scope': 'a=b,c' },
      serviceName: 'hooks',
    })
  })

  it.each([
    ['no value', 'x-secret'],
    ['an empty value', 'x-secret='],
    ['a name that is none', 'x secret=1'],
    ['a space that is not encoded', 'x=Bearer secret'],
    ['an escape that is none', 'x=secret%zz'],
    ['a line break', 'x=secret%0d%0aX-Other:%201'],
    ['commas only', ' , '],
  ])('refuse headers for the collector with %s, and do not show them', (_what, headers) => {
    const problems = listProblems({ OTEL_EXPORTER_OTLP_HEADERS: headers })

    expect(problems).toEqual([expect.stringMatching(/^OTEL_EXPORTER_OTLP_HEADERS: (every|must have)/)])
    expect(problems.join()).not.toContain('secret')
  })

  it('take name servers with and without a port', () => {
    const { egress } = readSettings({ EGRESS_DNS_SERVERS: '10.0.0.53, [fd00::53]:5353, [fd00::54]' })

    expect(egress.dnsServers).toEqual(['10.0.0.53:53', '[fd00::53]:5353', '[fd00::54]:53'])
  })

  it('say at start which hosts alone may be called', () => {
    const { notices } = readSettings({ EGRESS_ONLY: 'api.crm.example', API_KEYS: `engine:${key}` })

    expect(notices).toEqual(['only these hosts may be called: api.crm.example'])
  })

  it.each<readonly [environment: NodeJS.ProcessEnv, names: string]>([
    [{ HTTPS_PROXY: 'http://u:s3cr3t@proxy.example:3128' }, 'HTTPS_PROXY'],
    [{ https_proxy: 'http://u:s3cr3t@proxy.example:3128' }, 'https_proxy'],
    [{ all_proxy: 's3cr3t', HTTP_PROXY: 's3cr3t', http_proxy: '' }, 'HTTP_PROXY, all_proxy'],
    [{ ALL_PROXY: 's3cr3t', NODE_USE_ENV_PROXY: '1', NO_PROXY: 's3cr3t' }, 'ALL_PROXY, NODE_USE_ENV_PROXY'],
  ])('say at start that %j is not used, without its value', (environment, names) => {
    const { notices } = readSettings({ ...environment, API_KEYS: `engine:${key}` })

    expect(notices).toEqual([
      `ignored: ${names}; targets are called without a proxy, unless EGRESS_PROXY names one`,
    ])
  })

  it.each([{ HTTPS_PROXY: '' }, { NO_PROXY: '*' }, { NODE_USE_ENV_PROXY: '1' }])(
    'say nothing of a proxy where none is named: %j',
    (environment) => {
      expect(readSettings({ ...environment, API_KEYS: `engine:${key}` }).notices).toEqual([])
    },
  )
})

describe('secrets of the service', () => {
  it('are read at the start, and the log will name those that may be sent anywhere', async () => {
    const secretsFile = await file('{"two":{"value":"s3cr3t-2","hosts":["h.example"]},"three":"s3cr3t-3"}')
    const { path } = await testFiles({ one: 's3cr3t-1\n' })

    const { secrets, notices } = readSettings({ SECRETS_DIR: path, SECRETS_FILE: secretsFile })

    expect([...secrets.initial.keys()]).toEqual(['one', 'two', 'three'])
    expect(secrets.sources).toEqual({ directory: path, file: secretsFile, unbound: 'allow' })
    expect(notices).toContainEqual('every client may send these secrets anywhere: one, three')
    expect(JSON.stringify(notices)).not.toContain('s3cr3t')
  })

  it('that cannot be used are named together with everything else that is wrong', async () => {
    const secretsFile = await file('{"a":{"value":"s3cr3t-1","host":"h.example"},"b":"s3cr3t-2"}')
    const { path } = await testFiles({ 'c-d': 's3cr3t-3' })

    const problems = listProblems({
      PORT: 'eighty',
      SECRETS_DIR: path,
      SECRETS_FILE: secretsFile,
      SECRETS_UNBOUND: 'refuse',
    })

    expect(problems).toEqual([
      'PORT is "eighty": must be an integer from 0 to 65535',
      expect.stringMatching(/^SECRETS_DIR is ".*": the file "c-d" is not a name of a secret/),
      expect.stringMatching(/^SECRETS_FILE is ".*": \/a\/host is unknown/),
      expect.stringMatching(/^SECRETS_FILE is ".*": \/a has no binding/),
      expect.stringMatching(/^SECRETS_FILE is ".*": \/b has no binding/),
    ])
    expect(problems.join()).not.toContain('s3cr3t')
  })

  it('do not matter to the health check, which has to say how the service is', () => {
    expect(readListening({ PORT: '8080', SECRETS_DIR: '/nowhere' })).toEqual({
      host: '127.0.0.1',
      port: 8080,
    })
    expect(() => readListening({ PORT: 'eighty' })).toThrow('PORT is "eighty"')
  })
})

describe('clients without a list of tenants', () => {
  const bound = '{"a":{"value":"s3cr3t-1","tenants":["acme"]}}'
  const clients = { API_KEYS: `ops:${key},engine:${key}2@acme,lab:${key}3` }

  it('are named at the start where a secret is bound to tenants, which keeps none of them out', async () => {
    const reading = await file(clientsFile({ dashboard: { rights: ['read'] } }))

    const { notices } = readSettings({
      ...clients,
      API_KEYS_FILE: reading,
      SECRETS_FILE: await file(bound),
    })

    expect(notices).toEqual([
      'these secrets have no "in", so they may be used in auth, headers, tls, signing only: a',
      'these clients may name any tenant, so binding secrets to tenants does not restrict them: ops, lab',
    ])
  })

  it.each<[when: string, environment: Record<string, string>, secrets: string]>([
    ['no secret is bound to tenants', clients, '{"a":{"value":"s3cr3t-1","hosts":["h.example"]}}'],
    ['all clients have a list', { API_KEYS: `engine:${key}2@acme` }, bound],
    ['no key is asked for, which another line tells', { ...clients, AUTH: 'off' }, bound],
  ])('are not named where %s', async (_when, environment, secrets) => {
    const { notices } = readSettings({ ...environment, SECRETS_FILE: await file(secrets) })

    expect(notices.join()).not.toContain('binding')
  })
})

describe('a list that comes out empty', () => {
  it.each(['EGRESS_ALLOW', 'EGRESS_DENY', 'EGRESS_ONLY', 'EGRESS_DNS_SERVERS', 'EGRESS_NAT64', 'API_KEYS'])(
    'stops the start where %s is set to it: it may leave open what it was to close',
    (name) => {
      expect(() => readSettings({ [name]: ' , ' })).toThrow(`must have at least one entry`)
    },
  )
})
