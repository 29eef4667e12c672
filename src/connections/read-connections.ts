import { type ConfigError, pointer } from '../contract/config-error.ts'
import type { Connection } from '../contract/connection.ts'
import { connectionNamePattern } from '../contract/names.ts'
import { type ParsedText, type ReadValue, readSettingFile } from '../secrets/read-setting-file.ts'
import { compileConnection } from '../webhook/connection.ts'
import { isObject } from '../webhook/values/json.ts'
import { parseJsonFile } from '../webhook/values/json-file.ts'
import { repeatedMembers } from '../webhook/values/repeated-members.ts'

/** The entries of CONNECTIONS_FILE by name. */
export type Connections = ReadonlyMap<string, Connection>

/** The setting that defines connections. */
export interface ConnectionSource {
  /** The path in CONNECTIONS_FILE, or null. */
  readonly file: string | null
  /** Finds the schema errors of an entry. `path` is the JSON Pointer of the entry. */
  readonly findSchemaErrors: (entry: unknown, path: string) => Iterable<ConfigError>
}

const maxFileBytes = 4_194_304

/** Reads all connections, at the start and after a change. No problem shows a value. */
export function readConnections({ file, findSchemaErrors }: ConnectionSource): ReadValue<Connections> {
  if (file === null) return { ok: true, value: new Map() }
  return readSettingFile(file, {
    setting: 'CONNECTIONS_FILE',
    maxBytes: maxFileBytes,
    parse: (text) => parseConnections(text, findSchemaErrors),
  })
}

function parseConnections(
  text: string,
  findSchemaErrors: ConnectionSource['findSchemaErrors'],
): ParsedText<Connections> {
  const refuse = (problem: string) => ({ value: new Map(), problems: [problem] })
  const parsed = parseJsonFile(text)
  if (!parsed.ok) return refuse(parsed.detail)
  const { plain, exact } = parsed
  if (!isObject(plain) || !isObject(exact))
    return refuse('must be a JSON object: the name of a connection to an object')
  const problems: string[] = []
  const complain = ({ path, message }: ConfigError) => problems.push(`${path} ${message}`)
  for (const steps of repeatedMembers(text))
    complain({ path: pointer('', ...steps), message: 'occurs twice' })
  const connections = new Map<string, Connection>()
  for (const [name, entry] of Object.entries(plain)) {
    const errors = [...findErrors(name, entry, findSchemaErrors)]
    errors.forEach(complain)
    // The entry has no errors of its schema.
    if (errors.length === 0) connections.set(name, withExactHeaders(entry as Connection, exact[name]))
  }
  return { value: connections, problems }
}

function* findErrors(
  name: string,
  entry: unknown,
  findSchemaErrors: ConnectionSource['findSchemaErrors'],
): Generator<ConfigError> {
  const path = pointer('', name)
  if (!connectionName.test(name))
    yield { path, message: 'is not a name of a connection: use 1 to 64 of A-Z a-z 0-9 . _ -' }
  const errors = [...findSchemaErrors(entry, path)]
  yield* errors
  if (errors.length > 0) return
  yield* findShellVariables(entry, path)
  const compiled = compileConnection(name, entry as Connection)
  if (!compiled.ok) yield* compiled.errors
}

/** Texts such as `${CRM_TOKEN}`, which would be sent as they are: the file is read as it stands. */
function* findShellVariables(value: unknown, path: string): Generator<ConfigError> {
  if (typeof value === 'string') {
    const [, name] = shellVariable.exec(value) ?? []
    if (name !== undefined)
      yield {
        path,
        message: `must not have the variable \${${name}}: nothing puts the environment into this file; write the value itself, or of a secret {{ secrets.${name} }}, with ${name} in SECRETS_FILE or SECRETS_DIR`,
      }
  } else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) yield* findShellVariables(member, pointer(path, name))
}

const shellVariable = /\$\{([A-Z][A-Z0-9_]{0,60})(?::?[-?][^{}]{0,100})?\}/

const connectionName = new RegExp(`^${connectionNamePattern}$`)

/** Numbers keep all their digits. */
function withExactHeaders(entry: Connection, exact: unknown): Connection {
  const { headers } = isObject(exact) ? exact : entry
  return headers === undefined ? entry : { ...entry, headers: headers as NonNullable<Connection['headers']> }
}
