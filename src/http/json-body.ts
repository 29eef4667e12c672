import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { maxJsonDepth, parseJson } from '../webhook/json.ts'
import { isObject, type JsonObject } from './json-schema.ts'
import { Refusal } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body with a `LongNumber` where `body` has lost digits; the very same object where it has not. */
    exactBody: unknown
  }
}

/**
 * Takes JSON and nothing else. Schemas see plain numbers; handlers get long ones with every digit, in the members
 * whose values are sent on.
 */
export function acceptJsonBodies(app: FastifyInstance): void {
  app.decorateRequest('exactBody', undefined)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, parseBody)
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.exactBody !== request.body) request.body = withExactValues(request.body, request.exactBody)
    done()
  })
}

/** Refuses query parameters: a switch that only seems to be there must not be ignored in silence. */
export function refuseQuery(app: FastifyInstance): void {
  app.addHook('onRequest', ({ query }, _reply, done) => {
    const names = Object.keys(query as object)
    if (names.length > 0) throw new Refusal('invalid_request', 'This route takes no query parameters.')
    done()
  })
}

async function parseBody(request: FastifyRequest, bytes: Buffer): Promise<unknown> {
  const { plain, exact } = readJson(bytes)
  request.exactBody = exact
  return plain
}

/** Leaves out a byte order mark, as RFC 8259 allows: some clients put one in front. */
const decoder = new TextDecoder()

function readJson(bytes: Buffer): { readonly plain: unknown; readonly exact: unknown } {
  if (bytes.length === 0) throw unreadable('The request body is empty. Send a JSON object.')
  if (!isUtf8(bytes)) throw unreadable('The request body is not UTF-8.')
  const parsed = parseJson(decoder.decode(bytes), { maxDepth: maxJsonDepth })
  if (!parsed.ok) throw unreadable(parsed.detail)
  return parsed
}

function unreadable(detail: string): Refusal {
  return new Refusal('invalid_request', detail, { errors: [{ path: '', message: detail }] })
}

function withExactValues(plain: unknown, exact: unknown): unknown {
  if (!isObject(plain) || !isObject(exact) || !isObject(plain.node) || !isObject(exact.node)) return plain
  const node = { ...plain.node, ...pick(exact.node, ['query', 'headers', 'body']) }
  return { ...plain, node, ...pick(exact, ['payload']) }
}

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
}
