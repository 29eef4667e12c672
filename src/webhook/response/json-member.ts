import { isObject } from '../values/json.ts'

/** A member of JSON as it is written, with a simple value: `"success": true`. */
const written =
  /^[{,]?\s?["'\u2018-\u201f]([A-Za-z_]\w{0,60})["'\u2018-\u201f]\s{0,3}:\s{0,3}(?:(true|false|null|-?\d{1,15}(?:\.\d{1,15})?)|["'\u2018-\u201f]([\w .:@/-]{0,100})["'\u2018-\u201f])\s?[,}]?$/

/** Values that are looked at, and characters of a path to one. */
const maxValues = 1_000
const maxPath = 200

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
  const queue: [path: string, value: unknown][] = [['', json]]
  for (const [path, each] of queue) {
    if (isObject(each) && Object.hasOwn(each, name) && each[name] === value) return `${path}.${name}`
    for (const [step, member] of listMembers(each)) {
      if (queue.length >= maxValues) break
      if (path.length + step.length <= maxPath) queue.push([path + step, member])
    }
  }
  return null
}

function* listMembers(value: unknown): Generator<readonly [step: string, value: unknown]> {
  if (Array.isArray(value)) yield* value.entries().map(([index, item]) => [`[${index}]`, item] as const)
  else if (isObject(value))
    for (const name in value) if (/^[A-Za-z_]\w*$/.test(name)) yield [`.${name}`, value[name]]
}
