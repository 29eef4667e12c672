import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createAuthority } from '../../testkit/certificates.ts'
import { isListening } from '../support/is-listening.ts'
import { authority, credentials } from '../support/servers.ts'
import { startWorld } from './support/world.ts'

const directory = mkdtempSync(join(tmpdir(), 'webhook-node-tls-'))
const file = (name: string, content: string) => {
  writeFileSync(join(directory, name), content)
  return join(directory, name)
}
const key = file('key.pem', credentials.key)
const cert = file('cert.pem', credentials.cert)
const ca = file('ca.pem', authority.pem)
const programs: ChildProcess[] = []

const tls = { certificate: '{{ secrets.cert }}', key: '{{ secrets.key }}' }
const sender = { ...(await authority.issue({ purpose: 'client' })) }
const strangeSender = { ...(await (await createAuthority('Stranger')).issue({ purpose: 'client' })) }

const world = await startWorld({}, { EGRESS_ALLOW: '127.0.0.0/8,localhost' })
afterAll(async () => {
  await world.close()
  for (const program of programs) await stop(program)
  rmSync(directory, { recursive: true })
})

describe('nginx', () => {
  const servers = {
    8441: `ssl_verify_client on; ssl_client_certificate ${ca};`,
    8442: 'ssl_reject_handshake on;',
    8443: 'ssl_protocols TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;',
    8444: 'ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-CAMELLIA128-SHA256;',
    8445: '',
  }
  const configuration = `
    daemon off; master_process off; user root; pid ${directory}/pid; error_log stderr;
    events {}
    http {
      access_log off;
      ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};`).join('\n')}
      ssl_certificate ${cert}; ssl_certificate_key ${key};
      ${Object.entries(servers)
        .map(([port, settings]) => `server { listen 127.0.0.1:${port} ssl; ${settings} return 200 "hi"; }`)
        .join('\n')}
    }`

  it.each([
    [
      'asks for a client certificate',
      8441,
      { code: 'expectation_unmet', hint: expect.stringContaining('asks for a client certificate') },
    ],
    [
      'knows no host of that name',
      8442,
      {
        code: 'tls_name_mismatch',
        message: expect.stringContaining('rejected the host name in the TLS handshake'),
      },
    ],
    [
      'speaks TLS 1.1 at most',
      8443,
      { code: 'tls_protocol', message: expect.stringContaining('TLS 1.1 at most') },
    ],
    [
      'has no cipher in common',
      8444,
      { code: 'tls_protocol', message: expect.stringContaining('refused the TLS handshake at once') },
    ],
    ['has nothing against it', 8445, { code: 'expectation_met' }],
  ])('is reported where it %s (port %i)', async (_what, port, reason) => {
    await start('nginx', ['-e', 'stderr', '-p', directory, '-c', file('nginx.conf', configuration)], port)

    expect(await world.get(`https://127.0.0.1:${port}/`)).toMatchObject({ body: { reason } })
  })

  it.each([
    ['takes the certificate of its authority', sender, { code: 'expectation_met' }],
    [
      'does not take that of another one',
      strangeSender,
      {
        code: 'expectation_unmet',
        path: '/node/tls/certificate',
        hint: expect.stringContaining('does not accept'),
      },
    ],
  ])('%s, and the service says so', async (_what, secrets, reason) => {
    await start('nginx', ['-e', 'stderr', '-p', directory, '-c', file('nginx.conf', configuration)], 8441)

    expect(await world.get('https://127.0.0.1:8441/', 2_000, { tls, secrets })).toMatchObject({
      body: { reason, attempts: [{ connectionReused: false }] },
    })
  })
})

describe('openssl s_server', () => {
  it.each([
    ['under TLS 1.2', 8455, '-tls1_2', 'no'],
    ['under TLS 1.3', 8456, '-tls1_3', 'maybe'],
  ])(
    'refuses the certificate of an unknown authority %s with an alert, and takes a known one',
    async (...row) => {
      const [, port, version, delivered] = row
      const demands = ['-Verify', '1', '-verify_return_error', '-CAfile', ca, version]
      await start(
        'openssl',
        ['s_server', '-accept', `127.0.0.1:${port}`, '-key', key, '-cert', cert, '-www', ...demands],
        port,
      )

      const call = (secrets: typeof sender) =>
        world.get(`https://127.0.0.1:${port}/`, 4_000, { tls, secrets })
      expect(await call(strangeSender)).toMatchObject({
        body: {
          reason: {
            code: 'tls_client_cert_required',
            path: '/node/tls/certificate',
            hint: expect.stringContaining('does not accept the certificate in `tls` of the node'),
          },
          delivered,
          repeat: 'never',
        },
      })
      expect(await call(sender)).toMatchObject({ body: { branch: 'success' } })
    },
  )

  it.each([
    [
      'speaks HTTP/2 only',
      8451,
      ['-alpn', 'h2'],
      { code: 'tls_protocol', message: expect.stringContaining('HTTP/2 only') },
    ],
    [
      'speaks TLS 1.0 only',
      8452,
      ['-tls1', '-cipher', 'DEFAULT@SECLEVEL=0'],
      { code: 'tls_protocol', message: expect.stringContaining('TLS 1.1 at most') },
    ],
    [
      'demands a client certificate under TLS 1.2',
      8453,
      ['-tls1_2', '-Verify', '1'],
      { code: 'tls_client_cert_required' },
    ],
  ])('is reported where it %s (port %i)', async (_what, port, options, reason) => {
    await start(
      'openssl',
      ['s_server', '-accept', `127.0.0.1:${port}`, '-key', key, '-cert', cert, '-www', ...options],
      port,
    )

    expect(await world.get(`https://127.0.0.1:${port}/`)).toMatchObject({ body: { reason } })
  })
})

/** Starts a program, unless one listens on the port already, and waits until one does. */
async function start(command: string, options: readonly string[], port: number): Promise<void> {
  if (await isListening(port)) return
  const program = spawn(command, options, { stdio: ['ignore', 'ignore', 'pipe'] })
  let complaint = ''
  program.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  programs.push(program)
  await vi.waitUntil(async () => program.exitCode !== null || (await isListening(port)), { timeout: 4_000 })
  if (program.exitCode !== null) throw new Error(`${command} has ended: ${complaint}`)
}

async function stop(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return
  const exited = once(program, 'exit')
  program.kill('SIGKILL')
  await exited
}
