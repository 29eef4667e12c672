import { execFileSync } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { noticesOfSecrets, readSecrets, type SecretSources } from '../../src/secrets/read-secrets.ts'
import { type TestFiles, testFiles } from '../support/files.ts'

function read(sources: Partial<SecretSources>) {
  return readSecrets({ directory: null, file: null, unbound: 'allow', ...sources })
}

function valuesIn(sources: Partial<SecretSources>): Readonly<Record<string, string>> {
  const found = read(sources)
  if (!found.ok) throw new TypeError(found.problems.join('\n'))
  return Object.fromEntries([...found.value].map(([name, { value }]) => [name, value]))
}

/** Without the beginning that all problems of a source share. */
function listProblems(sources: Partial<SecretSources>): readonly string[] {
  const found = read(sources)
  const beginnings = [
    `SECRETS_DIR is ${JSON.stringify(sources.directory)}: `,
    `SECRETS_FILE is ${JSON.stringify(sources.file)}: `,
  ]
  return (found.ok ? [] : found.problems).map((problem) => {
    const beginning = beginnings.find((candidate) => problem.startsWith(candidate))
    return beginning === undefined ? problem : problem.slice(beginning.length)
  })
}

const fileIn = ({ path }: TestFiles) => join(path, 'secrets.json')

describe('SECRETS_DIR', () => {
  it('has a file for each secret, and one line break at the end is no part of it', async () => {
    const { path } = await testFiles({
      bare: 's3cr3t',
      unix: 's3cr3t\n',
      windows: 's3cr3t\r\n',
      two: 's3cr3t\n\n',
      spaces: ' s3cr3t \n',
      pem: '-----BEGIN-----\nAAAA\n-----END-----\n',
      mark: '\ufeffs3cr3t',
      unicode: 'sécrèt😀',
    })

    expect(valuesIn({ directory: path })).toEqual({
      bare: 's3cr3t',
      unix: 's3cr3t',
      windows: 's3cr3t',
      two: 's3cr3t\n',
      spaces: ' s3cr3t ',
      pem: '-----BEGIN-----\nAAAA\n-----END-----',
      mark: '\ufeffs3cr3t',
      unicode: 'sécrèt😀',
    })
  })

  it('may be one that Kubernetes has mounted', async () => {
    const files = await testFiles()
    await files.mount({ crm_token: 's3cr3t-1', other: 's3cr3t-2' })

    expect(valuesIn({ directory: files.path })).toEqual({ crm_token: 's3cr3t-1', other: 's3cr3t-2' })
  })

  it('may have dot files and directories, which are no secrets', async () => {
    const { path } = await testFiles({
      crm_token: 's3cr3t',
      '.hidden': 'x',
      '.git/config': 'x',
      'kubernetes.io/serviceaccount/token': 'x',
    })

    expect(valuesIn({ directory: path })).toEqual({ crm_token: 's3cr3t' })
  })

  it('may be empty', async () => {
    const { path } = await testFiles()

    expect(valuesIn({ directory: path })).toEqual({})
  })

  it.each<[says: string, name: string, content: string | Buffer, problem: RegExp]>([
    ['a name with a dash', 'crm-token', 's3cr3t-value', /^the file "crm-token" is not a name of a secret/],
    ['a name with a dot', 'crm.txt', 's3cr3t-value', /^the file "crm.txt" is not a name of a secret/],
    ['a digit first', '2fa', 's3cr3t-value', /^the file "2fa" is not a name of a secret/],
    ['a line break in its name', 'a\nb', 's3cr3t-value', /^the file "a\\nb" is not a name of a secret/],
    ['nothing', 'a', '', /^the file "a" must have at least 4 characters/],
    ['a short value', 'a', 'xyz\n', /^the file "a" must have at least 4 characters/],
    ['NUL', 'a', 's3cr3t\0value', /^the file "a" must not contain NUL/],
    ['no UTF-8', 'a', Buffer.from([0x73, 0x33, 0x63, 0xff, 0x72]), /^the file "a" is not UTF-8/],
    ['too much', 'a', 's3cr3t-value'.repeat(6_000), /^the file "a" is larger than 65536 bytes/],
  ])('may not have a file with %s', async (_says, name, content, problem) => {
    const files = await testFiles({ good: 's3cr3t-good' })
    await files.write(name, content)

    const problems = listProblems({ directory: files.path })

    expect(problems).toEqual([expect.stringMatching(problem)])
    expect(problems.join()).not.toContain('s3c')
  })

  it('may not have anything but files: a link that leads nowhere, a pipe', async () => {
    const { path } = await testFiles()
    await symlink('nowhere', join(path, 'link'))
    execFileSync('mkfifo', [join(path, 'pipe')])

    expect(listProblems({ directory: path })).toEqual([
      'the file "link" could not be read (ENOENT)',
      'the file "pipe" is not a regular file',
    ])
  })

  it.each([
    ['is not there', 'nowhere', 'ENOENT'],
    ['is a file', 'file', 'ENOTDIR'],
  ])('may not be one that %s', async (_says, name, error) => {
    const { path } = await testFiles({ file: 's3cr3t' })

    expect(listProblems({ directory: join(path, name) })).toEqual([
      `must be a directory, and reading it failed (${error})`,
    ])
  })
})

