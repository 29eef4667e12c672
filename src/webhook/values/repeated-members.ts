import { endOfString } from './json-string.ts'

/**
 * Whether an object of valid JSON has two members with the same name. `JSON.parse` silently keeps the last one. `parsed` is
 * its result.
 */
export function hasRepeatedMembers(json: string, parsed: unknown): boolean {
  // Every request passes here: counting names is cheaper than comparing them.
  return countNames(json) !== countMembers(parsed)
}

/** The repeated members of valid JSON, as steps of JSON Pointers. Each pointer comes once. */
export function* repeatedMembers(json: string): Iterable<readonly string[]> {
  const around: Level[] = []
  for (let at = 0; at < json.length; at++) {
    const level = around.at(-1)
    const character = json[at]
    if (character === '{') around.push({ step: '', names: null })
    else if (character === '[') around.push({ step: 0, names: null })
    else if (character === '}' || character === ']') around.pop()
    else if (character === ',' && typeof level?.step === 'number') level.step += 1
    else if (character === '"') {
      const end = endOfString(json, at)
      if (level !== undefined && isName(json, end) && isSecond(level, JSON.parse(json.slice(at, end + 1))))
        yield around.map(({ step }) => String(step))
      at = end
    }
  }
}

/** An open object or list. */
interface Level {
  /** The name or index of the current value. */
  step: string | number
  /** The count of each name so far; null before the first name. */
  names: Map<string, number> | null
}

function isSecond(level: Level, name: string): boolean {
  level.names ??= new Map()
  const times = (level.names.get(name) ?? 0) + 1
  level.names.set(name, times)
  level.step = name
  return times === 2
}

/** Counts the names: a string followed by a colon is always one. */
function countNames(json: string): number {
  let names = 0
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quotationMark) at = endOfString(json, at)
    else if (code === colon) names += 1
  }
  return names
}

const quotationMark = 0x22
const colon = 0x3a

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let members = 0
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) members += countMembers(value[index])
    return members
  }
  const object = value as Readonly<Record<string, unknown>>
  for (const name in object) members += 1 + countMembers(object[name])
  return members
}

/** Whether the string that ends at an index is a name. */
function isName(json: string, end: number): boolean {
  blanksAndColon.lastIndex = end + 1
  return blanksAndColon.test(json)
}

const blanksAndColon = /[ \t\r\n]*:/y
