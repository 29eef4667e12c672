import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type ConfigError, pointer } from '../../contract/config-error.ts'
import type { Node } from '../../contract/node.ts'
import type { ExecutionContext } from '../../execution/execute.ts'
import { LoopTurns } from '../../execution/loop-turns.ts'
import { weighNode } from '../../execution/node-cache.ts'
import { maxJsonDepth, parseJson } from '../../webhook/values/json.ts'
import { hasRepeatedMembers, repeatedMembers } from '../../webhook/values/repeated-members.ts'
import { isObject, type JsonObject } from '../problems/json-schema.ts'
import { Refusal } from '../problems/problem.ts'
import { KnownNodes, nodeTextOf, withStandIn } from './known-nodes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as its handler gets it, while `body` is what its schema sees. */
    meantBody: unknown
    /** The text of a node that was not known. */
    newNode: string | null
  }
}

/**
 * Takes JSON and nothing else. Schemas see plain numbers, and nothing of a node that is known to be sound; handlers get
 * the node, and long numbers with every digit in the members whose values are sent on. `beforeParsing` may throw what
 * becomes the reply.
 */
export function acceptJsonBodies(
  app: FastifyInstance,
  { nodes: compiled, turns }: Pick<ExecutionContext, 'nodes' | 'turns'>,
  beforeParsing: (request: FastifyRequest, json: Buffer) => void = () => {},
): void {
  const nodes = new KnownNodes()
  app.decorateRequest('meantBody', undefined)
  app.decorateRequest('newNode', null)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    beforeParsing(request, bytes as Buffer)
    if (LoopTurns.isLong(bytes.length)) return turns.take().then(() => read(request, bytes as Buffer))
    done(null, read(request, bytes as Buffer))
  })
  function read(request: FastifyRequest, bytes: Buffer): unknown {
    const text = textOf(bytes)
    const { checked, meant, newNode } = readAbridged(text, nodes) ?? readWhole(text)
    request.meantBody = meant
    request.newNode = newNode
    return checked
  }
  app.addHook('preHandler', (request, _reply, done) => {
    request.body = request.meantBody
    // What is frozen is compiled only once, though the hook below asks again.
    if (request.newNode !== null) Object.freeze(nodeOf(request))
    done()
  })
  app.addHook('onSend', (request, { statusCode }, payload, done) => {
    const { newNode } = request
    // What is wrong with a node has to be told each time, and beside all else that is wrong with a request.
    if (newNode !== null && statusCode === 200) {
      if (LoopTurns.isLong(newNode.length)) void turns.take().then(() => keep(newNode, nodeOf(request)))
      else keep(newNode, nodeOf(request))
    }
    done(null, payload)
  })
  function keep(text: string, node: Node): void {
    const known = compiled.compile(node)
    if (known.ok) nodes.keep(text, node, weighNode(text, known.node))
  }
}

/** Of a body that has followed its schema. */
function nodeOf({ body }: FastifyRequest): Node {
  return (body as { readonly node: Node }).node
}

/** Refuses query parameters: a switch that only seems to be there must not be ignored in silence. */
export function refuseQuery(app: FastifyInstance): void {
  app.addHook('onRequest', ({ query }, _reply, done) => {
    const names = Object.keys(query as object)
    if (names.length > 0) throw new Refusal('invalid_request', 'This route takes no query parameters.')
    done()
  })
}

/** Refuses bodies in a content coding, before they are read. */
export function refuseCodings(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers: { 'content-encoding': codings } }, _reply, done) => {
    if (codings !== undefined && !onlyIdentity.test(codings)) throw encoded()
    done()
  })
}

const onlyIdentity = /^[\s,]*(?:identity[\s,]*)*$/i

function encoded(): Refusal {
  const detail = 'The body has a Content-Encoding. Send it without one: this service decodes none.'
  // RFC 9110, section 15.5.16.
  return new Refusal('unsupported_media_type', detail, { headers: { 'accept-encoding': 'identity' } })
}

/** A body that was read. */
interface ReadBody {
  /** What its schema sees. */
  readonly checked: unknown
  /** What its handler gets. */
  readonly meant: unknown
  readonly newNode: string | null
}

/** What is thrown here becomes the reply. */
function textOf(bytes: Buffer): string {
  if (bytes.length === 0) throw unreadable('The request body is empty. Send a JSON object.')
  if (!isUtf8(bytes)) throw unreadable('The request body is not UTF-8.')
  const text = bytes.toString()
  // RFC 8259 allows to leave out a byte order mark: some clients put one in front.
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

function readWhole(text: string): ReadBody {
  const parsed = parseJson(text, { maxDepth: maxJsonDepth })
  if (!parsed.ok) throw unreadable(parsed.detail)
  const { plain, exact } = parsed
  if (hasRepeatedMembers(text, plain)) throw ambiguous(text)
  const meant = plain === exact ? plain : withExactValues(plain, exact)
  return { checked: plain, meant, newNode: nodeTextOf(text) }
}

/** Reads all but a node that is known. Null where the whole has to be read, which also tells what is wrong with it. */
function readAbridged(text: string, nodes: KnownNodes): ReadBody | null {
  const nodeText = nodeTextOf(text)
  const node = nodeText === null ? undefined : nodes.find(nodeText)
  if (nodeText === null || node === undefined) return null
  const abridged = withStandIn(text, nodeText)
  const parsed = parseJson(abridged, { maxDepth: maxJsonDepth })
  if (!parsed.ok || hasRepeatedMembers(abridged, parsed.plain)) return null
  const { plain, exact } = parsed
  const rest = (plain === exact ? plain : withExactValues(plain, exact)) as object
  return { checked: plain, meant: { ...rest, node }, newNode: null }
}

function unreadable(detail: string): Refusal {
  return new Refusal('invalid_request', detail, { errors: [{ path: '', message: detail }] })
}

/** JSON.parse keeps the last of two members with one name, other parsers the first. */
function ambiguous(text: string): Refusal {
  const detail = 'The JSON has a name more than once in one object. Leave all but one of its members out.'
  return new Refusal('invalid_request', detail, { errors: repeated(text) })
}

function* repeated(text: string): Iterable<ConfigError> {
  for (const steps of repeatedMembers(text))
    yield { path: pointer('', ...steps), message: 'is there more than once; an object has each name once' }
}

function withExactValues(plain: unknown, exact: unknown): unknown {
  if (!isObject(plain) || !isObject(exact) || !isObject(plain.node) || !isObject(exact.node)) return plain
  const node = { ...plain.node, ...pick(exact.node, ['query', 'headers', 'body']) }
  return { ...plain, node, ...pick(exact, ['payload']) }
}

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
}
