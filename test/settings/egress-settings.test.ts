import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readSettings } from '../../src/settings/settings.ts'
import { authority } from '../support/servers.ts'

/** Starts the service with an environment that it cannot use, and gives the lines of its complaint. */
async function complaints(env: Readonly<Record<string, string>>) {
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; lines: readonly string[] }>()
  execFile(process.execPath, ['src/main.ts'], { env: { PORT: '0', ...env } }, (error, _output, errors) =>
    resolve({ code: error?.code, lines: errors.trim().split('\n').slice(1) }),
  )
  return await promise
}

async function file(content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'file.pem'), content)
  return join(directory, 'file.pem')
}

it('a wrong entry stops the start, and each one is named', async () => {
  const { code, lines } = await complaints({
    EGRESS_ALLOW: '10.0.0.0/8, 10.0.0.1/8, *.0.0.1, crm.internal:0, fd00::1::2',
    EGRESS_DENY: '*, https://evil.example, 300.0.0.0/8',
    EGRESS_ONLY: 'api.example, 93.184.0.0/16, a b',
    EGRESS_DNS_SERVERS: '10.0.0.53, dns.example, 10.0.0.53:0',
    EGRESS_CA_FILE: await file('garbage'),
  })

  expect(code).toBe(2)
  expect(lines.map((line) => /^ {2}(\w+) is/.exec(line)?.[1])).toEqual([
    'EGRESS_ALLOW',
    'EGRESS_DENY',
    'EGRESS_ONLY',
    'EGRESS_CA_FILE',
    'EGRESS_DNS_SERVERS',
  ])
  const named = lines.map((line) =>
    [...line.matchAll(/(?:^|; | )"([^"]+)" (?:is|must)/g)].map(([, entry]) => entry),
  )
  expect(named).toEqual([
    ['10.0.0.1/8', '*.0.0.1', 'crm.internal:0', 'fd00::1::2'],
    ['*', 'https://evil.example', '300.0.0.0/8'],
    ['93.184.0.0/16', 'a b'],
    [],
    ['dns.example', '10.0.0.53:0'],
  ])
})

it.each([
  ['no certificate', 'hello'],
  ['a certificate that is damaged', authority.pem.replaceAll(/^.*[a-z].*$/gm, 'AAAA')],
  ['a certificate that is cut off', `${authority.pem}\n${authority.pem.slice(0, -40)}`],
  [
    'a key beside the certificate',
    `${authority.pem}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----`,
  ],
])('an authority file is refused with %s', async (_what, content) => {
  const path = await file(content)

  expect(() => readSettings({ EGRESS_CA_FILE: path })).toThrow(
    /EGRESS_CA_FILE is ".*": must be a file with certificates in PEM format/,
  )
})
