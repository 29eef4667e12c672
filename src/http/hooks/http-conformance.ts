import type { FastifyInstance } from 'fastify'
import { Refusal } from '../problems/problem.ts'

/** Refuses malformed requests that Node would answer itself, without explanation and request id, or would accept. */
export function conformToHttp(app: FastifyInstance): void {
  // RFC 9112, section 3.2.
  app.addHook('onRequest', ({ raw: { httpVersion, headers, rawHeaders } }, _reply, done) => {
    if (httpVersion === '1.1' && headers.host === undefined)
      throw new Refusal('invalid_request', 'The request has no Host header.')
    // Fast path: mostly each name occurs once.
    const isEachOnce = rawHeaders.length === 2 * Object.keys(headers).length
    const repeated = isEachOnce ? null : findRepeated(rawHeaders)
    if (repeated !== null)
      throw new Refusal('invalid_request', `The request has more than one ${repeated} header.`)
    done()
  })
  // RFC 9110, section 10.1.1: any expectation other than 100-continue may be ignored.
  app.server.on('checkExpectation', (...exchange) => app.server.emit('request', ...exchange))
}

/** Of these headers Node keeps the first. A proxy in front of the service may have used the last. */
const singular: ReadonlyMap<string, string> = new Map(
  ['Host', 'Authorization', 'Content-Type'].map((name) => [name.toLowerCase(), name]),
)

/** The name of a repeated header that must not be repeated, or null. `rawHeaders` has names and values in turn. */
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
