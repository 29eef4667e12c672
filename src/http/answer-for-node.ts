import type { FastifyInstance } from 'fastify'
import { Refusal } from './problem.ts'

/** Answers what Node would answer by itself, with a reply that says nothing and has no name. */
export function answerForNode(app: FastifyInstance): void {
  // RFC 9112, section 3.2.
  app.addHook('onRequest', ({ raw: { httpVersion, headers } }, _reply, done) => {
    if (httpVersion === '1.1' && headers.host === undefined)
      throw new Refusal('invalid_request', 'The request has no Host header.')
    done()
  })
  // RFC 9110, section 10.1.1: what else is expected than 100-continue may be ignored.
  app.server.on('checkExpectation', (...exchange) => app.server.emit('request', ...exchange))
}