describe('SECRETS_FILE', () => {
  it.each<[says: string, content: string | Buffer, problem: string]>([
    ['is no UTF-8', Buffer.from('{"a":"s3cr3t\xff"}', 'latin1'), 'the file is not UTF-8'],
    [
      'begins with a byte order mark',
      '\ufeff{}',
      'Not valid JSON: expected a value at line 1, column 1: save the file as UTF-8 without a byte order mark.',
    ],
    ['is too large', `{}${' '.repeat(1_048_576)}`, 'the file is larger than 1048576 bytes'],
  ])('may not be one that %s', async (_says, content, problem) => {
    const files = await testFiles()
    await files.write('secrets.json', content)

    expect(listProblems({ file: fileIn(files) })).toEqual([problem])
  })

  it.each([
    ['is not there', 'nowhere', 'the file could not be read (ENOENT)'],
    ['is a directory', '', 'the file is not a regular file'],
  ])('may not be one that %s', async (_says, name, problem) => {
    const { path } = await testFiles()

    expect(listProblems({ file: join(path, name) })).toEqual([problem])
  })
})

describe('SECRETS_DIR and SECRETS_FILE together', () => {
  it('are one store', async () => {
    const mounted = await testFiles({ one: 's3cr3t-1' })
    const listed = await testFiles({ 'secrets.json': '{"two":"s3cr3t-2"}' })

    expect(valuesIn({ directory: mounted.path, file: fileIn(listed) })).toEqual({
      one: 's3cr3t-1',
      two: 's3cr3t-2',
    })
  })

  it('may not have one name twice: neither could be chosen', async () => {
    const mounted = await testFiles({ one: 's3cr3t-1', two: 's3cr3t-2' })
    const listed = await testFiles({ 'secrets.json': '{"two":"s3cr3t-2"}' })

    expect(listProblems({ directory: mounted.path, file: fileIn(listed) })).toEqual([
      '/two is in SECRETS_DIR, too',
    ])
  })

  it('report their problems together', async () => {
    const mounted = await testFiles({ 'a-b': 's3cr3t-1' })
    const found = read({ directory: mounted.path, file: '/nowhere' })

    expect(found.ok ? [] : found.problems).toEqual([
      expect.stringMatching(/^SECRETS_DIR is ".*": the file "a-b" /),
      'SECRETS_FILE is "/nowhere": the file could not be read (ENOENT)',
    ])
  })
})

describe('an entry that binds a file', () => {
  /** A directory of these files, and a file of these entries. */
  async function createSources(files: Readonly<Record<string, string>>, entries: object) {
    const mounted = await testFiles(files)
    const listed = await testFiles({ 'secrets.json': JSON.stringify(entries) })
    return { directory: mounted.path, file: fileIn(listed) }
  }

  it('of the same name is no second secret: the file has the value, the entry the binding', async () => {
    const sources = await createSources(
      { crm_token: 's3cr3t-1\n', other: 's3cr3t-2' },
      { crm_token: { file: 'crm_token', hosts: ['api.example'], in: ['body'] } },
    )

    const found = read(sources)

    expect(valuesIn(sources)).toEqual({ crm_token: 's3cr3t-1', other: 's3cr3t-2' })
    expect(found.ok && found.value.get('crm_token')).toMatchObject({
      places: new Set(['body']),
      hosts: [{ host: 'api.example' }],
    })
  })

  it('gives it another name instead of its own, under which it would be bound to nothing', async () => {
    const sources = await createSources(
      { crm_token: 's3cr3t-1', reused: 's3cr3t-2' },
      { crm: { file: 'crm_token', tenants: ['acme'] }, crm_2: { file: 'reused' }, reused: 's3cr3t-3' },
    )

    expect(valuesIn(sources)).toEqual({ crm: 's3cr3t-1', crm_2: 's3cr3t-2', reused: 's3cr3t-3' })
  })

  it('may stand beside others that bind the same file in another way', async () => {
    const sources = await createSources(
      { token: 's3cr3t-1' },
      { a: { file: 'token', hosts: ['a.example'] }, b: { file: 'token', hosts: ['b.example'] } },
    )

    expect(valuesIn(sources)).toEqual({ a: 's3cr3t-1', b: 's3cr3t-1' })
  })

  it('makes a secret of a file that has no name of one, as Kubernetes mounts certificates', async () => {
    const sources = await createSources(
      { 'tls.crt': 's3cr3t-1', 'tls.key': 's3cr3t-2' },
      { crm_cert: { file: 'tls.crt', in: ['tls'] }, crm_key: { file: 'tls.key', in: ['tls'] } },
    )

    expect(valuesIn(sources)).toEqual({ crm_cert: 's3cr3t-1', crm_key: 's3cr3t-2' })
  })

  it('must name one in the directory itself', async () => {
    const sources = await createSources(
      { crm_token: 's3cr3t-1', '.hidden': 's3cr3t-2', 'below/token': 's3cr3t-3' },
      {
        a: { file: 'crm_tokn' },
        b: { file: '.hidden' },
        c: { file: 'below' },
        d: { file: 'below/token' },
        e: { file: '../../../etc/hostname' },
        f: { file: '' },
        g: { file: 's3cr3t-of-somebody-who-mistook-it' },
      },
    )

    const problems = listProblems(sources)

    expect(problems).toEqual([
      '/a/file is not a file of SECRETS_DIR; did you mean "crm_token"?',
      ...[...'bcdefg'].map((name) => `/${name}/file is not a file of SECRETS_DIR`),
    ])
    expect(problems.join()).not.toContain('s3cr3t')
  })

  it('does not hide what is wrong with the file, which is reported once', async () => {
    const sources = await createSources({ token: 's3' }, { a: { file: 'token' }, token: { file: 'token' } })

    expect(listProblems(sources)).toEqual([expect.stringMatching(/^the file "token" must have at least 4/)])
  })

  it('may not have the name of another file', async () => {
    const sources = await createSources(
      { crm: 's3cr3t-1', crm_token: 's3cr3t-2' },
      { crm: { file: 'crm_token' } },
    )

    expect(listProblems(sources)).toEqual(['/crm is in SECRETS_DIR, too'])
  })

  it('is enough where secrets that are bound to nothing are refused, if it has hosts or tenants', async () => {
    const unbound = 'refuse'
    const files = { one: 's3cr3t-1', two: 's3cr3t-2', three: 's3cr3t-3' }
    const sources = await createSources(files, {
      one: { file: 'one', hosts: ['h.example'] },
      two: { file: 'two', in: ['auth'], ports: [443], paths: ['/v1'] },
    })

    expect(listProblems({ ...sources, unbound })).toEqual([
      'the file "three" has no binding, which SECRETS_UNBOUND refuses; bind it with an entry of SECRETS_FILE',
      '/two has no binding, which SECRETS_UNBOUND refuses; give it hosts or tenants',
    ])
  })
})

