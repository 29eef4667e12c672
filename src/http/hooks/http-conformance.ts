import type { FastifyInstance } from 'fastify'
import { Refusal } from '../problems/problem.ts'

/**
 * Answers what Node would answer by itself, with a reply that says nothing and has no name, or what it would pass over in
 * silence.
 */
export function conformToHttp(app: FastifyInstance): void {
  // RFC 9112, section 3.2.
  app.addHook('onRequest', ({ raw: { httpVersion, headers, rawHeaders } }, _reply, done) => {
    if (httpVersion === '1.1' && headers.host === undefined)
      throw new Refusal('invalid_request', 'The request has no Host header.')
    // Mostly each name is there once, and then there is nothing to look for.
    const isEachOnce = rawHeaders.length === 2 * Object.keys(headers).length
    const repeated = isEachOnce ? null : findRepeated(rawHeaders)
    if (repeated !== null)
      throw new Refusal('invalid_request', `The request has more than one ${repeated} header.`)
    done()
  })
  // RFC 9110, section 10.1.1: what else is expected than 100-continue may be ignored.
  app.server.on('checkExpectation', (...exchange) => app.server.emit('request', ...exchange))
}

/** Node takes the first of these and drops the others; a proxy before us may have judged by the last. */
const singular: ReadonlyMap<string, string> = new Map(
  ['Host', 'Authorization', 'Content-Type'].map((name) => [name.toLowerCase(), name]),
)

/** A header that comes twice and must not. `rawHeaders` has names and values in turn. */
function findRepeated(rawHeaders: readonly string[]): string | null {
  const seen = new Set<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = singular.get(rawHeaders[index]?.toLowerCase() ?? '')
    if (name === undefined) continue
    if (seen.has(name)) return name
    seen.add(name)
  }
  return null
}
