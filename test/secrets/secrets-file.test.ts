import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSecretsFile } from '../../src/secrets/secrets-file.ts'

const value = 'tok-9f8e7d6c'

/** The secrets of a text that has nothing wrong. */
function secretsIn(text: string) {
  const { secrets, problems } = parseSecretsFile(text)
  expect(problems).toEqual([])
  return secrets
}

describe('SECRETS_FILE', () => {
  it('binds a secret in every way, and to nothing but usual places where the entry says nothing', () => {
    const secrets = secretsIn(
      JSON.stringify({
        plain: value,
        open: { value },
        all: {
          value,
          in: ['body', 'path', 'body'],
          hosts: ['api.example'],
          ports: [443, 8443.0],
          paths: ['/v1/leads/', '/hooks', '/'],
          tenants: ['acme'],
          hidden: false,
        },
        shown: { value, hidden: true },
      }),
    )

    const unbound = {
      value,
      places: new Set(['auth', 'headers', 'tls', 'signing']),
      arePlacesNamed: false,
      hosts: null,
      ports: null,
      paths: null,
      tenants: null,
      isHidden: true,
    }
    expect(secrets.get('plain')).toEqual(unbound)
    expect(secrets.get('open')).toEqual(unbound)
    expect(secrets.get('shown')).toEqual(unbound)
    expect(secrets.get('all')).toEqual({
      value,
      places: new Set(['body', 'path']),
      arePlacesNamed: true,
      hosts: [{ kind: 'host', host: 'api.example', port: null }],
      ports: new Set([443, 8443]),
      paths: ['/v1/leads', '/hooks', ''],
      tenants: new Set(['acme']),
      isHidden: false,
    })
  })

  it('has values by their names, with and without what they are bound to', () => {
    const secrets = secretsIn(
      JSON.stringify({
        plain: value,
        open: { value },
        by_host: {
          value,
          hosts: ['API.crm.example.', '*.hooks.example', '[2001:DB8::0001]', 'bücher.example'],
        },
        _BY_tenant2: { value, tenants: ['acme', 'b.-_9'] },
      }),
    )

    expect([...secrets]).toMatchObject([
      ['plain', { value, hosts: null, tenants: null }],
      ['open', { value, hosts: null, tenants: null }],
      [
        'by_host',
        {
          value,
          hosts: [
            { kind: 'host', host: 'api.crm.example', port: null },
            { kind: 'suffix', suffix: '.hooks.example', port: null },
            { kind: 'range', port: null },
            { kind: 'host', host: 'xn--bcher-kva.example', port: null },
          ],
          tenants: null,
        },
      ],
      ['_BY_tenant2', { value, hosts: null, tenants: new Set(['acme', 'b.-_9']) }],
    ])
  })

  it.each<[says: string, text: string, problems: readonly string[]]>([
    ['nothing', '', ['The text is empty where JSON is expected.']],
    ['half of it', `{"a":"${value}`, ['Not valid JSON: expected a value at line 1, column 6.']],
    [
      'a comment',
      `{} // ${value}`,
      ['Not valid JSON: expected nothing more at line 1, column 4: JSON has no comments, remove it.'],
    ],
    [
      'a trailing comma',
      `{"a":"${value}",}`,
      ['Not valid JSON: expected a name at line 1, column 21: remove the comma before the "}".'],
    ],
    ['single quotes', `{'a':"${value}"}`, [expect.stringContaining('straight double quotes')]],
    ['no quotes', `{"a":${value}}`, [expect.stringContaining('a text or a name needs double quotes')]],
    [
      'no comma',
      `{"a":"${value}" "b":"${value}"}`,
      [expect.stringContaining('a comma is missing before it')],
    ],
    ['no end', `{"a":"${value}"`, [expect.stringContaining('the end is missing')]],
    ['a list', `["${value}"]`, [expect.stringMatching(/^must be a JSON object/)]],
    ['a text', `"${value}"`, [expect.stringMatching(/^must be a JSON object/)]],
    ['null', 'null', [expect.stringMatching(/^must be a JSON object/)]],
    ['a number as a value', '{"pin":12345678}', ['/pin must be a string']],
    ['null as a value', '{"a":null}', ['/a must be a string']],
    ['a list as a value', `{"a":["${value}"]}`, ['/a must be a string']],
    ['no value', '{"a":{"hosts":["h.example"]}}', ['/a must have "value" or "file"']],
    ['null as the value', '{"a":{"value":null}}', ['/a/value must be a string']],
    ['an object as a value', `{"a":{"value":{"value":"${value}"}}}`, ['/a/value must be a string']],
    [
      'a short value',
      '{"a":"xyz"}',
      ['/a must have at least 4 characters: a shorter value cannot be masked'],
    ],
    ['a short value of many bytes', '{"a":"😀😀😀"}', [expect.stringMatching(/^\/a must have at least 4/)]],
    ['NUL', '{"a":"abc\\u0000d"}', ['/a must not contain NUL']],
    ['half a character', '{"a":"abc\\ud83d"}', ['/a must not contain half a surrogate pair']],
    ['a large value', JSON.stringify({ a: 'é'.repeat(32_769) }), ['/a must not be larger than 65536 bytes']],
    ['a name with a dash', `{"crm-token":"${value}"}`, [expect.stringMatching(/^\/crm-token is not a name/)]],
    ['a name with a slash', `{"a/b":"${value}"}`, [expect.stringMatching(/^\/a~1b is not a name/)]],
    ['an empty name', `{"":"${value}"}`, [expect.stringMatching(/^\/ is not a name/)]],
    ...[
      ['host', '; did you mean "hosts"?'],
      ['Hosts', '; did you mean "hosts"?'],
      ['pahts', '; did you mean "paths"?'],
      ['vlaue', '; did you mean "value"?'],
      ['expires', '; the known words are value, file, in, hosts, ports, paths, tenants, hidden'],
    ].map<[string, string, string[]]>(([name = '', rest = '']) => [
      `a member ${name}`,
      JSON.stringify({ a: { value, [name]: ['h.example'] } }),
      [`/a/${name} is unknown${rest}`],
    ]),
    ...['in', 'hosts', 'ports', 'paths', 'tenants'].flatMap<[string, string, string[]]>((name) => [
      [
        `no ${name}`,
        JSON.stringify({ a: { value, [name]: [] } }),
        [`/a/${name} must have at least one entry`],
      ],
      [
        `${name} that are null`,
        JSON.stringify({ a: { value, [name]: null } }),
        [`/a/${name} must be a list`],
      ],
      [
        `${name} that are no list`,
        JSON.stringify({ a: { value, [name]: 'x' } }),
        [`/a/${name} must be a list`],
      ],
    ]),
    ...['in', 'hosts', 'paths', 'tenants'].map<[string, string, string[]]>((name) => [
      `numbers in ${name}`,
      JSON.stringify({ a: { value, [name]: [7, null] } }),
      [`/a/${name}/0 must be a string`, `/a/${name}/1 must be a string`],
    ]),
    [
      'places that there are not',
      `{"a":{"value":"${value}","in":["auth","header","cookies","BODY",""]}}`,
      [
        '/a/in/1 is unknown; did you mean "headers"?',
        '/a/in/2 is unknown; the known words are auth, headers, path, query, body, tls, signing',
        '/a/in/3 is unknown; did you mean "body"?',
        '/a/in/4 is unknown; the known words are auth, headers, path, query, body, tls, signing',
      ],
    ],
    [
      'ports that there are not',
      `{"a":{"value":"${value}","ports":[0,443,65536,1.5,-1,"443",null,1e400]}}`,
      [0, 2, 3, 4, 5, 6, 7].map((index) => `/a/ports/${index} must be an integer from 1 to 65535`),
    ],
    [
      'paths that lead elsewhere or nowhere',
      `{"a":{"value":"${value}","paths":["/v1","v1","/a/../b","/a?b",""]}}`,
      [
        '/a/paths/1 must begin with "/"',
        '/a/paths/2 must not have "." or ".." as a segment, escaped or not',
        '/a/paths/3 must not contain "?" or "#": only the path is compared',
        '/a/paths/4 must begin with "/"',
      ],
    ],
    ['"hidden" as a text', `{"a":{"value":"${value}","hidden":"no"}}`, ['/a/hidden must be true or false']],
    ['"hidden" as null', `{"a":{"value":"${value}","hidden":null}}`, ['/a/hidden must be true or false']],
    [
      'a value and a file',
      `{"a":{"value":"${value}","file":"a"}}`,
      ['/a must not have both "value" and "file"'],
    ],
    ['a file that is no text', '{"a":{"file":7}}', ['/a/file must be a string']],
    [
      'a file without a directory',
      '{"a":{"file":"a"}}',
      ['/a/file names a file of SECRETS_DIR, which is not set'],
    ],
    [
      'a tenant that no call can have',
      `{"a":{"value":"${value}","tenants":["acme","a b"]}}`,
      ['/a/tenants/1 is not a name of a tenant: use 1 to 64 of A-Z a-z 0-9 . _ -'],
    ],
    ['a name twice', `{"a":"${value}","b":"${value}","a":"${value}2"}`, ['/a occurs twice']],
    ['a name twice, once escaped', `{"a":"${value}","\\u0061" :"${value}"}`, ['/a occurs twice']],
    [
      'a member twice',
      `{"a":{"value":"${value}","hosts":["h.example"],"hosts":["i.example"]}}`,
      ['/a/hosts occurs twice'],
    ],
  ])('may not have %s', (_says, text, problems) => {
    const found = parseSecretsFile(text)

    expect(found.problems).toEqual(problems)
    expect(found.problems.join()).not.toContain(value)
  })

  it.each([
    'h.example:443',
    '10.0.0.0/8',
    'https://h.example',
    'h.example/x',
    '*',
    'a b',
    '',
    '*.',
    'h..example',
  ])('may not bind to what is no host: %j', (host) => {
    const { problems } = parseSecretsFile(JSON.stringify({ a: { value, hosts: ['ok.example', host] } }))

    expect(problems).toEqual([expect.stringMatching(/^\/a\/hosts\/1 ".*" is not usable: /)])
  })

  it('names everything that is wrong at once', () => {
    const { problems } = parseSecretsFile('{"a-b":"x","c":{"value":7,"hosts":[],"tenant":"acme"}}')

    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      '/a-b',
      '/a-b',
      '/c/tenant',
      '/c/value',
      '/c/hosts',
    ])
  })

  it('may be empty', () => {
    expect(secretsIn('{}').size).toBe(0)
  })

  it('may use names that every object has', () => {
    const secrets = secretsIn(`{"__proto__":"${value}","constructor":"${value}","toString":"${value}"}`)

    expect([...secrets.keys()]).toEqual(['__proto__', 'constructor', 'toString'])
  })
})

