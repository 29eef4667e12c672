import { endOfString } from '../../webhook/values/json-string.ts'

/** The JSON of a request in two parts, each as it stands there. */
export interface SplitRequest {
  /** The node. */
  readonly node: string
  /** The object of all other members. */
  readonly rest: string
}

/**
 * Takes the node out of a request that begins with it; null where it does not. The request is JSON where both parts are, and
 * has no member twice where the rest has none twice and no node.
 */
export function splitRequest(request: string): SplitRequest | null {
  const start = opening.exec(request)?.[0].length ?? 0
  const end = request[start] === '{' && start > 0 ? endOfObject(request, start) : -1
  if (end === -1) return null
  following.lastIndex = end
  const [, comma] = following.exec(request) ?? []
  if (comma === undefined) return null
  return { node: request.slice(start, end), rest: `{${request.slice(following.lastIndex)}` }
}

const opening = /^[ \t\r\n]*\{[ \t\r\n]*"node"[ \t\r\n]*:[ \t\r\n]*/

/** A comma and what may follow it in an object, or its end. */
const following = /[ \t\r\n]*(,[ \t\r\n]*(?=")|(?=\}))/y

/** Where the object ends that begins at a place; -1 where it does not end. What it holds need not be JSON. */
function endOfObject(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth === 0) return character === '}' ? at + 1 : -1
  }
  return -1
}
