import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type ProxyUrl, parseProxyUrl } from '../../src/egress/proxy/proxy-url.ts'
import { createProxyStore } from '../../src/secrets/proxy-store.ts'
import { readProxy } from '../../src/secrets/read-proxy.ts'
import type { SecretStore } from '../../src/secrets/secret-store.ts'
import { collectedLog } from '../support/collected-log.ts'
import { testFiles } from '../support/files.ts'

function parse(url: string): ProxyUrl {
  const parsed = parseProxyUrl(url)
  if (!parsed.ok) throw new TypeError(parsed.problem)
  return parsed.value
}

/** A store that looks for changes all the time. */
function createStore(
  url: string | null,
  file: string | null = null,
  find: SecretStore['find'] = () => undefined,
) {
  const sources = { url: url === null ? null : parse(url), file }
  const read = readProxy(sources)
  if (!read.ok || read.value === null) throw new TypeError('no proxy')
  const { lines, log } = collectedLog()
  const options = { sources, initial: read.value, bypass: [], resolves: 'service' } as const
  const store = createProxyStore({ ...options, secrets: { find }, log, intervalMs: 5 })
  onTestFinished(() => store.close())
  const becomes = (expected: object) =>
    vi.waitFor(() => expect({ ...store.current(), revision: store.revision }).toMatchObject(expected), {
      timeout: 10_000,
      interval: 5,
    })
  return { store, lines, becomes }
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

describe('the proxy', () => {
  it('has the credentials of its URL, in UTF-8', () => {
    expect(createStore('http://u:p%C3%A9@proxy:1').store.current().authorization).toBe(basic('u:pé'))
    expect(createStore('http://u@proxy:1').store.current().authorization).toBe(basic('u:'))
    expect(createStore('http://proxy:1').store.current().authorization).toBeNull()
  })

  it('takes a new password at once, and stays the same proxy', async () => {
    const files = await testFiles({ password: 'f1rst-word\n' })
    const { store, lines, becomes } = createStore('http://u@proxy:1', join(files.path, 'password'))
    expect(store.current().authorization).toBe(basic('u:f1rst-word'))

    await files.replace('password', 's3cond-word\n')

    await becomes({ authorization: basic('u:s3cond-word'), revision: 0 })
    expect(JSON.stringify(lines)).not.toMatch(/f1rst|s3cond/)
  })

  it('is another one with another URL', async () => {
    const files = await testFiles({ url: 'http://u:f1rst-word@proxy:1' })
    const { lines, becomes } = createStore(null, join(files.path, 'url'))

    await files.replace('url', 'https://u:s3cond-word@other:2')

    await becomes({ host: 'other', port: 2, isSecure: true, revision: 1 })
    expect(JSON.stringify(lines)).not.toMatch(/f1rst|s3cond/)
  })

  it('stays in use where its file becomes invalid, and the log says why', async () => {
    const files = await testFiles({ url: 'http://u:f1rst-word@proxy:1' })
    const { lines, becomes } = createStore(null, join(files.path, 'url'))

    await files.replace('url', 's3cond-word')

    await vi.waitUntil(() => lines.length > 0, { timeout: 10_000, interval: 5 })
    await becomes({ host: 'proxy', revision: 0, authorization: basic('u:f1rst-word') })
    expect(JSON.stringify(lines)).toContain('its text must be the URL of a proxy')
    expect(JSON.stringify(lines)).not.toMatch(/f1rst|s3cond/)
  })

  it('has the present value of a stored secret, and the last one where it is gone', () => {
    let value: string | null = 'f1rst-word'
    const uses: unknown[] = []
    const { store, lines } = createStore('http://u:{{ secrets.pw }}@proxy:1', null, (name, use) => {
      uses.push([name, use])
      return value === null ? undefined : { value, isStored: true, isHidden: true }
    })
    const read = () => store.current().authorization

    expect(read()).toBe(basic('u:f1rst-word'))
    expect(uses).toEqual([
      ['pw', { place: 'auth', isDelimited: true, host: 'proxy', port: 1, path: '/', tenant: null }],
    ])
    value = 's3cond-word'
    expect(read()).toBe(basic('u:s3cond-word'))
    value = null
    expect(read()).toBe(basic('u:s3cond-word'))
    expect(JSON.stringify(lines)).toContain('"details":{"secret":"pw"}')
    expect(JSON.stringify(lines)).not.toMatch(/f1rst|s3cond/)
  })
})
