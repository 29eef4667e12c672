import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { listen } from '../../../testkit/listen.ts'
import { isListening } from '../../support/is-listening.ts'
import { credentials } from '../../support/servers.ts'

/** A real Apache that wants Digest under `/`, and is gone when the test ends. It answers with a file. */
export interface Apache {
  readonly port: number
  /** It forgets the nonces that it gave. */
  restart(): Promise<void>
  /** Every request that it answered, as `POST /path 200 user`, in order. */
  answered(): Promise<readonly string[]>
}

export interface ApacheUser {
  readonly username: string
  readonly password: string
}

/** `settings`: more lines for the protected directory. */
export async function startApache({ username, password }: ApacheUser, settings = ''): Promise<Apache> {
  const directory = await mkdtemp(join(tmpdir(), 'webhook-node-apache-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const { port, close } = await listen(createServer())
  await close()
  const hash = createHash('md5').update(`${username}:leads:${password}`).digest('hex')
  const files = {
    'key.pem': credentials.key,
    'cert.pem': credentials.cert,
    users: `${username}:leads:${hash}\n`,
    'apache.conf': configure(directory, port, settings),
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content)
  mkdirSync(join(directory, 'pages'), { mode: 0o755 })
  await writeFile(join(directory, 'pages', 'leads'), '{"ok":true}')
  let program = await start(directory, port)
  onTestFinished(() => program.stop())
  return {
    port,
    async restart() {
      await program.stop()
      program = await start(directory, port)
    },
    answered: async () => (await readFile(join(directory, 'access.log'), 'utf8')).trim().split('\n'),
  }
}

async function start(directory: string, port: number) {
  // Apache serves nothing as root, and a namespace with one user has no other: there it sees itself as another one.
  const another = ['--user', '--map-user=65534']
  const program = spawn('unshare', [...another, 'apache2', '-X', '-f', join(directory, 'apache.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  program.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const ended = once(program, 'exit')
  await vi.waitUntil(async () => program.exitCode !== null || (await isListening(port)), { timeout: 10_000 })
  if (program.exitCode !== null) throw new Error(`apache2 has ended: ${complaint}`)
  return {
    async stop() {
      program.kill('SIGKILL')
      await ended
    },
  }
}

function configure(directory: string, port: number, settings: string): string {
  const modules = {
    mpm_event: 'mpm_event',
    authn_core: 'authn_core',
    authn_file: 'authn_file',
    authz_core: 'authz_core',
    authz_user: 'authz_user',
    auth_digest: 'auth_digest',
    ssl: 'ssl',
    mime: 'mime',
    alias: 'alias',
  }
  return `
    ServerRoot ${directory}
    PidFile ${directory}/pid
    DefaultRuntimeDir ${directory}
    ServerName localhost
    ${Object.entries(modules)
      .map(([name, file]) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${file}.so`)
      .join('\n    ')}
    ErrorLog ${directory}/error.log
    LogFormat "%m %U %>s %u" short
    CustomLog ${directory}/access.log short
    Listen 127.0.0.1:${port}
    TypesConfig /dev/null
    SSLEngine on
    SSLCertificateFile ${directory}/cert.pem
    SSLCertificateKeyFile ${directory}/key.pem
    DocumentRoot ${directory}/pages
    <Directory ${directory}/pages>
      AuthType Digest
      AuthName leads
      AuthDigestProvider file
      AuthUserFile ${directory}/users
      ForceType application/json
      Require valid-user
      ${settings}
    </Directory>`
}
