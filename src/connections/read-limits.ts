import { type ConfigError, pointer } from '../contract/config-error.ts'
import type { LimitLine } from '../contract/connection.ts'
import type { HostLine } from '../egress/limits/host-limits.ts'
import { parseOnlyRule } from '../egress/policy/address-rule.ts'
import { readText } from '../secrets/read-text.ts'
import { compileLimits, findErrorsOfLimits } from '../webhook/limits.ts'
import { parseJsonFile } from '../webhook/values/json-file.ts'
import { repeatedMembers } from '../webhook/values/repeated-members.ts'

/** The setting that limits calls by host. */
export interface LimitSource {
  /** The path in LIMITS_FILE, or null. */
  readonly file: string | null
  /** Finds the schema errors of a line. `path` is the JSON Pointer of the line. */
  readonly findSchemaErrors: (line: unknown, path: string) => Iterable<ConfigError>
}

/** The lines, or all problems: one sentence each, which begins with the name of the setting. */
export type ReadLimits =
  | { readonly ok: true; readonly lines: readonly HostLine[] }
  | { readonly ok: false; readonly problems: readonly string[] }

const maxFileBytes = 1_048_576

/** Each call of a host that is not remembered looks at all lines. */
const maxLines = 1_000

/** Reads all lines, at the start and after a change. */
export function readLimits({ file, findSchemaErrors }: LimitSource): ReadLimits {
  if (file === null) return { ok: true, lines: [] }
  const problems: string[] = []
  const read = readText(file, maxFileBytes)
  if (!read.ok) problems.push(`the file ${read.problem}`)
  const lines = read.ok ? parseLines(read.text, findSchemaErrors, problems) : []
  if (problems.length === 0) return { ok: true, lines }
  return {
    ok: false,
    problems: problems.map((problem) => `LIMITS_FILE is ${JSON.stringify(file)}: ${problem}`),
  }
}

function parseLines(
  text: string,
  findSchemaErrors: LimitSource['findSchemaErrors'],
  problems: string[],
): readonly HostLine[] {
  const complain = ({ path, message }: ConfigError) => void problems.push(`${path} ${message}`)
  const parsed = parseJsonFile(text)
  if (!parsed.ok) problems.push(parsed.detail)
  else if (!Array.isArray(parsed.plain))
    problems.push('must be a JSON array of limits, as in [{ "host": "api.example.com", "perSecond": 10 }]')
  else if (parsed.plain.length > maxLines) problems.push(`must not have more than ${maxLines} lines`)
  if (!parsed.ok || problems.length > 0) return []
  for (const steps of repeatedMembers(text))
    complain({ path: pointer('', ...steps), message: 'occurs twice' })
  const seen = new Set<string>()
  return (parsed.plain as readonly unknown[]).flatMap((line, index) => {
    const path = pointer('', index)
    const errors = [...findSchemaErrors(line, path)]
    errors.forEach(complain)
    // The line has no errors of its schema.
    return errors.length > 0 ? [] : compileLine(line as LimitLine, path, seen, complain)
  })
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
