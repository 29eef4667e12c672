import type { Node } from '../../contract/node.ts'
import { Recent } from '../../execution/lru-cache.ts'
import { nodeBounds } from '../../execution/node-cache.ts'
import { endOfString } from '../../webhook/values/json-string.ts'

/**
 * Nodes with which nothing is wrong, by the text that they came as. An engine sends the same node thousands of times:
 * then only the rest of the request has to be read and checked.
 */
export class KnownNodes {
  readonly #nodes: Recent<Node>

  constructor(bounds = nodeBounds) {
    this.#nodes = new Recent(bounds)
  }

  find(text: string): Node | undefined {
    return this.#nodes.get(text)
  }

  /** Keeps a node for all requests to come, and with it what was compiled of it, whose weight this is. */
  keep(text: string, node: Node, weight = text.length): void {
    // A long number has more digits than a plain one: such a node is read whole each time.
    if (JSON.stringify(JSON.parse(text)) !== JSON.stringify(node)) return
    // A part of a longer text would keep all of that in memory.
    this.#nodes.set(Buffer.from(text).toString(), Object.freeze(node), weight)
  }
}

/** What a request begins with whose node can be known. */
const opening = '{"node":'

/** Follows the schema. It has no digits: they might look like a long number, for which all of a text is read again. */
const standIn = { method: 'GET', url: 'https://host.invalid/' } as const

const openingWithStandIn = opening + JSON.stringify(standIn)

/** The text of the node in the JSON of a request that begins with it; null where it does not. */
export function nodeTextOf(request: string): string | null {
  if (!request.startsWith(opening)) return null
  const end = endOfObject(request, opening.length)
  return end === -1 ? null : request.slice(opening.length, end)
}

/** The JSON of a request with the stand-in in the place of its node. */
export function withStandIn(request: string, nodeText: string): string {
  return openingWithStandIn + request.slice(opening.length + nodeText.length)
}

/** Where the object or array ends that begins at a place; -1 where it does not end. What it holds need not be JSON. */
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
