import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePostgresUrl } from '../../src/durability/postgres-url.ts'

const caFile = join(import.meta.dirname, 'postgres-url.test.ts')

describe('the address of a PostgreSQL store', () => {
  it.each([
    [
      'postgres://u:p%40ss@db.internal/webhook',
      { host: 'db.internal', port: 5432, user: 'u', password: 'p@ss' },
    ],
    ['postgresql://u@db:6432/webhook?schema=two', { host: 'db', port: 6432, password: null, schema: 'two' }],
    ['postgres://u@[::1]:5433/webhook', { host: '::1', port: 5433 }],
    ['postgres://u@localhost/webhook?host=/run/postgresql', { host: '/run/postgresql', tls: null }],
    ['postgres://u@%2Frun%2Fpostgresql/webhook', { host: '/run/postgresql', tls: null }],
  ])('is read from %s', (text, expected) => {
    expect(parsePostgresUrl(text)).toMatchObject({ database: 'webhook', schema: 'webhook_node', ...expected })
  })

  it.each([
    ['postgres://u@db/w', true],
    ['postgres://u@10.0.0.1/w', true],
    ['postgres://u@localhost.example/w', true],
    ['postgres://u@127.0.0.1.example/w', true],
    ['postgres://u@127.0.0.1/w', false],
    ['postgres://u@[::1]/w', false],
    ['postgres://u@localhost/w', false],
    ['postgres://u@localhost/w?host=/run', false],
    ['postgres://u@localhost/w?host=db', true],
    ['postgres://u@localhost/w?sslmode=verify-full', true],
    ['postgres://u@db/w?sslmode=require', true],
    ['postgres://u@db/w?sslmode=verify-ca', true],
    ['postgres://u@db/w?sslmode=disable', false],
    [`postgres://u@db/w?sslrootcert=${caFile}`, true],
  ])('%s is asked by TLS: %s', (text, isChecked) => {
    expect(parsePostgresUrl(text)).toMatchObject({ tls: isChecked ? expect.objectContaining({}) : null })
  })

  it.each([
    ['postgres:', 'must be "postgres://"'],
    ['postgres://db/w', 'must be "postgres://"'],
    ['postgres://u@db', 'must be "postgres://"'],
    ['postgres://u@db/', 'must be "postgres://"'],
    ['postgres://u@/w', 'must be "postgres://"'],
    ['postgres://u@one,two/w', 'must be "postgres://"'],
    ['postgres://u@db/w/x', 'must be "postgres://"'],
    ['postgres://u:%ff@db/w', 'must be "postgres://"'],
    ['postgres://u@db/w#x', 'must be "postgres://"'],
    ['mysql://u@db/w', 'must be "postgres://"'],
    ['postgres://u@db/w?schema=A', 'must have a schema of lower-case letters'],
    ['postgres://u@db/w?schema=pg_own', 'must have a schema of lower-case letters'],
    ['postgres://u@db/w?schema=a;drop', 'must have a schema of lower-case letters'],
    ['postgres://u@db/w?pool=3', 'it has "pool"'],
    ['postgres://u@db/w?sslmode=prefer', 'must have sslmode=verify-full'],
    ['postgres://u@db/w?sslmode=', 'must have sslmode=verify-full'],
    ['postgres://u@db/w?sslrootcert=/no/such/file', 'names a file that cannot be read: /no/such/file'],
    [`postgres://u@db/w?sslcert=${caFile}`, 'must have sslcert and sslkey together'],
  ])('is refused: %s', (text, expected) => {
    expect(parsePostgresUrl(text)).toContain(expected)
  })

  it('keeps its password for itself where it is refused', () => {
    for (const text of [
      'postgres://u:s3cr3t@db',
      'postgres://u:s3cr3t@db/w?x=1',
      'postgres://u:s3cr3t@db/w?sslmode=x',
    ])
      expect(parsePostgresUrl(text)).not.toContain('s3cr3t')
  })
})
