import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashKey } from '../../../src/http/clients/api-keys.ts'
import { type Client, rights } from '../../../src/http/clients/client.ts'
import { parseClientsFile } from '../../../src/http/clients/clients-file.ts'

const plainKey = 'c4n4ry-0123456789abcdef'
const hash = `sha256:${hashKey(plainKey)}`
const otherHash = `sha256:${hashKey('another-key-0123456789')}`
const hashOfNothing = `sha256:${hashKey('')}`

const keyRule =
  'must be "sha256:" and the 64 hexadecimal digits that this prints: printf %s "$KEY" | sha256sum'

/** One of API_KEYS. */
const listed: Client = {
  name: 'listed',
  keyHashes: [hashKey('a-key-of-the-environment')],
  tenants: null,
  rights: new Set(rights),
  maxInFlight: null,
}

describe('API_KEYS_FILE', () => {
  it('has clients by their names, with what they may do', () => {
    const { clients, problems } = parseClientsFile(
      JSON.stringify({
        engine: {
          keys: [hash, otherHash.toUpperCase().replace('SHA', 'sha')],
          tenants: ['acme', 'b.-_9', 'acme'],
          rights: ['execute', 'redrive'],
          maxInFlight: 300,
        },
        'ops.2026_-': { keys: [`sha256:${'0'.repeat(64)}`] },
      }),
    )

    expect(problems).toEqual([])
    expect(clients).toEqual([
      {
        name: 'engine',
        keyHashes: [hash.slice(7), otherHash.slice(7)],
        tenants: new Set(['acme', 'b.-_9']),
        rights: new Set(['execute', 'redrive']),
        maxInFlight: 300,
      },
      {
        name: 'ops.2026_-',
        keyHashes: ['0'.repeat(64)],
        tenants: null,
        rights: new Set(['execute', 'read', 'redrive']),
        maxInFlight: null,
      },
    ])
  })

  const withMember = (name: string, value: unknown) => JSON.stringify({ a: { keys: [hash], [name]: value } })
  const withKeys = (...keys: unknown[]) => JSON.stringify({ a: { keys } })

  it.each<[says: string, text: string, problems: readonly unknown[]]>([
    ['nothing', '', ['The text is empty where JSON is expected.']],
    ['half of it', `{"a":{"keys":["${plainKey}`, [expect.stringMatching(/^Not valid JSON: expected/)]],
    ['a list', `["${plainKey}"]`, [expect.stringMatching(/^must be a JSON object: the name of a client to/)]],
    ['no client', '{}', ['must have at least one client']],
    [
      'a key in the place of a client',
      `{"a":"${plainKey}"}`,
      [expect.stringMatching(/^entry 1 must be an object/)],
    ],
    [
      'a key in the place of a name',
      `{"a":{"keys":["${hash}"]},"${plainKey}":"b"}`,
      ['entry 2 must be an object of keys, tenants, rights, maxInFlight, as in { "keys": ["sha256:…"] }'],
    ],
    ['null in the place of a client', '{"a":null}', [expect.stringMatching(/^entry 1 must be an object/)]],
    [
      'a name with a space',
      `{"a b":{"keys":["${hash}"]}}`,
      ['entry 1 must be named with 1 to 64 of A-Z a-z 0-9 . _ -'],
    ],
    ['an empty name', `{"":{"keys":["${hash}"]}}`, [expect.stringMatching(/^entry 1 must be named/)]],
    [
      'a long name',
      `{"${'x'.repeat(65)}":{"keys":["${hash}"]}}`,
      [expect.stringMatching(/^entry 1 must be named/)],
    ],
    [
      'no keys',
      '{"a":{}}',
      ['/a/keys is missing; must be a list of at least one hash of a key, as in ["sha256:…"]'],
    ],
    ['an empty list of keys', withKeys(), ['/a/keys must have at least one entry']],
    [
      'one key',
      JSON.stringify({ a: { keys: hash } }),
      ['/a/keys must be a list of strings: write [ before the string and ] behind it'],
    ],
    ['keys of numbers', withKeys(hash, 7), ['/a/keys must be a list of strings']],
    ['a plain key', withKeys(hash, plainKey), [`/a/keys/1 ${keyRule}`]],
    ['a hash without its kind', withKeys(hash.slice(7)), [`/a/keys/0 ${keyRule}`]],
    ['a hash of another kind', withKeys(hash.replace('sha256', 'sha512')), [`/a/keys/0 ${keyRule}`]],
    ['half a hash', withKeys(hash.slice(0, -1)), [`/a/keys/0 ${keyRule}`]],
    ['all that sha256sum prints', withKeys(`${hash}  -`), [`/a/keys/0 ${keyRule}`]],
    ['a hash and a line break', withKeys(`${hash}\n`), [`/a/keys/0 ${keyRule}`]],
    [
      'the hash of a variable that was not set',
      withKeys(hashOfNothing),
      ['/a/keys/0 is the hash of an empty text: probably KEY was not set'],
    ],
    ['a key twice', withKeys(hash, otherHash, hash), ['/a/keys/2 occurs twice']],
    [
      'a key twice in other letters',
      withKeys(hash, `sha256:${hash.slice(7).toUpperCase()}`),
      ['/a/keys/1 occurs twice'],
    ],
    [
      'a key of two clients',
      JSON.stringify({ a: { keys: [hash] }, b: { keys: [otherHash, hash] } }),
      ['/b/keys/1 is also a key of /a'],
    ],
    [
      'a key of API_KEYS',
      withKeys(`sha256:${listed.keyHashes[0]}`),
      ['/a/keys/0 is also a key of "listed" in API_KEYS'],
    ],
    ['a name of API_KEYS', JSON.stringify({ listed: { keys: [hash] } }), ['/listed is in API_KEYS, too']],
    ['no tenants', withMember('tenants', []), ['/a/tenants must have at least one entry']],
    ['tenants that are null', withMember('tenants', null), ['/a/tenants must be a list of strings']],
    [
      'one tenant',
      withMember('tenants', 'acme'),
      ['/a/tenants must be a list of strings: write [ before the string and ] behind it'],
    ],
    [
      'a tenant that no request can have',
      withMember('tenants', ['acme', 'a b']),
      ['/a/tenants/1 is not a name of a tenant: use 1 to 64 of A-Z a-z 0-9 . _ -'],
    ],
    ['no rights', withMember('rights', []), ['/a/rights must have at least one entry']],
    [
      'an unknown right',
      withMember('rights', ['read', 'write']),
      ['/a/rights/1 must be one of execute, read, redrive'],
    ],
    [
      'a right in capitals',
      withMember('rights', ['Read']),
      ['/a/rights/0 must be one of execute, read, redrive'],
    ],
    ...[0, -1, 1.5, 1e300, '300', null, true].map((limit): [string, string, string[]] => [
      `the limit ${JSON.stringify(limit)}`,
      withMember('maxInFlight', limit),
      ['/a/maxInFlight must be an integer of at least 1'],
    ]),
    [
      'an unknown member',
      withMember('tenant', ['acme']),
      ['/a/tenant is unknown; the known members are keys, tenants, rights, maxInFlight'],
    ],
    [
      'clients within an object',
      JSON.stringify({ clients: { engine: { keys: [hash] } } }),
      [
        '/clients/engine is unknown; the names of clients stand at the top of the file',
        expect.stringMatching(/^\/clients\/keys is missing/),
      ],
    ],
    [
      'a key in the place of a member',
      withMember(plainKey, true),
      ['/a/… is unknown; the known members are keys, tenants, rights, maxInFlight'],
    ],
    [
      'a client twice',
      `{"a":{"keys":["${hash}"]},"b":{"keys":["${otherHash}"]},"\\u0061" :{"keys":["${hash}"]}}`,
      ['/a occurs twice'],
    ],
    [
      'a key twice in the place of a name',
      `{"${plainKey}":1,"${plainKey}":2}`,
      ['entry 1 occurs twice', expect.stringMatching(/^entry 1 must/)],
    ],
    [
      'a member twice',
      `{"a":{"keys":["${hash}"],"tenants":["x"],"tenants":["y"]}}`,
      ['/a/tenants occurs twice'],
    ],
  ])('may not have %s', (_says, text, problems) => {
    const found = parseClientsFile(text, [listed])

    expect(found.problems).toEqual(problems)
    expect(found.problems.join()).not.toContain(plainKey)
  })

  it('names everything that is wrong at once', () => {
    const { problems } = parseClientsFile(
      JSON.stringify({ a: { keys: [plainKey], rights: ['all'], limit: 3 }, 'b/c': { tenants: [''] } }),
    )

    expect(problems.map((problem) => problem.split(' must ')[0]?.split(' is ')[0])).toEqual([
      '/a/limit',
      '/a/keys/0',
      '/a/rights/0',
      'entry 2',
      'entry 2/tenants/0',
      'entry 2/keys',
    ])
  })

  it('may use names that every object has', () => {
    const { clients, problems } = parseClientsFile(
      `{"__proto__":{"keys":["${hash}"]},"constructor":{"keys":["${otherHash}"]}}`,
    )

    expect(problems).toEqual([])
    expect(clients.map(({ name }) => name)).toEqual(['__proto__', 'constructor'])
  })
})

