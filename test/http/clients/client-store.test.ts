import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hashKey } from '../../../src/http/clients/api-keys.ts'
import { createClientStore } from '../../../src/http/clients/client-store.ts'
import { type ClientSources, readClients } from '../../../src/http/clients/read-clients.ts'
import { apiKeyList } from '../../../src/settings/parsers.ts'
import { collectedLog } from '../../support/collected-log.ts'
import { testFiles } from '../../support/files.ts'

const [oldKey, newKey, envKey] = ['old-key-0123456789', 'new-key-0123456789', 'env-key-0123456789']

/** The text of a file of clients, from their plain keys. */
function clientsFile(clients: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(clients).map(([name, keys]) => [
    name,
    { keys: keys.map((key) => `sha256:${hashKey(key)}`) },
  ])
  return JSON.stringify(Object.fromEntries(entries))
}

/** A store that looks for changes all the time. */
function createStore(file: string, apiKeys = '') {
  const listed = apiKeyList(apiKeys)
  if (!listed.ok) throw new TypeError(listed.problem)
  const sources: ClientSources = { listed: listed.value, file }
  const read = readClients(sources)
  if (!read.ok) throw new TypeError(read.problems.join('\n'))
  const { lines, log } = collectedLog()
  const store = createClientStore({ sources, initial: read.value, log, intervalMs: 5 })
  onTestFinished(() => store.close())
  const findName = (key: string) => store.find(key)?.name ?? null
  const becomes = (key: string, name: string | null) =>
    vi.waitFor(() => expect(findName(key)).toBe(name), { timeout: 10_000, interval: 5 })
  const logs = (count: number) => vi.waitUntil(() => lines.length >= count, { timeout: 10_000, interval: 5 })
  return { store, lines, findName, becomes, logs }
}

describe('a client', () => {
  it('has several keys while these are rotated, without a restart', async () => {
    const files = await testFiles({ 'clients.json': clientsFile({ engine: [oldKey] }) })
    const { findName, becomes, lines } = createStore(join(files.path, 'clients.json'))

    await files.replace('clients.json', clientsFile({ engine: [oldKey, newKey] }))
    await becomes(newKey, 'engine')
    expect(findName(oldKey)).toBe('engine')
    await files.replace('clients.json', clientsFile({ engine: [newKey] }))
    await becomes(oldKey, null)

    expect(findName(newKey)).toBe('engine')
    expect(lines).toEqual([
      { level: 'info', details: { clients: ['engine'] } },
      { level: 'info', details: { clients: ['engine'] } },
    ])
  })

  it('of API_KEYS stays whatever happens to the file', async () => {
    const files = await testFiles({ 'clients.json': clientsFile({ engine: [oldKey] }) })
    const { findName, becomes } = createStore(join(files.path, 'clients.json'), `ops:${envKey}`)

    await files.write('clients.json', clientsFile({ dashboard: [newKey] }))
    await becomes(newKey, 'dashboard')

    expect([findName(envKey), findName(oldKey)]).toEqual(['ops', null])
  })
})

describe('a change of API_KEYS_FILE that cannot be used', () => {
  it.each<[says: string, content: string]>([
    ['half-written JSON', '{"engine":{"keys":["sha'],
    ['no client', '{}'],
    ['a plain key', JSON.stringify({ engine: { keys: [newKey] } })],
    ['a name that is in API_KEYS', clientsFile({ ops: [newKey] })],
    ['a key that is in API_KEYS', clientsFile({ engine: [envKey] })],
  ])(
    'leaves all clients as they were, is logged once without a key, and is over with the next change: %s',
    async (_says, content) => {
      const files = await testFiles({ 'clients.json': clientsFile({ engine: [oldKey] }) })
      const { findName, becomes, logs, lines } = createStore(
        join(files.path, 'clients.json'),
        `ops:${envKey}`,
      )

      await files.replace('clients.json', content)
      await logs(1)
      expect([findName(oldKey), findName(newKey), findName(envKey)]).toEqual(['engine', null, 'ops'])
      await files.replace('clients.json', clientsFile({ engine: [newKey] }))
      await becomes(newKey, 'engine')

      expect(lines).toEqual([
        { level: 'error', details: { problems: [expect.stringMatching(/^API_KEYS_FILE is ".*": /)] } },
        { level: 'info', details: { clients: ['ops', 'engine'] } },
      ])
      for (const key of [oldKey, newKey, envKey]) expect(JSON.stringify(lines)).not.toContain(key)
    },
  )

  it('may be a file that is gone', async () => {
    const files = await testFiles({ 'clients.json': clientsFile({ engine: [oldKey] }) })
    const { findName, logs, lines } = createStore(join(files.path, 'clients.json'))

    await files.remove('clients.json')
    await logs(1)

    expect(findName(oldKey)).toBe('engine')
    expect(lines).toMatchObject([{ level: 'error' }])
  })

  it('is logged again when it is a different one, and is over when the file is as before', async () => {
    const before = clientsFile({ engine: [oldKey] })
    const files = await testFiles({ 'clients.json': before })
    const { logs, lines } = createStore(join(files.path, 'clients.json'))

    for (const [index, content] of ['[]', '[1]', before].entries()) {
      await files.replace('clients.json', content)
      await logs(index + 1)
    }

    expect(lines.map(({ level }) => level)).toEqual(['error', 'error', 'info'])
  })
})

describe('a store of clients that is closed', () => {
  it('does not read its file any more', async () => {
    const files = await testFiles({ 'clients.json': clientsFile({ engine: [oldKey] }) })
    const { store, findName } = createStore(join(files.path, 'clients.json'))
    const other = createStore(join(files.path, 'clients.json'))

    store.close()
    await files.write('clients.json', clientsFile({ engine: [newKey] }))
    await other.becomes(newKey, 'engine')

    expect(findName(newKey)).toBeNull()
  })
})
