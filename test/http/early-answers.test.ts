import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashKey } from '../../src/http/clients/api-keys.ts'
import { testFiles } from '../support/files.ts'
import { rawClient, writeHead, writeRequest } from '../support/raw-client.ts'
import { service } from '../support/service.ts'

const key = 'a-key-of-the-tests'
const settings = { API_KEYS: `engine:${key}`, MAX_REQUEST_BYTES: '1024' }
const length = 4_000_000
const body = 'x'.repeat(length)

const readersKey = 'a-key-of-a-reader'
const clients = { reader: { keys: [`sha256:${hashKey(readersKey)}`], rights: ['read'] } }

const early: readonly [what: string, status: number, ...fields: string[]][] = [
  ['has no key', 401],
  ['comes from a client without the right', 403, `Authorization: Bearer ${readersKey}`],
  ['is too large', 413, `Authorization: Bearer ${key}`],
]

describe('an answer that is known before the request was read', () => {
  it.each(early)(
    'comes at once and leaves the connection usable, where the request %s',
    async (_what, status, ...fields) => {
      const { url } = await serviceWithClients()
      const client = await rawClient(url)

      client.write(writeHead('POST', '/v1/execute', length, ...fields))
      expect(await client.until('\r\n\r\n{')).toContain(`HTTP/1.1 ${status}`)
      client.write(body + writeRequest('GET', '/livez', ''))

      await client.until('{"status":"ok"}')
    },
  )

  it.each(early)(
    'is not lost with a connection that is to be closed, where the request %s',
    async (_what, status, ...fields) => {
      const { url } = await serviceWithClients()
      const client = await rawClient(url)

      client.write(writeHead('POST', '/v1/execute', length, 'Connection: close', ...fields) + body)

      expect(await client.toEnd()).toMatch(new RegExp(`^HTTP/1.1 ${status}.*\r\nconnection: close`, 'is'))
    },
  )
})

async function serviceWithClients() {
  const { path } = await testFiles({ 'clients.json': JSON.stringify(clients) })
  return await service({ settings: { ...settings, API_KEYS_FILE: join(path, 'clients.json') } })
}
