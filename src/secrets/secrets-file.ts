import { pointer } from '../webhook/config-error.ts'
import { maxJsonDepth, parseJson } from '../webhook/json.ts'
import { type FoundSecrets, nothingFound } from './found-secrets.ts'
import { nameProblem, parseBoundHost, type Secret, tenantProblem, valueProblem } from './secret.ts'

/** The members of a secret that is more than its value. */
const members = ['value', 'hosts', 'tenants']

type JsonObject = Readonly<Record<string, unknown>>
type Complain = (path: string, problem: string) => void

/** Reads the text of SECRETS_FILE. What is wrong is said with its JSON Pointer, and without a value. */
export function parseSecretsFile(text: string): FoundSecrets {
  const parsed = parseJson(text, { maxDepth: maxJsonDepth })
  if (!parsed.ok) return { ...nothingFound, problems: [parsed.detail] }
  if (!isObject(parsed.plain))
    return {
      ...nothingFound,
      problems: ['must be a JSON object: name to value, or to { value, hosts, tenants }'],
    }
  const problems: string[] = []
  const complain: Complain = (path, problem) => problems.push(`${path} ${problem}`)
  for (const path of repeatedNames(text)) complain(path, 'is there twice')
  const secrets = new Map<string, Secret>()
  for (const [name, entry] of Object.entries(parsed.plain)) {
    const path = pointer('', name)
    complainOf(nameProblem(name), path, complain)
    secrets.set(
      name,
      isObject(entry) ? boundSecret(entry, path, complain) : plainSecret(entry, path, complain),
    )
  }
  return { secrets, problems }
}

function plainSecret(entry: unknown, path: string, complain: Complain): Secret {
  return { value: textOf(entry, path, complain), hosts: null, tenants: null }
}

function boundSecret(entry: JsonObject, path: string, complain: Complain): Secret {
  for (const name of Object.keys(entry).filter((candidate) => !members.includes(candidate)))
    complain(pointer(path, name), `is not known; known are ${members.join(', ')}`)
  const value = textOf(entry.value, `${path}/value`, complain)
  const hosts = listOf(entry.hosts, `${path}/hosts`, complain)
  const tenants = listOf(entry.tenants, `${path}/tenants`, complain)
  tenants?.forEach((tenant, index) => {
    complainOf(tenantProblem(tenant), `${path}/tenants/${index}`, complain)
  })
  const rules = hosts?.flatMap((host, index) => {
    const parsed = parseBoundHost(host)
    if (parsed.ok) return parsed.rule
    complain(`${path}/hosts/${index}`, parsed.problem)
    return []
  })
  return { value, hosts: rules ?? null, tenants: tenants && new Set(tenants) }
}

function textOf(value: unknown, path: string, complain: Complain): string {
  if (typeof value !== 'string') {
    complain(path, 'must be a string')
    return ''
  }
  complainOf(valueProblem(value), path, complain)
  return value
}

/** An empty list would bind a secret to nothing at all, which nobody can have meant. */
function listOf(value: unknown, path: string, complain: Complain): readonly string[] | null {
  if (value === undefined) return null
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string'))
    complain(path, 'must be a list of strings')
  else if (value.length === 0) complain(path, 'must have at least one entry')
  else return value
  return null
}

function complainOf(problem: string | null, path: string, complain: Complain): void {
  if (problem !== null) complain(path, problem)
}

/** The pointers of members that JSON.parse would replace by later ones of the same name, in silence. */
function* repeatedNames(json: string): Iterable<string> {
  const around: { path: string; names: Set<string> }[] = []
  let path = ''
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]/g)) {
    const object = around.at(-1)
    if (token === '{') around.push({ path, names: new Set() })
    else if (token === '}') around.pop()
    else if (token.endsWith(':') && object !== undefined) {
      const name: string = JSON.parse(token.slice(0, -1))
      path = pointer(object.path, name)
      if (object.names.has(name)) yield path
      object.names.add(name)
    }
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
