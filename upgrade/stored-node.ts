/** A line of the file is malformed, for the reason in the message. */
export class UnreadableLine extends Error {}

/** A stored node, as `POST /v1/preview` of every version takes it. */
export interface StoredNode {
  /** The name for people. */
  readonly name: string
  readonly body: string
  /** Whether the line contains a response of the target. Otherwise an empty 200 is simulated. */
  readonly hasResponse: boolean
}

/**
 * The members that a preview of every version accepts. The other members of an execution do not change its request.
 */
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
    // The error is thrown below.
  }
  throw new UnreadableLine(`Line ${number} is not a JSON object. Each node must be on its own line.`)
}

/** Keeps the digits of a number as written. */
function keepDigits(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? JSON.rawJSON(source) : value
}
