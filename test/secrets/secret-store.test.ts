import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readSecrets, type SecretSources } from '../../src/secrets/read-secrets.ts'
import type { StoredSecretUse } from '../../src/secrets/secret.ts'
import { createSecretStore, type SecretStore } from '../../src/secrets/secret-store.ts'
import { collectedLog } from '../support/collected-log.ts'
import { daysFromNow } from '../support/days.ts'
import { testFiles } from '../support/files.ts'
import { authority } from '../support/servers.ts'

const anywhere: StoredSecretUse = {
  place: 'auth',
  isDelimited: true,
  host: 'hooks.example',
  port: 443,
  path: '/',
  tenant: null,
}

/** A store that looks for changes all the time. */
function createStore(wanted: Partial<SecretSources>) {
  const sources = { directory: null, file: null, unbound: 'allow' as const, ...wanted }
  const read = readSecrets(sources)
  if (!read.ok) throw new TypeError(read.problems.join('\n'))
  const { lines, log } = collectedLog()
  const store = createSecretStore({ sources, initial: read.value, log, intervalMs: 5 })
  onTestFinished(() => store.close())
  const find = (name: string) => valueOrRefusal(store.find(name, anywhere))
  const becomes = (name: string, value: unknown) =>
    vi.waitFor(() => expect(find(name)).toEqual(value), { timeout: 10_000, interval: 5 })
  const logs = (count: number) => vi.waitUntil(() => lines.length >= count, { timeout: 10_000, interval: 5 })
  return { store, lines, find, becomes, logs }
}

/** The value alone, since most of these tests are about nothing else. */
function valueOrRefusal(found: ReturnType<SecretStore['find']>) {
  return found !== undefined && 'value' in found ? found.value : found
}

describe('the store', () => {
  it('finds what is bound where it is bound to, and nothing under another name', async () => {
    const { path } = await testFiles({
      'secrets.json': '{"open":"s3cr3t-1","bound":{"value":"s3cr3t-2","hosts":["api.example"]}}',
    })
    const { store } = createStore({ file: join(path, 'secrets.json') })
    const found = { isStored: true, isHidden: true }

    expect(store.find('open', anywhere)).toEqual({ value: 's3cr3t-1', ...found })
    expect(store.find('bound', { ...anywhere, host: 'api.example' })).toEqual({ value: 's3cr3t-2', ...found })
    expect(store.find('bound', anywhere)).toEqual({ refusedBy: 'hosts' })
    expect(store.find('open', { ...anywhere, place: 'query' })).toEqual({ refusedBy: 'in' })
    expect(store.find('OPEN', anywhere)).toBeUndefined()
    expect(store.find('toString', anywhere)).toBeUndefined()
  })

  it('knows when certificates end, by name, and anew after each change', async () => {
    const [first, second] = [await authority.issue(), await authority.issue({ notAfter: daysFromNow(3) })]
    const endOf = ({ cert }: { readonly cert: string }) => new X509Certificate(cert).validToDate.getTime()
    const files = await testFiles({ 'secrets.json': JSON.stringify({ cert: first.cert, key: first.key }) })
    const { store, becomes } = createStore({ file: join(files.path, 'secrets.json') })
    expect([...store.certificateEnds()]).toEqual([['cert', endOf(first)]])

    const hidden = { value: first.cert, in: ['headers'] }
    const changed = { cert: second.cert, hidden, chain: `${first.cert}\n${second.cert}`, key: 'changed' }
    await files.replace('secrets.json', JSON.stringify(changed))
    await becomes('key', 'changed')

    expect([...store.certificateEnds()]).toEqual([
      ['cert', endOf(second)],
      ['chain', endOf(first)],
    ])
  })

  it('marks a value that is no secret as visible', async () => {
    const { path } = await testFiles({ 'secrets.json': '{"account":{"value":"AC-4711","hidden":false}}' })
    const { store } = createStore({ file: join(path, 'secrets.json') })

    expect(store.find('account', anywhere)).toEqual({ value: 'AC-4711', isStored: true, isHidden: false })
  })

  it('is empty without sources', () => {
    const { find } = createStore({})

    expect(find('a')).toBeUndefined()
  })

  it('keeps no process alive', async () => {
    const { path } = await testFiles({ a: 's3cr3t-1' })
    const sources = { directory: path, file: null, unbound: 'allow' }
    const program = `
      import { createSecretStore } from '${import.meta.resolve('../../src/secrets/secret-store.ts')}'
      createSecretStore({ sources: ${JSON.stringify(sources)}, initial: new Map(), log: console, intervalMs: 1 })
    `

    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  })
})