describe('any content of API_KEYS_FILE', () => {
  it('leads to no problem that shows a key, and to no exception', () => {
    const canary = fc.stringMatching(/^c4n4ry[A-Za-z0-9._~+/-]{10,60}$/)
    const leaf = fc.oneof(canary, fc.integer(), fc.constant(null), fc.constantFrom(...rights))
    const list = fc.array(leaf, { maxLength: 3 })
    const client = fc.dictionary(
      fc.oneof(fc.constantFrom('keys', 'tenants', 'rights', 'maxInFlight'), canary),
      fc.oneof(leaf, list),
    )
    // A client has a name that is no key: the log shows it.
    const file = fc.oneof(
      fc.dictionary(fc.constantFrom('a', 'b', ''), client),
      fc.dictionary(canary, fc.oneof(leaf, list)),
    )
    fc.assert(
      fc.property(file, fc.nat(), fc.boolean(), (content, cut, isCut) => {
        const json = JSON.stringify(content)

        const { problems } = parseClientsFile(isCut ? json.slice(0, cut % json.length) : json)

        expect(problems.join('\n')).not.toContain('c4n4ry')
      }),
    )
  })

  it('is read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (file) => {
        const { clients, problems } = parseClientsFile(file)

        expect(clients.length > 0 || problems.length > 0).toBe(true)
      }),
    )
  })
})
