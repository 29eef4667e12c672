import { type ConfigError, pointer } from '../contract/config-error.ts'
import type { LimitLine } from '../contract/connection.ts'
import type { HostLine } from '../egress/limits/host-limits.ts'
import { parseOnlyRule } from '../egress/policy/address-rule.ts'
import { type ParsedText, type ReadValue, readSettingFile } from '../secrets/read-setting-file.ts'
import { compileLimits, findErrorsOfLimits } from '../webhook/limits.ts'
import { isObject } from '../webhook/values/json.ts'
import { parseJsonFile } from '../webhook/values/json-file.ts'
import { repeatedMembers } from '../webhook/values/repeated-members.ts'

/** The setting that limits calls by host. */
export interface LimitSource {
  /** The path in LIMITS_FILE, or null. */
  readonly file: string | null
  /** Finds the schema errors of a line. `path` is the JSON Pointer of the line. */
  readonly findSchemaErrors: (line: unknown, path: string) => Iterable<ConfigError>
}

const maxFileBytes = 1_048_576

/** Each call of a host that is not remembered looks at all lines. */
const maxLines = 1_000

/** Reads all lines, at the start and after a change. */
export function readLimits({ file, findSchemaErrors }: LimitSource): ReadValue<readonly HostLine[]> {
  if (file === null) return { ok: true, value: [] }
  return readSettingFile(file, {
    setting: 'LIMITS_FILE',
    maxBytes: maxFileBytes,
    parse: (text) => parseLines(text, findSchemaErrors),
  })
}

function parseLines(
  text: string,
  findSchemaErrors: LimitSource['findSchemaErrors'],
): ParsedText<readonly HostLine[]> {
  const refuse = (problem: string) => ({ value: [], problems: [problem] })
  const parsed = parseJsonFile(text)
  if (!parsed.ok) return refuse(parsed.detail)
  if (!Array.isArray(parsed.plain)) return refuse(describeNoArray(parsed.plain))
  if (parsed.plain.length > maxLines) return refuse(`must not have more than ${maxLines} lines`)
  const problems: string[] = []
  const complain = ({ path, message }: ConfigError) => void problems.push(`${path} ${message}`)
  for (const steps of repeatedMembers(text))
    complain({ path: pointer('', ...steps), message: 'occurs twice' })
  const seen = new Set<string>()
  const lines = (parsed.plain as readonly unknown[]).flatMap((line, index) => {
    const path = pointer('', index)
    const errors = [...findSchemaErrors(line, path)]
    errors.forEach(complain)
    // The line has no errors of its schema.
    return errors.length > 0 ? [] : compileLine(line as LimitLine, path, seen, complain)
  })
  return { value: lines, problems }
}

/** What to write for an object. Its names may be hosts, or the one around the array. */
function describeNoArray(given: unknown): string {
  const names = isObject(given) ? Object.keys(given) : []
  const [first = ''] = names
  if (isObject(given) && names.length === 1 && Array.isArray(given[first]))
    return 'must be a JSON array of limits: write the array alone, without the object around it'
  const host = names.find((name) => parseOnlyRule(name).ok && name.includes('.') && name.length < 100)
  return `must be a JSON array of limits, each with its host, as in [{ "host": ${JSON.stringify(host ?? 'api.example.com')}, "perSecond": 10 }]`
}

function compileLine(
  { host, scope, ...limits }: LimitLine,
  path: string,
  seen: Set<string>,
  complain: (error: ConfigError) => void,
): readonly HostLine[] {
  for (const error of findErrorsOfLimits(limits, path)) complain(error)
  const parsed = parseOnlyRule(host)
  if (!parsed.ok) {
    complain({ path: `${path}/host`, message: parsed.problem })
    return []
  }
  const isCeiling = scope === 'all'
  const key = `${isCeiling} ${host.toLowerCase()}`
  if (seen.has(key))
    complain({ path: `${path}/host`, message: 'occurs in a line before, and only the first one would hold' })
  seen.add(key)
  return [{ rule: parsed.rule, limits: compileLimits(limits), isCeiling }]
}
