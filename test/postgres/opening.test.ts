import { randomUUIDv7 } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { PostgresAddress } from '../../src/durability/postgres/database.ts'
import { migrations } from '../../src/durability/postgres/migrations.ts'
import { createAuthority } from '../../testkit/certificates.ts'
import { listen } from '../../testkit/listen.ts'
import { acceptOne, available, claimOne, findOne } from '../durability/support/store-world.ts'
import { durable } from '../durability/support/submissions.ts'
import { runToEnd, startProcess } from '../support/process.ts'
import { authority } from '../support/servers.ts'
import { Cluster } from './support/cluster.ts'
import { makeAddress, openPostgres, run, writeUrl } from './support/postgres-world.ts'

const keys = `k1:${Buffer.alloc(32, 7).toString('base64')}`

describe('a store is opened', () => {
  it('by the service, which makes its schema, and the next one finds all that was there', async () => {
    const address = makeAddress()
    const settings = { STORE_URL: writeUrl(address), STORE_KEYS: keys }
    const dueAt = new Date(Date.now() + 86_400_000).toISOString()
    const first = await startProcess(settings)
    const response = await fetch(`${first.url}/v1/executions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        node: { method: 'POST', url: 'https://api.example/' },
        notBefore: dueAt,
      }),
    })
    expect(response.status, await response.clone().text()).toBe(202)
    const { executionId } = (await response.json()) as { executionId: string }
    first.child.kill('SIGTERM')
    expect(await first.ended).toEqual([0, null])

    const { url } = await startProcess(settings)

    const status = await fetch(`${url}/v1/executions/${executionId}`)
    expect(await status.json()).toMatchObject({ state: 'waiting', dueAt })
  })

  it('twice in one database, in schemas of their own', async () => {
    const [one, other] = await Promise.all(
      [makeAddress(), makeAddress()].map((address) => openPostgres(address)),
    )
    if (one === undefined || other === undefined) throw new TypeError('none')
    onTestFinished(() => Promise.all([one.close(), other.close()]).then(() => {}))
    await acceptOne(one, durable())

    expect(available(await other.claim(() => 1, 1))).toEqual([])
    await claimOne(one)
  })

  it('with the keys that have encrypted what is there', async () => {
    const address = makeAddress()
    const key = (id: string, fill: number) => ({ id, bytes: Buffer.alloc(32, fill) })
    const open = async (...used: ReturnType<typeof key>[]) => {
      const store = await openPostgres(address, { keys: used })
      onTestFinished(() => store.close())
      return store
    }
    const { executionId } = await acceptOne(await open(key('k1', 1)), durable({ key: 'k' }))

    await expect(open()).rejects.toMatchObject({ code: 'store_key_missing' })
    await expect(open(key('k2', 2))).rejects.toMatchObject({ code: 'store_key_missing' })
    await expect(open(key('k1', 2))).rejects.toMatchObject({ code: 'store_key_wrong' })
    const rotated = await open(key('k2', 2), key('k1', 1))
    expect(await rotated.find({ client: 'engine', tenant: null, key: 'k' })).toMatchObject({
      id: executionId,
    })
  })

  it.each(migrations.map((_, version) => version))(
    'of version %i, which it brings forward',
    async (version) => {
      const address = makeAddress()
      await run(
        address,
        `CREATE SCHEMA ${address.schema};
         CREATE TABLE store_version (version integer NOT NULL); INSERT INTO store_version VALUES (${version});
         ${migrations.slice(0, version).join('')}`,
      )

      const store = await openPostgres(address)
      onTestFinished(() => store.close())

      await acceptOne(store, durable())
      expect(await run(address, 'SELECT version FROM store_version')).toEqual([
        { version: migrations.length },
      ])
    },
  )

  it('of version 5, and tells of attempts that deaths have cut off, as far as it was known', async () => {
    const address = makeAddress()
    const [one, other] = [randomUUIDv7(), randomUUIDv7()]
    await run(
      address,
      `CREATE SCHEMA ${address.schema};
       CREATE TABLE store_version (version integer NOT NULL); INSERT INTO store_version VALUES (5);
       ${migrations.slice(0, 5).join('')}
       INSERT INTO executions (id, mode, state, client, host, port, repeatable, node_hash, payload_hash, accepted_at, started_at, recoveries)
         SELECT id::uuid, 'durable', 'waiting', 'engine', 'h', 443, true, '', '', 0, 1, died
         FROM (VALUES ('${one}', 2), ('${other}', 0)) AS v(id, died);
       INSERT INTO tickets (execution, purpose, due_at) SELECT seq, 'execution', 500 FROM executions`,
    )

    const store = await openPostgres(address)
    onTestFinished(() => store.close())

    expect(await findOne(store, one)).toMatchObject({ attempts: 1, lost: [{ attempt: 1, at: 500 }] })
    expect(await findOne(store, other)).toMatchObject({ attempts: 0, lost: [] })
  })

  it('but not of a later version, and not of another program', async () => {
    const later = makeAddress()
    await (await openPostgres(later)).close()
    await run(later, 'UPDATE store_version SET version = 1000')
    await expect(openPostgres(later)).rejects.toMatchObject({ code: 'store_newer' })

    const foreign = makeAddress()
    await run(
      foreign,
      `CREATE SCHEMA ${foreign.schema}; CREATE TABLE ${foreign.schema}.customers (id integer)`,
    )
    await expect(openPostgres(foreign)).rejects.toMatchObject({ code: 'store_foreign' })
    expect(
      await run(
        foreign,
        'SELECT count(*)::integer AS count FROM pg_class WHERE relnamespace = $1::regnamespace',
        [foreign.schema],
      ),
    ).toEqual([{ count: 1 }])
  })
})

describe('a server that is asked by name and password', () => {
  let cluster: Cluster
  let port = 0
  const password = 'p4ss-w0rd'
  const address = (overrides: Partial<PostgresAddress> = {}): PostgresAddress => ({
    ...{ host: 'localhost', port, user: 'webhook', password, database: 'webhook', schema: 'webhook_node' },
    tls: { ca: authority.pem, cert: null, key: null },
    ...overrides,
  })
  const socket = () => ({
    ...address(),
    host: cluster.folder,
    port,
    user: 'tester',
    database: 'postgres',
    tls: null,
  })

  beforeAll(async () => {
    const free = await listen(createServer())
    port = free.port
    await free.close()
    cluster = new Cluster([
      `port = ${port}`,
      "listen_addresses = '127.0.0.1,127.0.0.2'",
      'ssl = on',
      "ssl_cert_file = 'server.crt'",
      "ssl_key_file = 'server.key'",
    ])
    const { cert, key } = await authority.issue()
    cluster.write('server.crt', cert)
    cluster.write('server.key', key)
    cluster.write('pg_hba.conf', 'local all all trust\nhostssl all all 127.0.0.0/8 scram-sha-256\n')
    cluster.start()
    for (const text of [
      `CREATE ROLE webhook LOGIN PASSWORD '${password}'`,
      `CREATE ROLE guest LOGIN PASSWORD '${password}'`,
      'CREATE DATABASE webhook OWNER webhook',
    ])
      await run(socket(), text)
  })
  afterAll(() => cluster.delete())

  it('is used if its certificate is right', async () => {
    const store = await openPostgres(address())
    onTestFinished(() => store.close())

    await acceptOne(store, durable())
    expect(
      await run(
        socket(),
        `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'webhook-node'`,
      ),
    ).toEqual([{ ssl: true }])
  })

  it.each([
    [
      'of another authority',
      async () => ({ tls: { ca: (await createAuthority()).pem, cert: null, key: null } }),
      'certificate',
    ],
    ['of no known authority', async () => ({ tls: { ca: null, cert: null, key: null } }), 'certificate'],
    ['with another name', async () => ({ host: '127.0.0.2' }), 'certificate'],
  ] as const)('is refused with a certificate %s', async (_, change, expected) => {
    const opening = openPostgres(address(await change()))
    await expect(opening).rejects.toMatchObject({ message: expect.stringContaining(expected) })
  })

  it.each([
    ['a wrong password', { password: 'wr0ng-w0rd' }, 'refuses the password of the user "webhook"'],
    ['an unknown user', { user: 'stranger' }, 'refuses the password of the user "stranger"'],
    ['no TLS where the server wants it', { tls: null }, 'refuses the user "webhook"'],
    ['a database that is not there', { database: 'nowhere' }, 'has no database "nowhere"'],
    ['a user without rights', { user: 'guest' }, 'GRANT CREATE ON DATABASE "webhook" TO "guest"'],
    ['a port where nothing listens', { port: 1 }, 'cannot be reached: ECONNREFUSED'],
    ['a name that is not there', { host: 'db.invalid' }, 'cannot be reached: ENOTFOUND'],
    ['a socket that is not there', { host: '/nowhere' }, 'cannot be reached: ENOENT'],
  ])('explains %s', async (_, change, expected) => {
    const opening = openPostgres(address({ schema: 'other', ...change }))

    const error = await opening.then(
      (store) => store.close(),
      (refusal: Error) => refusal,
    )
    expect(error).toMatchObject({ name: 'StoreError', message: expect.stringContaining(expected) })
    expect(String(error)).not.toMatch(/p4ss-w0rd|wr0ng-w0rd/)
  })

  it('explains a schema that the user may not use, or that has tables of another user', async () => {
    await run(socket(), 'DROP SCHEMA IF EXISTS theirs CASCADE; CREATE SCHEMA theirs')
    const theirs = { ...socket(), schema: 'theirs' }
    await (await openPostgres(theirs)).close()
    const guest = { ...theirs, user: 'guest' }
    const expected = {
      code: 'store_unreadable',
      message: expect.stringContaining('ALTER SCHEMA "theirs" OWNER TO "guest"'),
    }

    await expect(openPostgres(guest)).rejects.toMatchObject(expected)
    await run(socket(), 'GRANT USAGE ON SCHEMA theirs TO guest')
    await expect(openPostgres(guest)).rejects.toMatchObject(expected)
  })

  it('does as well with settings of a database that would change what statements mean', async () => {
    await run(socket(), 'ALTER DATABASE webhook SET default_transaction_isolation = serializable')
    await run(socket(), 'ALTER DATABASE webhook SET array_nulls = off')
    onTestFinished(() => run(socket(), 'ALTER DATABASE webhook RESET ALL').then(() => {}))
    const store = await openPostgres(address())
    onTestFinished(() => store.close())

    const many = Array.from({ length: 40 }, (_, index) => durable({ key: `k${index % 5}` }))
    const answers = await Promise.all(many.map((one) => store.accept([one, durable()])))

    expect(answers.map((answer) => answer !== 'unavailable' && answer.outcome)).toEqual(
      many.map(() => 'stored'),
    )
  })

  it('explains a pooler that refuses the settings of a connection, and one that drops them', async () => {
    const text = 'SERROR\0VERROR\0C08P01\0Munsupported startup parameter: options\0\0'
    const refusal = Buffer.alloc(5 + text.length)
    refusal.write('E')
    refusal.writeInt32BE(4 + text.length, 1)
    refusal.write(text, 5)
    const refusing = await listen(createServer((near) => near.once('data', () => near.end(refusal))))
    onTestFinished(refusing.close)
    const dropping = await listen(
      createServer((near) => {
        const far = createConnection(`${cluster.folder}/.s.PGSQL.${port}`)
        near.once('data', (chunk) => {
          far.write(chunk.toString('latin1').replace('search_path=asked', 'search_path=other'), 'latin1')
          near.pipe(far)
        })
        far.pipe(near)
        for (const one of [near, far]) one.on('error', () => {}).on('close', () => near.destroy())
      }),
    )
    onTestFinished(dropping.close)
    const through = (way: { port: number }) => ({
      ...{ ...socket(), host: '127.0.0.1', port: way.port, schema: 'asked' },
    })

    await expect(openPostgres(through(refusing))).rejects.toMatchObject({
      message: expect.stringContaining('does not take the settings of a connection'),
    })
    await expect(openPostgres(through(dropping))).rejects.toMatchObject({
      message: expect.stringContaining('drops the settings of a connection'),
    })
  })

  it('ends a start of the service with exit code 2 and the reason', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'ca.pem'), authority.pem)
    const url = `postgres://webhook:wr0ng-w0rd@localhost:${port}/webhook?sslmode=verify-full&sslrootcert=${join(folder, 'ca.pem')}`

    const { code, output } = await runToEnd('main.ts', { STORE_URL: url, STORE_KEYS: keys })

    expect(code).toBe(2)
    expect(output).toContain('cannot use the store: The database at localhost')
    expect(output).not.toContain('wr0ng-w0rd')
  })

  it('is warned of at the start of the service where a crash of it may lose what got its 202', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'ca.pem'), authority.pem)
    const url = `postgres://webhook:${password}@localhost:${port}/webhook?sslmode=verify-full&sslrootcert=${join(folder, 'ca.pem')}`
    const settings = { STORE_URL: url, STORE_KEYS: keys }
    const safe = await startProcess(settings)
    await run(socket(), 'ALTER DATABASE webhook SET synchronous_commit = off')
    onTestFinished(() => run(socket(), 'ALTER DATABASE webhook RESET synchronous_commit').then(() => {}))

    const unsafe = await startProcess(settings)

    expect(safe.output()).not.toContain('synchronous_commit')
    const lines = unsafe
      .output()
      .split('\n')
      .filter((line) => line.includes('the database has synchronous_commit = off'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('"level":"warn"')
    // That of the test writes nothing through to the disk, either.
    expect(unsafe.output()).toContain('the database has fsync = off')
  })

  it('explains a server that is read-only', async () => {
    await run(socket(), 'ALTER DATABASE webhook SET default_transaction_read_only = on')
    onTestFinished(() =>
      run(socket(), 'ALTER DATABASE webhook RESET default_transaction_read_only').then(() => {}),
    )

    await expect(openPostgres(address({ schema: 'fresh' }))).rejects.toMatchObject({
      message: expect.stringContaining('is read-only'),
    })
  })
})
