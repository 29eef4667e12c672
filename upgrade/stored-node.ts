/** A line of the file that is none of its kind, in a sentence for people. */
export class UnreadableLine extends Error {}

/** A stored node, as `POST /v1/preview` of every version takes it. */
export interface StoredNode {
  /** How people tell it from others. */
  readonly name: string
  readonly body: string
  /** Whether its line says what the target answers; else an empty 200 is simulated. */
  readonly hasResponse: boolean
}

/** What a preview takes in every version. Of an execution the other members change nothing of its request. */
const members = ['node', 'payload', 'secrets', 'tenant', 'simulate'] as const

/** Reads a line: a node alone, or a body of a preview or an execution. Throws `UnreadableLine`. */
export function readStoredNode(line: string, number: number): StoredNode {
  const parsed = parseObject(line, number)
  const request = isNode(parsed) ? { node: parsed } : parsed
  if (!('node' in request)) throw new UnreadableLine(`Line ${number} has neither a node nor a member "node".`)
  const { id } = (request.node ?? {}) as { readonly id?: unknown }
  const known = Object.fromEntries(
    members.flatMap((name) => (name in request ? [[name, request[name]]] : [])),
  )
  const body = JSON.stringify({ simulate: { status: 200 }, ...known })
  const name = typeof id === 'string' ? `node ${JSON.stringify(id)}` : 'a node without an id'
  return { name, body, hasResponse: 'simulate' in request }
}

type JsonObject = Readonly<Record<string, unknown>>

function isNode(parsed: JsonObject): boolean {
  return 'method' in parsed && 'url' in parsed
}

function parseObject(line: string, number: number): JsonObject {
  try {
    const parsed: unknown = JSON.parse(line, keepDigits)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as JsonObject
  } catch {
    // Said below.
  }
  throw new UnreadableLine(`Line ${number} is no JSON object. Each node stands in a line of its own.`)
}

/** A number is sent on as it is written. */
function keepDigits(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? JSON.rawJSON(source) : value
}