describe('the log about bindings', () => {
  async function noticesFor(entries: object, before?: object) {
    const readContent = async (content: object) => {
      const found = read({ file: fileIn(await testFiles({ 'secrets.json': JSON.stringify(content) })) })
      if (!found.ok) throw new TypeError(found.problems.join('\n'))
      return found.value
    }
    return noticesOfSecrets(await readContent(entries), before && (await readContent(before)))
  }
  const value = 's3cr3t'
  const hosts = ['h.example']

  it('has one line with the secrets that are bound to nothing, and one with those that name no places', async () => {
    expect(await noticesFor({ a: value, b: { value, hosts }, c: { value, in: ['auth'] } })).toEqual([
      'every client may send these secrets anywhere: a, c',
      'these secrets have no "in", so they may be used in auth, headers, tls, signing only: a, b',
    ])
  })

  it('has nothing about secrets that are bound in both ways', async () => {
    expect(await noticesFor({ a: { value, hosts, in: ['auth'] } })).toEqual([])
    expect(await noticesFor({})).toEqual([])
  })

  it('repeats nothing that it has said before', async () => {
    const before = { a: value, b: { value, hosts, in: ['auth'] }, c: { value, hosts } }

    expect(await noticesFor(before, before)).toEqual([])
    expect(await noticesFor({ ...before, b: { value, hosts }, d: { value, hosts } }, before)).toEqual([
      'these secrets have no "in", so they may be used in auth, headers, tls, signing only: b, d',
    ])
  })
})

describe('SECRETS_UNBOUND=refuse', () => {
  const unbound = 'refuse'

  it('names every secret that is bound to nothing', async () => {
    const mounted = await testFiles({ one: 's3cr3t-1' })
    const listed = await testFiles({
      'secrets.json': JSON.stringify({
        two: 's3cr3t-2',
        three: { value: 's3cr3t-3' },
        four: { value: 's3cr3t-4', hosts: ['h.example'] },
        five: { value: 's3cr3t-5', tenants: ['acme'] },
      }),
    })

    expect(listProblems({ directory: mounted.path, file: fileIn(listed), unbound })).toEqual([
      'the file "one" has no binding, which SECRETS_UNBOUND refuses; bind it with an entry of SECRETS_FILE',
      '/two has no binding, which SECRETS_UNBOUND refuses; give it hosts or tenants',
      '/three has no binding, which SECRETS_UNBOUND refuses; give it hosts or tenants',
    ])
  })

  it('accepts secrets that are bound', async () => {
    const listed = await testFiles({
      'secrets.json':
        '{"a":{"value":"s3cr3t","hosts":["h.example"]},"b":{"value":"s3cr3t","tenants":["acme"]}}',
    })

    expect(valuesIn({ file: fileIn(listed), unbound })).toEqual({ a: 's3cr3t', b: 's3cr3t' })
  })
})
