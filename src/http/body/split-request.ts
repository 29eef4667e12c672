import { endOfString } from '../../webhook/values/json-string.ts'

/** The JSON text of a request in two parts. */
export interface SplitRequest {
  /** The node. */
  readonly node: string
  /** An object with all other members. */
  readonly rest: string
}

/**
 * Splits a request that begins with its node. Null for any other request. The request is JSON if both parts are. Its
 * names are unique if those of the rest are and the rest has no node.
 */
export function splitRequest(request: string): SplitRequest | null {
  opening.lastIndex = 0
  const start = opening.test(request) ? opening.lastIndex : 0
  const end = request[start] === '{' && start > 0 ? endOfObject(request, start) : -1
  if (end === -1) return null
  following.lastIndex = end
  const [, comma] = following.exec(request) ?? []
  if (comma === undefined) return null
  return { node: request.slice(start, end), rest: `{${request.slice(following.lastIndex)}` }
}

const opening = /[ \t\r\n]*\{[ \t\r\n]*"node"[ \t\r\n]*:[ \t\r\n]*/y

/** A comma and the next name in an object, or the end of the object. */
const following = /[ \t\r\n]*(,[ \t\r\n]*(?=")|(?=\}))/y

/** The end of the object that begins at `start`, or -1. The content need not be JSON. */
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
