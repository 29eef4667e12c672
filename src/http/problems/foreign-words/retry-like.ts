import { isObject, type JsonObject } from '../../../webhook/values/json.ts'
import { readDuration } from './duration-like.ts'
import { isStatusLike } from './expectation-like.ts'

/** A policy has few members. */
const maxMembers = 20

/** A repetition for the count of another tool, which may leave out the first attempt (`more`), or for its policy. */
export function retryOf(given: unknown, more: number): JsonObject {
  const value = Array.isArray(given) ? given[0] : given
  const members = isObject(value) ? readMembers(value) : new Map<string, unknown>()
  const attempts = countAttempts(value, members, more)
  const pause = findTime(members, pauses, 600_000)
  const longest = findTime(members, longestPauses, 600_000)
  const statuses = find(members, retried)
  const on = Array.isArray(statuses) ? statuses.filter(isStatusLike).slice(0, maxStatuses) : []
  const isFixed = /^(?:fixed|constant|linear)/i.test(asWord(find(members, kinds)))
  const rest = on.length === 0 ? {} : { on }
  if (isFixed && pause !== null && attempts > 1)
    return { delaysMs: Array.from({ length: attempts - 1 }, () => pause), ...rest }
  return {
    attempts,
    ...(pause === null ? {} : { initialDelayMs: pause }),
    ...(longest === null ? {} : { maxDelayMs: longest }),
    ...rest,
  }
}

/** The pauses of an object in a repetition whose other members stand around it; nothing without a time. */
export function pausesOf(value: unknown, around: JsonObject): JsonObject {
  if (!isObject(value)) return {}
  const { attempts: _attempts, on: _on, ...pauses } = retryOf({ ...around, ...value }, 0)
  return pauses
}

/** The list of a single failure or status in the place of that list; null for any other value. */
export function retriedAlone(value: unknown): readonly unknown[] | null {
  const words = (typeof value === 'string' ? value.slice(0, 60).split(/[,;|\s]+/) : [value]).filter(
    (word) => word !== '',
  )
  if (
    words.length === 0 ||
    !words.every((word) => isStatusLike(word) || word === 'connect' || word === 'timeout')
  )
    return null
  return words.map((word) => (/^\d{3}$/.test(asWord(word)) ? Number(word) : word))
}

/** Whether a policy says that nothing is repeated. */
export function isNoRetry(value: unknown): boolean {
  if (value === false || value === null || value === 0) return true
  return isObject(value) && /^(?:none|never|off|no)$/i.test(asWord(value.type ?? value.enabled))
}

// The names of the members of policies in n8n, Power Automate, Temporal, Step Functions and others, in lower case.
const totals = ['maxattempts', 'maximumattempts', 'attempts', 'maxtries', 'tries']
const repetitions = ['count', 'retries', 'maxretries', 'limit', 'retrycount', 'times']
const pauses = [
  ...['interval', 'delay', 'initialdelay', 'initialinterval', 'intervalseconds', 'delayseconds', 'wait'],
  ...[
    'backoff',
    'delayms',
    'initialdelayms',
    'intervalms',
    'waitbetweentries',
    'mininterval',
    'minimuminterval',
  ],
  ...['mindelay', 'duration', 'initialbackoff'],
]
const longestPauses = [
  ...['maximuminterval', 'maxinterval', 'maxdelay', 'maxdelayseconds', 'maxdelayms', 'maxbackoff', 'maxwait'],
]
const kinds = ['type', 'strategy', 'policy', 'mode', 'backofftype', 'backoff', 'kind']
const retried = ['statuscodes', 'statuses', 'retryon', 'on', 'codes', 'retryonstatus', 'httpstatuscodes']

function readMembers(value: JsonObject): ReadonlyMap<string, unknown> {
  const { backoff } = value
  if (isObject(backoff))
    return new Map([...readMembers(backoff), ...readMembers({ ...value, backoff: null })])
  const names = Object.keys(value).slice(0, maxMembers)
  return new Map(
    names.map((name) => [
      name
        .slice(0, 40)
        .toLowerCase()
        .replaceAll(/[^a-z]/g, ''),
      value[name],
    ]),
  )
}

function find(members: ReadonlyMap<string, unknown>, names: readonly string[]): unknown {
  return members.get(names.find((name) => members.has(name)) ?? '')
}

function findTime(
  members: ReadonlyMap<string, unknown>,
  names: readonly string[],
  most: number,
): number | null {
  const name = names.find((each) => readDuration(members.get(each)) !== null)
  if (name === undefined) return null
  const given = members.get(name)
  const isPlain = typeof given === 'number' || /^\d{1,6}$/.test(asWord(given))
  const known = isPlain && name.endsWith('seconds') ? Number(given) * 1_000 : null
  const inMs = isPlain && name.endsWith('ms') ? Number(given) : null
  return Math.min(most, known ?? inMs ?? readDuration(given) ?? 0)
}

/** Statuses in an example at most. */
const maxStatuses = 4

function countAttempts(value: unknown, members: ReadonlyMap<string, unknown>, more: number): number {
  const count = toCount(value) ?? toCount(find(members, totals))
  const own = isObject(value) ? 0 : more
  const attempts = count === null ? (toCount(find(members, repetitions)) ?? 2) + 1 : count + own
  return Math.min(10, Math.max(1, attempts))
}

function toCount(value: unknown): number | null {
  const isCount = (typeof value === 'number' || typeof value === 'string') && /^\d{1,2}$/.test(String(value))
  return isCount ? Number(value) : null
}

/** A text as it is, and nothing for any other value: an object may have no text. */
function asWord(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