describe('a secret', () => {
  it('is read again when its file is written', async () => {
    const files = await testFiles({ a: 's3cr3t-1\n' })
    const { becomes, lines } = createStore({ directory: files.path })

    await files.write('a', 's3cr3t-2\n')

    await becomes('a', 's3cr3t-2')
    expect(lines.at(-1)).toEqual({ level: 'info', details: { secrets: 1 } })
  })

  it('is read again when its file is replaced, again and again', async () => {
    const files = await testFiles({ 'secrets.json': '{"a":"s3cr3t-0"}' })
    const { becomes } = createStore({ file: join(files.path, 'secrets.json') })

    for (const round of [1, 2, 3]) {
      await files.replace('secrets.json', `{"a":"s3cr3t-${round}"}`)
      await becomes('a', `s3cr3t-${round}`)
    }
  })

  it('is read again when Kubernetes swaps what is mounted', async () => {
    const files = await testFiles()
    await files.mount({ a: 's3cr3t-1', b: 's3cr3t-1' })
    const { becomes, find } = createStore({ directory: files.path })

    await files.mount({ a: 's3cr3t-2', b: 's3cr3t-2' })

    await becomes('a', 's3cr3t-2')
    expect(find('b')).toBe('s3cr3t-2')
  })

  it('is read again when Kubernetes swaps the directory that SECRETS_FILE is in', async () => {
    const files = await testFiles()
    await files.mount({ 'secrets.json': '{"a":"s3cr3t-1"}' })
    const { becomes } = createStore({ file: join(files.path, 'secrets.json') })

    await files.mount({ 'secrets.json': '{"a":"s3cr3t-2"}' })

    await becomes('a', 's3cr3t-2')
  })

  it('is read when it is new, and is gone when its file is', async () => {
    const files = await testFiles({ a: 's3cr3t-1' })
    const { becomes, find } = createStore({ directory: files.path })

    await files.write('b', 's3cr3t-2')
    await becomes('b', 's3cr3t-2')
    await files.remove('a')
    await becomes('a', undefined)
    expect(find('b')).toBe('s3cr3t-2')
  })

  it('is read again when it is written twice within one tick of the clock of the file system', async () => {
    const files = await testFiles({ a: 's3cr3t-00' })
    const { becomes } = createStore({ directory: files.path })

    for (let round = 1; round < 60; round++)
      await files.write('a', `s3cr3t-${String(round).padStart(2, '0')}`)

    await becomes('a', 's3cr3t-59')
  })

  it('is read again when it changed between the start and the first look', async () => {
    const files = await testFiles({ a: 's3cr3t-1' })
    const sources: SecretSources = { directory: files.path, file: null, unbound: 'allow' }
    const read = readSecrets(sources)
    await files.write('a', 's3cr3t-2')
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const store = createSecretStore({
      sources,
      initial: read.ok ? read.value : new Map(),
      log,
      intervalMs: 5,
    })
    onTestFinished(() => store.close())

    await vi.waitFor(() => expect(valueOrRefusal(store.find('a', anywhere))).toBe('s3cr3t-2'), {
      timeout: 10_000,
    })
  })

  it('is read again when its binding changes', async () => {
    const files = await testFiles({ 'secrets.json': '{"a":"s3cr3t-1"}' })
    const { becomes } = createStore({ file: join(files.path, 'secrets.json') })

    await files.write('secrets.json', '{"a":{"value":"s3cr3t-1","hosts":["api.example"]}}')

    await becomes('a', { refusedBy: 'hosts' })
  })

  it('is read again when the file that its entry binds changes, or is swapped by Kubernetes', async () => {
    const files = await testFiles()
    await files.mount({ 'tls.key': 's3cr3t-1' })
    const listed = await testFiles({ 'secrets.json': '{"a":{"file":"tls.key","hosts":["hooks.example"]}}' })
    const { becomes, find } = createStore({ directory: files.path, file: join(listed.path, 'secrets.json') })
    expect(find('a')).toBe('s3cr3t-1')

    await files.mount({ 'tls.key': 's3cr3t-2' })

    await becomes('a', 's3cr3t-2')
  })

  it.each([
    ['in', '"in":["query"]', '"in":["query","auth"]'],
    ['ports', '"ports":[8443]', '"ports":[8443,443]'],
    ['paths', '"paths":["/v1"]', '"paths":["/v1","/"]'],
    ['tenants', '"tenants":["acme"]', '"hidden":true'],
  ])('is read again when its %s change', async (refusedBy, before, after) => {
    const files = await testFiles({ 'secrets.json': `{"a":{"value":"s3cr3t-1",${before}}}` })
    const { becomes, find } = createStore({ file: join(files.path, 'secrets.json') })
    expect(find('a')).toEqual({ refusedBy })

    await files.replace('secrets.json', `{"a":{"value":"s3cr3t-1",${after}}}`)

    await becomes('a', 's3cr3t-1')
  })

  it('is read again when it is no longer hidden', async () => {
    const files = await testFiles({ 'secrets.json': '{"a":{"value":"s3cr3t-1"}}' })
    const { store } = createStore({ file: join(files.path, 'secrets.json') })

    await files.replace('secrets.json', '{"a":{"value":"s3cr3t-1","hidden":false}}')

    await vi.waitFor(() => expect(store.find('a', anywhere)).toMatchObject({ isHidden: false }), {
      timeout: 10_000,
    })
  })
})

