import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type ConfigError, pointer } from '../../contract/config-error.ts'
import { LoopTurns } from '../../execution/loop-turns.ts'
import type { NodeCache } from '../../execution/node-cache.ts'
import {
  isObject,
  type JsonObject,
  maxJsonDepth,
  type ParsedJson,
  parseJson,
} from '../../webhook/values/json.ts'
import { hasRepeatedMembers, repeatedMembers } from '../../webhook/values/repeated-members.ts'
import { describeForeignBytes } from '../problems/foreign-bytes.ts'
import { describeJsonMistake } from '../problems/json-mistake.ts'
import { Refusal } from '../problems/problem.ts'
import { type SplitRequest, splitRequest } from './split-request.ts'
import { isRestSound, SoundBody } from './validator.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body for the handler. `body` is the form that is validated. */
    meantBody: unknown
  }
}

export interface JsonBodyOptions {
  readonly nodes: NodeCache
  readonly turns: LoopTurns
  /** An error that it throws becomes the reply. */
  readonly beforeParsing?: (request: FastifyRequest, json: Buffer) => void
}

/**
 * Accepts JSON bodies only. Schemas validate plain numbers, and not a node that the cache has. Handlers receive the
 * node separately, and long numbers with all their digits in members whose values are sent on.
 */
export function acceptJsonBodies(
  app: FastifyInstance,
  { nodes, turns, beforeParsing = () => {} }: JsonBodyOptions,
): void {
  app.decorateRequest('meantBody', undefined)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    beforeParsing(request, bytes as Buffer)
    if (LoopTurns.isLong(bytes.length)) return readInTurn(request, bytes as Buffer)
    const checked = read(request, bytes as Buffer)
    if (hasLongNode(request.meantBody, bytes as Buffer)) return turns.take().then(() => checked)
    done(null, checked)
  })
  async function readInTurn(request: FastifyRequest, bytes: Buffer): Promise<unknown> {
    await turns.take()
    const checked = read(request, bytes)
    // Validation and the handler are as long again.
    await turns.take()
    return checked
  }
  function read(request: FastifyRequest, bytes: Buffer): unknown {
    const text = decode(bytes)
    const split = splitRequest(text)
    const { checked, meant } =
      readRest(split, nodes, request.routeOptions.schema?.body) ?? readWhole(text, split?.node ?? null)
    request.meantBody = meant
    return checked
  }
  app.addHook('preHandler', (request, _reply, done) => {
    request.body = request.meantBody
    done()
  })
}

/** Refuses query parameters: an option that does not exist must not be ignored silently. */
export function refuseQuery(app: FastifyInstance): void {
  app.addHook('onRequest', ({ query }, _reply, done) => {
    const names = Object.keys(query as object)
    if (names.length > 0) throw new Refusal('invalid_request', 'This route takes no query parameters.')
    done()
  })
}

/** Refuses bodies with a content coding before they are read. */
export function refuseCodings(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers: { 'content-encoding': codings } }, _reply, done) => {
    if (codings !== undefined && !onlyIdentity.test(codings)) throw encoded()
    done()
  })
}

const onlyIdentity = /^[\s,]*(?:identity[\s,]*)*$/i

function encoded(): Refusal {
  const detail =
    'The request body has a Content-Encoding. Send the body without one: the service does not decode request bodies.'
  // RFC 9110, section 15.5.16.
  return new Refusal('unsupported_media_type', detail, { headers: { 'accept-encoding': 'identity' } })
}

interface ReadBody {
  /** The form to validate. */
  readonly checked: unknown
  /** The form for the handler. */
  readonly meant: unknown
}

/** An error thrown here becomes the reply. */
function decode(bytes: Buffer): string {
  if (bytes.length === 0) throw unreadable(empty)
  if (!isUtf8(bytes)) throw unreadable(describeForeignBytes(bytes))
  const text = bytes.toString()
  // RFC 8259, section 8.1, allows a parser to ignore a byte order mark. Some clients send one.
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

function readWhole(text: string, nodeText: string | null): ReadBody {
  const parsed = parseJson(text, { maxDepth: maxJsonDepth })
  if (!parsed.ok) throw unreadable(describeUnparsed(text, parsed))
  const { plain, exact } = parsed
  if (hasRepeatedMembers(text, plain)) throw ambiguous(text)
  return { checked: plain, meant: withGivenNode(withExactValues(plain, exact), nodeText) }
}

const empty = 'The request body is empty. Send a JSON object: { "node": { … } }.'

function describeUnparsed(
  text: string,
  { problem, detail, error }: Extract<ParsedJson, { ok: false }>,
): string {
  if (problem === 'too_deep') return detail
  return error === null ? empty : describeJsonMistake(text, error)
}

/** Whether the body has a node that the cache does not have, and that is long to compile. */
function hasLongNode(body: unknown, json: Buffer): boolean {
  return isObject(body) && isObject(body.node) && 'config' in body.node && LoopTurns.isLongToCompile(json)
}

function withGivenNode(body: unknown, text: string | null): unknown {
  return isObject(body) ? { ...body, node: { config: body.node, text } } : body
}

/** Parses the members beside a cached node. Null if the whole body must be parsed, which also finds its mistakes. */
function readRest(split: SplitRequest | null, nodes: NodeCache, bodySchema: unknown): ReadBody | null {
  const node = split === null ? undefined : nodes.find(split.node)
  if (split === null || node === undefined) return null
  const parsed = parseJson(split.rest, { maxDepth: maxJsonDepth })
  if (!parsed.ok || hasRepeatedMembers(split.rest, parsed.plain)) return null
  const { plain, exact } = parsed
  if (!isRestSound(bodySchema, plain)) return null
  const meant = { ...(withExactValues(plain, exact) as object), node }
  return { checked: new SoundBody(), meant }
}

/** The detail of a refusal whose error says the rest. */
const whatIsUnreadable =
  'The request body cannot be read as JSON. The error says where, and what to send instead; nothing else was checked.'

function unreadable(detail: string): Refusal {
  return new Refusal('invalid_request', whatIsUnreadable, { errors: [{ path: '', message: detail }] })
}

/** Of two members with the same name JSON.parse keeps the last, other parsers the first. */
function ambiguous(text: string): Refusal {
  const detail =
    'The JSON has an object in which a name occurs more than once. Remove all but one of these members.'
  return new Refusal('invalid_request', detail, { errors: repeated(text) })
}

function* repeated(text: string): Iterable<ConfigError> {
  for (const steps of repeatedMembers(text))
    yield {
      path: pointer('', ...steps),
      message: 'occurs more than once; the names in an object must be unique',
    }
}

function withExactValues(plain: unknown, exact: unknown): unknown {
  if (plain === exact || !isObject(plain) || !isObject(exact)) return plain
  const values = { ...plain, ...pick(exact, ['payload', 'items']) }
  if (!isObject(plain.node) || !isObject(exact.node)) return values
  return { ...values, node: { ...plain.node, ...pick(exact.node, ['query', 'headers', 'body']) } }
}

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
}
