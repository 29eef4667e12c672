import { pointer } from '../../contract/config-error.ts'
import { tenantProblem } from '../../secrets/secret.ts'
import { isObject, type JsonObject } from '../../webhook/values/json.ts'
import { parseJsonFile } from '../../webhook/values/json-file.ts'
import { repeatedMembers } from '../../webhook/values/repeated-members.ts'
import { hashKey } from './api-keys.ts'
import { type Client, clientNamePattern, minKeyLength, type Right, rights } from './client.ts'

/** The content of the file. If there are problems, the clients must not be used. No problem shows a key. */
export interface FoundClients {
  readonly clients: readonly Client[]
  readonly problems: readonly string[]
}

const members = ['keys', 'tenants', 'rights', 'maxInFlight']

type Complain = (path: string, problem: string) => void

/** Reads the text of API_KEYS_FILE. Names and keys must differ from those of the `known` clients. */
export function parseClientsFile(text: string, known: readonly Client[] = []): FoundClients {
  const parsed = parseJsonFile(text)
  if (!parsed.ok) return { clients: [], problems: [parsed.detail] }
  if (!isObject(parsed.plain)) return { clients: [], problems: [notAnObject] }
  const file = parsed.plain
  const problems: string[] = []
  const complain: Complain = (path, problem) => problems.push(`${path} ${problem}`)
  if (Object.keys(file).length === 0) problems.push('must have at least one client')
  for (const place of repeatedMembers(text)) complain(showPlace(file, place), 'occurs twice')
  const context = { owners: mapOwners(known), complain }
  const clients = Object.entries(file).flatMap(([name, entry]) => {
    const path = showPlace(file, [name])
    if (known.some((client) => client.name === name)) complain(path, 'is in API_KEYS, too')
    if (!isClientName(name)) complain(path, `must be named with ${nameRule}`)
    if (isObject(entry)) return readClient(name, entry, path, context)
    complain(path, `must be an object of ${members.join(', ')}, as in { "keys": ["sha256:…"] }`)
    return []
  })
  return { clients, problems }
}

const notAnObject = `must be a JSON object: the name of a client to { ${members.join(', ')} }, as in { "engine": { "keys": ["sha256:…"] } }`
const nameRule = '1 to 64 of A-Z a-z 0-9 . _ -'
const keyRule =
  'must be "sha256:" and the 64 hexadecimal digits that this prints: printf %s "$KEY" | sha256sum'

/** The path of the owner of a key, by the hash of the key. */
type Owners = Map<string, string>

interface Context {
  readonly owners: Owners
  readonly complain: Complain
}

function mapOwners(clients: readonly Client[]): Owners {
  return new Map(
    clients.flatMap(({ name, keyHashes }) =>
      keyHashes.map((keyHash) => [keyHash, `"${name}" in API_KEYS`] as const),
    ),
  )
}

function readClient(name: string, entry: JsonObject, path: string, context: Context): Client {
  const { complain } = context
  for (const member of Object.keys(entry).filter((candidate) => !members.includes(candidate)))
    complain(
      pointer(path, showName(member)),
      `is unknown; ${isObject(entry[member]) ? 'the names of clients stand at the top of the file' : `the known members are ${members.join(', ')}`}`,
    )
  const tenants = readTenants(entry.tenants, `${path}/tenants`, complain)
  return {
    name,
    keyHashes: readKeys(entry.keys, path, context),
    tenants: tenants && new Set(tenants),
    rights: new Set(readRights(entry.rights, `${path}/rights`, complain)),
    maxInFlight: readMaxInFlight(entry.maxInFlight, `${path}/maxInFlight`, complain),
  }
}

function readKeys(value: unknown, owner: string, { owners, complain }: Context): readonly string[] {
  const path = `${owner}/keys`
  if (value === undefined)
    complain(path, 'is missing; must be a list of at least one hash of a key, as in ["sha256:…"]')
  const keys = readList(value, path, complain) ?? []
  return keys.flatMap((key, index) => {
    const keyHash = /^sha256:([0-9a-f]{64})$/i.exec(key)?.[1]?.toLowerCase()
    const problem = keyHash === undefined ? keyRule : hashProblem(keyHash, owner, owners)
    if (problem !== null) complain(`${path}/${index}`, problem)
    if (keyHash === undefined) return []
    owners.set(keyHash, owner)
    return keyHash
  })
}

const hashOfNothing = hashKey('')

function hashProblem(keyHash: string, owner: string, owners: Owners): string | null {
  if (keyHash === hashOfNothing) return 'is the hash of an empty text: probably KEY was not set'
  const other = owners.get(keyHash)
  if (other === undefined) return null
  return other === owner ? 'occurs twice' : `is also a key of ${other}`
}

function readTenants(value: unknown, path: string, complain: Complain): readonly string[] | null {
  const tenants = readList(value, path, complain)
  tenants?.forEach((tenant, index) => {
    const problem = tenantProblem(tenant)
    if (problem !== null) complain(`${path}/${index}`, problem)
  })
  return tenants
}

function readRights(value: unknown, path: string, complain: Complain): readonly Right[] {
  const words = readList(value, path, complain) ?? rights
  return words.flatMap((word, index) => {
    const right = rights.find((candidate) => candidate === word)
    if (right === undefined) complain(`${path}/${index}`, `must be one of ${rights.join(', ')}`)
    return right ?? []
  })
}

function readMaxInFlight(value: unknown, path: string, complain: Complain): number | null {
  if (value === undefined) return null
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  complain(path, 'must be an integer of at least 1')
  return null
}

/** Null if the member is missing. An empty list is refused: the client could do nothing. */
function readList(value: unknown, path: string, complain: Complain): readonly string[] | null {
  if (value === undefined) return null
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string'))
    complain(
      path,
      `must be a list of strings${typeof value === 'string' ? ': write [ before the string and ] behind it' : ''}`,
    )
  else if (value.length === 0) complain(path, 'must have at least one entry')
  else return value
  return null
}

/** A JSON Pointer. A client's name that might be a misplaced key is replaced by its position. */
function showPlace(file: JsonObject, [client = '', ...rest]: readonly string[]): string {
  const isShown = isClientName(client) && isObject(file[client])
  const root = isShown ? pointer('', client) : `entry ${Object.keys(file).indexOf(client) + 1}`
  return pointer(root, ...rest.map(showName))
}

/** A name as long as a key might be a misplaced key, so it is not shown. */
function showName(name: string): string {
  return name.length < minKeyLength ? name : '…'
}

function isClientName(name: string): boolean {
  return clientName.test(name)
}

const clientName = new RegExp(`^${clientNamePattern}$`)