describe('a secret that may be sent anywhere', () => {
  it('is named when it comes or loses its bindings, and not again', async () => {
    const bound = '{"value":"s3cr3t-1","hosts":["api.example"]}'
    const files = await testFiles({ 'secrets.json': `{"old":"s3cr3t-1","bound":${bound}}` })
    const { logs, lines } = createStore({ file: join(files.path, 'secrets.json') })

    await files.replace('secrets.json', `{"old":"s3cr3t-2","bound":"s3cr3t-1","new":"s3cr3t-1"}`)
    await logs(3)
    await files.replace('secrets.json', `{"old":"s3cr3t-3","bound":"s3cr3t-3","new":"s3cr3t-3"}`)
    await logs(4)

    expect(lines).toEqual([
      { level: 'info', details: { secrets: 3 } },
      { level: 'warn', details: 'every client may send these secrets anywhere: bound, new' },
      { level: 'warn', details: expect.stringMatching(/ have no "in", .* only: new$/) },
      { level: 'info', details: { secrets: 3 } },
    ])
  })
})

describe('a change that cannot be used', () => {
  it.each<[says: string, content: string]>([
    ['half-written JSON', '{"a":"s3cr3t-2","b'],
    ['a short value', '{"a":"s3"}'],
    ['nothing', ''],
  ])(
    'leaves everything as it was, is logged once without a value, and is over with the next change: %s',
    async (_says, content) => {
      const files = await testFiles({ 'secrets.json': '{"a":"s3cr3t-1"}' })
      const { find, becomes, logs, lines } = createStore({ file: join(files.path, 'secrets.json') })

      await files.replace('secrets.json', content)
      await logs(1)
      expect(find('a')).toBe('s3cr3t-1')

      await files.replace('secrets.json', '{"a":"s3cr3t-3"}')
      await becomes('a', 's3cr3t-3')

      expect(lines).toEqual([
        { level: 'error', details: { problems: [expect.stringContaining('SECRETS_FILE')] } },
        { level: 'info', details: { secrets: 1 } },
      ])
      expect(JSON.stringify(lines)).not.toContain('s3cr3t')
    },
  )

  it('may be a source that is gone', async () => {
    const files = await testFiles({ 'all/a': 's3cr3t-1' })
    const { find, becomes, logs, lines } = createStore({ directory: join(files.path, 'all') })

    await files.remove('all')
    await logs(1)
    expect(find('a')).toBe('s3cr3t-1')
    expect(lines).toMatchObject([{ level: 'error' }])

    await files.write('all/a', 's3cr3t-2')
    await becomes('a', 's3cr3t-2')
  })

  it('may be a secret that is no longer bound where that is refused', async () => {
    const bound = '{"a":{"value":"s3cr3t-1","hosts":["hooks.example"]}}'
    const files = await testFiles({ 'secrets.json': bound })
    const { find, logs, lines } = createStore({ file: join(files.path, 'secrets.json'), unbound: 'refuse' })

    await files.replace('secrets.json', '{"a":"s3cr3t-2"}')
    await logs(1)

    expect(find('a')).toBe('s3cr3t-1')
    expect(lines).toMatchObject([{ level: 'error' }])
  })

  it.each([
    ['with another problem', '{"a":1}'],
    ['with the same problem', '[1]'],
  ])('is logged again when it is a different one, %s', async (_says, content) => {
    const files = await testFiles({ 'secrets.json': '{"a":"s3cr3t-1"}' })
    const { logs, lines } = createStore({ file: join(files.path, 'secrets.json') })

    await files.replace('secrets.json', '[]')
    await logs(1)
    await files.replace('secrets.json', content)
    await logs(2)

    expect(lines.map(({ level }) => level)).toEqual(['error', 'error'])
  })

  it('makes the store stale until one can be used, which is logged even where nothing is new', async () => {
    const files = await testFiles({ 'secrets.json': '{"a":"s3cr3t-1"}' })
    const { store, logs, lines } = createStore({ file: join(files.path, 'secrets.json') })

    expect(store.isStale()).toBe(false)
    await files.replace('secrets.json', '[]')
    await logs(1)
    expect(store.isStale()).toBe(true)
    await files.replace('secrets.json', '{"a":"s3cr3t-1"}')
    await logs(2)

    expect(store.isStale()).toBe(false)
    expect(lines.map(({ level }) => level)).toEqual(['error', 'info'])
  })
})

describe('a store that is closed', () => {
  it('does not read its sources any more', async () => {
    const files = await testFiles({ a: 's3cr3t-1' })
    const { store, find } = createStore({ directory: files.path })
    const other = createStore({ directory: files.path })

    store.close()
    await files.write('a', 's3cr3t-2')
    await other.becomes('a', 's3cr3t-2')

    expect(find('a')).toBe('s3cr3t-1')
  })
})
