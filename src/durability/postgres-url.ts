import { readFileSync } from 'node:fs'
import type { PostgresAddress, PostgresTls } from './postgres/database.ts'

/** Parameters of the URL. Those of libpq mean what they mean there, save that a certificate is always checked whole. */
const parameters = ['host', 'schema', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const

type Parameter = (typeof parameters)[number]

const advice =
  'must be "postgres://", a user, a host and the name of a database, as in postgres://webhook:password@db.internal:5432/webhook'

/**
 * Reads `postgres://user:password@host:port/database?…`: the address, or the end of a sentence that begins with "STORE_URL". It quotes
 * no password. Without `sslmode` a server on this machine is asked in clear, and any other one by TLS.
 */
export function parsePostgresUrl(text: string): PostgresAddress | string {
  const url = URL.parse(text)
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol) || url.hash !== '') return advice
  const [user, password, host, database] = [
    decode(url.username),
    decode(url.password),
    decode(url.searchParams.get('host') ?? url.hostname),
    decode(url.pathname.slice(1)),
  ]
  if (!user || !host || !database || password === null || database.includes('/') || host.includes(','))
    return advice
  const options = readParameters(url.searchParams)
  if (typeof options === 'string') return options
  const { schema = 'webhook_node' } = options
  if (!/^(?!pg_)[a-z_][a-z0-9_]{0,40}$/.test(schema))
    return 'must have a schema of lower-case letters, digits and underscores, which does not begin with "pg_"'
  const tls = readTls(options, isOwnMachine(host))
  if (typeof tls === 'string') return tls
  const port = url.port === '' ? 5432 : Number(url.port)
  // An IPv6 address stands in brackets in a URL only.
  const name = host.replace(/^\[(.*)\]$/, '$1')
  return { host: name, port, user, password: password === '' ? null : password, database, schema, tls }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

type Options = Partial<Record<Parameter, string>>

function readParameters(given: URLSearchParams): Options | string {
  const options: Options = {}
  for (const [name, value] of given) {
    const known = parameters.find((parameter) => parameter === name)
    if (known === undefined)
      return `must have no other parameters than ${parameters.join(', ')}: it has ${JSON.stringify(name)}`
    options[known] = value
  }
  return options
}

/** A socket is in a folder. */
function isOwnMachine(host: string): boolean {
  return /^(?:\/.*|localhost|127(?:\.\d+){3}|\[::1\]|::1)$/.test(host)
}

const checkedModes = ['require', 'verify-ca', 'verify-full']

function readTls(options: Options, isOwn: boolean): PostgresTls | null | string {
  const { sslmode = isOwn ? 'disable' : 'verify-full', sslrootcert, sslcert, sslkey } = options
  if (sslmode === 'disable') return null
  if (!checkedModes.includes(sslmode))
    return `must have sslmode=verify-full, or sslmode=disable for a network without strangers: ${JSON.stringify(sslmode)} would do without TLS where the server says so`
  if ((sslcert === undefined) !== (sslkey === undefined)) return 'must have sslcert and sslkey together'
  const files = { ca: sslrootcert, cert: sslcert, key: sslkey }
  const tls: Record<string, string | null> = {}
  for (const [name, path] of Object.entries(files)) {
    const pem = path === undefined ? null : readPem(path)
    if (pem === undefined) return `names a file that cannot be read: ${path}`
    tls[name] = pem
  }
  return tls as unknown as PostgresTls
}

function readPem(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