describe('any content of SECRETS_FILE', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/)
  const text = fc
    .string({ unit: 'binary', minLength: 4 })
    .filter(
      (candidate) => [...candidate].length >= 4 && !candidate.includes('\0') && candidate.isWellFormed(),
    )

  it('has its values read as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, text)), fc.nat(2), (entries, indent) => {
        const values = new Map(entries)

        const secrets = secretsIn(JSON.stringify(Object.fromEntries(values), null, indent))

        expect(new Map([...secrets].map(([key, secret]) => [key, secret.value]))).toEqual(values)
      }),
    )
  })

  it('leads to no problem that shows a value, and to no exception', () => {
    const canary = fc.string().map((middle) => `c4n4ry${middle}`)
    const leaf = fc.oneof(canary, fc.integer(), fc.constant(null))
    const entry = fc.oneof(
      leaf,
      fc.array(leaf),
      fc.record(
        {
          value: fc.oneof(leaf, fc.array(canary)),
          file: leaf,
          in: fc.oneof(leaf, fc.array(canary)),
          hosts: fc.array(fc.domain()),
          ports: fc.oneof(leaf, fc.array(leaf)),
          paths: fc.oneof(
            leaf,
            fc.array(
              fc.oneof(
                leaf,
                canary.map((path) => `/${path}`),
              ),
            ),
          ),
          tenants: fc.oneof(fc.constant([]), fc.array(canary)),
          hidden: leaf,
          more: leaf,
        },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(fc.dictionary(fc.string(), entry), fc.nat(), fc.boolean(), (file, cut, isCut) => {
        const json = JSON.stringify(file)

        const { problems } = parseSecretsFile(isCut ? json.slice(0, cut % json.length) : json)

        expect(problems.join('\n')).not.toContain('c4n4ry')
      }),
    )
  })

  it('is read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (file) => {
        const { secrets, problems } = parseSecretsFile(file)

        expect(secrets).toBeInstanceOf(Map)
        expect(Array.isArray(problems)).toBe(true)
      }),
    )
  })
})
