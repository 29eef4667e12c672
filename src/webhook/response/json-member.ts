import { isObject } from '../values/json.ts'

/** A member of JSON as it is written, with a simple value: `"success": true`. */
const written =
  /^[{,]?\s?["'\u2018-\u201f]([A-Za-z_]\w{0,60})["'\u2018-\u201f]\s{0,3}:\s{0,3}(?:(true|false|null|-?\d{1,15}(?:\.\d{1,15})?)|["'\u2018-\u201f]([\w .:@/-]{0,100})["'\u2018-\u201f])\s?[,}]?$/

/** Members that are looked at. */
const maxMembers = 1_000
const maxDepth = 6

/** The condition that says of JSON what a text says that is one member of it; null if the JSON has no such member. */
export function findMemberCondition(text: string, json: unknown): string | null {
  const [, name, plain, quoted] = written.exec(text.trim()) ?? []
  if (name === undefined) return null
  const value: unknown = quoted ?? JSON.parse(plain ?? 'null')
  const path = findPath(json, name, value)
  return path === null ? null : `response.json${path} == ${value === null ? 'nil' : JSON.stringify(value)}`
}

/** The path to the first member of a name and a value, the nearest first; null if there is none. */
function findPath(json: unknown, name: string, value: unknown): string | null {
  let level: readonly (readonly [path: string, value: unknown])[] = [['', json]]
  let left = maxMembers
  for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
    const found = level.find(
      ([, each]) => isObject(each) && Object.hasOwn(each, name) && each[name] === value,
    )
    if (found !== undefined) return `${found[0]}.${name}`
    level = level.flatMap(([path, each]) =>
      listMembers(each, Math.max(0, left)).map(([step, member]) => [path + step, member] as const),
    )
    left -= level.length
  }
  return null
}

function listMembers(value: unknown, most: number): readonly (readonly [step: string, value: unknown])[] {
  if (Array.isArray(value)) return value.slice(0, most).map((item, index) => [`[${index}]`, item] as const)
  if (!isObject(value)) return []
  return Object.entries(value)
    .slice(0, most)
    .filter(([name]) => /^[A-Za-z_]\w{0,60}$/.test(name))
    .map(([name, member]) => [`.${name}`, member] as const)
}
