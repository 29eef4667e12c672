import { isObject, type JsonObject } from '../../../webhook/values/json.ts'

const most = 5
/** Names of the number of redirects. */
const counts = /^max_?redir(?:s|ects|ections)?$|^redirect_?(?:limit|count)$|^max$|^limit$/i
const switches = /^follow_?(?:all_?)?redirects?$|^enabled$/i
const maxMembers = 20
const maxDepth = 3

/** How many redirects to follow, from the value of another tool. Most tools have a switch, fetch has words. */
export function countRedirects(value: unknown, around: JsonObject = {}) {
  return { followRedirects: readCount(value, maxDepth) ?? countAround(around) ?? most }
}

function readCount(value: unknown, depth: number): number | null {
  if (value === false || value === 'manual' || value === 'error') return 0
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return Math.min(most, value)
  return isObject(value) && depth > 0 ? countWithin(value, depth - 1) : null
}

/** The count of an object, such as `{ "redirect": { "followRedirects": true, "maxRedirects": 3 } }`. */
function countWithin(value: JsonObject, depth: number): number | null {
  const members = Object.entries(value).slice(0, maxMembers)
  if (members.some(([name, own]) => switches.test(name) && own === false)) return 0
  const found = members.map(([name, own]) =>
    counts.test(name) || isObject(own) ? readCount(own, depth) : null,
  )
  return found.find((count) => count !== null) ?? null
}

/** The count in a member beside a switch. */
function countAround(around: JsonObject): number | null {
  const name = Object.keys(around)
    .slice(0, maxMembers)
    .find((each) => /redir/i.test(each) && counts.test(each))
  return name === undefined ? null : readCount(around[name], 0)
}
