import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/contract/schemas.ts'
import { clientFinder, hashKey } from '../../../src/http/clients/api-keys.ts'
import type { Client } from '../../../src/http/clients/client.ts'
import { service } from '../../support/service.ts'

const [oldKey, newKey] = ['old-key-0123456789', 'new-key-0123456789']
const settings = { API_KEYS: `engine-2025:${oldKey},engine-2026:${newKey}` }
const denied = { node: { method: 'GET', url: 'https://169.254.169.254/' } }

describe('a service with keys', () => {
  it.each([
    ['engine-2025', `Bearer ${oldKey}`],
    ['engine-2026', `Bearer ${newKey}`],
    ['engine-2026', `bearer  ${newKey}`],
  ])('is open to %s, whose name the log shows', async (keyName, authorization) => {
    const { post, log } = await service({ settings })

    const { status } = await post('/v1/execute', denied, { authorization })

    expect(status).toBe(200)
    expect(log).toContainEqual(expect.objectContaining({ msg: 'node executed', keyName }))
    expect(JSON.stringify(log)).not.toContain(newKey)
  })

  it.each<[what: string, headers: Record<string, string>, challenge: string]>([
    ['no key', {}, 'Bearer realm="webhook-node"'],
    ['another scheme', { authorization: `Basic ${newKey}` }, 'Bearer realm="webhook-node"'],
    ['a wrong key', { authorization: 'Bearer wrong' }, 'Bearer realm="webhook-node", error="invalid_token"'],
    [
      'a key that only begins right',
      { authorization: `Bearer ${newKey}x` },
      'Bearer realm="webhook-node", error="invalid_token"',
    ],
    ['two keys at once', { authorization: `Bearer ${oldKey} ${newKey}` }, 'Bearer realm="webhook-node"'],
  ])('refuses %s before it reads the body', async (_what, headers, challenge) => {
    const { post } = await service({ settings })

    const reply = await post<Problem>('/v1/execute', 'not even JSON', headers)

    expect(reply).toMatchObject({ status: 401, body: { code: 'unauthorized', delivered: 'no' } })
    expect(reply.headers.get('www-authenticate')).toBe(challenge)
  })

  it.each(['/livez', '/readyz', '/openapi.json', '/docs/'])('asks for no key at %s', async (path) => {
    const { url } = await service({ settings })

    const response = await fetch(url + path)

    expect(response.status).toBe(200)
    await response.bytes()
  })
})

describe('a key', () => {
  const findName = nameFinder([
    ['short', 'abc'],
    ['long', 'abcdefghij'],
    ['as long', 'jihgfedcba'],
    ['foreign', 'schlüssel'],
    ['foreign', 'llave'],
  ])

  it.each([
    ['short', 'abc'],
    ['long', 'abcdefghij'],
    ['as long', 'jihgfedcba'],
    ['foreign', 'schlüssel'],
    ['foreign', 'llave'],
  ])('is found: %s', (name, token) => {
    expect(findName(token)).toBe(name)
  })

  it.each([
    ['empty', ''],
    ['shorter than all keys', 'ab'],
    ['the beginning of a key', 'abcdefghi'],
    ['the beginning of a key, filled up', 'abc\0'],
    ['as long as a key', 'abcdefghiX'],
    ['a key and more', 'abcd'],
    ['the longest key and more', 'abcdefghijk'],
    ['the longest key twice', 'abcdefghijabcdefghij'],
    ['much longer than all keys', 'abcdefghij'.repeat(1_000)],
    ['a key in other letters', 'ABC'],
    ['a key in another encoding', Buffer.from('schlüssel').toString('latin1')],
    ['not of ASCII, and as long as a key', 'schlössel'],
    ['a key with a part of a character more', 'abcdefghi\u{1f511}'],
  ])('is not found where the text is %s', (_what, token) => {
    expect(findName(token)).toBeNull()
  })

  it('is found by the same text and by no other', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'ü', '€', '\u{1f511}'), maxLength: 4 })

    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), text, (keys, token) => {
        const found = nameFinder(keys.map((key) => [`the key ${key}`, key]))(token)
        return found === (keys.includes(token) ? `the key ${token}` : null)
      }),
    )
  })

  it('is found every time, whatever came before', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'ü'), maxLength: 3 })

    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 4 }), fc.array(text), (keys, tokens) => {
        const findName = nameFinder(keys.map((key) => [`the key ${key}`, key]))
        expect(tokens.map(findName)).toEqual(
          tokens.map((token) => (keys.includes(token) ? `the key ${token}` : null)),
        )
      }),
    )
  })
})

/** Finds the name of the client that a key belongs to. */
function nameFinder(keys: readonly (readonly [name: string, key: string])[]) {
  const byName = Map.groupBy(keys, ([name]) => name)
  const find = clientFinder(
    Array.from(byName, ([name, own]) =>
      createClient(
        name,
        own.map(([, key]) => key),
      ),
    ),
  )
  return (token: string) => find(token)?.name ?? null
}

function createClient(name: string, keys: readonly string[]): Client {
  return { name, keyHashes: keys.map(hashKey), tenants: null, rights: new Set(), maxInFlight: null }
}
