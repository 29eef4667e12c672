import type { FastifyInstance } from 'fastify'
import { Refusal } from '../problems/problem.ts'

/**
 * Answers requests for unknown routes before their body is read: 405 if the path has another method, else 404. Must
 * be called before the routes are registered.
 */
export function refuseUnknownRoutes(app: FastifyInstance): void {
  const routes = new Map<string, KnownUrl>()
  app.addHook('onRoute', ({ method, url }) => {
    const known = routes.get(url) ?? { pattern: new URLPattern({ pathname: url }), methods: new Set() }
    routes.set(url, known)
    for (const name of [method].flat()) known.methods.add(name)
  })
  app.addHook('onRequest', ({ is404, url }, _reply, done) => {
    if (is404) throw refuseRoute(methodsAt(url, routes), routes.has(documentUrl))
    done()
  })
  // Called when a plugin finds nothing, such as a file of Swagger UI.
  app.setNotFoundHandler(() => {
    throw refuseRoute([], routes.has(documentUrl))
  })
}

interface KnownUrl {
  /** Created once: creating a pattern costs much more than testing it (docs/decisions/performance.md). */
  readonly pattern: URLPattern
  readonly methods: Set<string>
}

/** Lists all routes. Closed with DOCS=off. */
const documentUrl = '/openapi.json'

function methodsAt(url: string, routes: ReadonlyMap<string, KnownUrl>): readonly string[] {
  const [pathname = ''] = url.split('?', 1)
  const matching = [...routes.values()].filter(({ pattern }) => pattern.test({ pathname }))
  return [...new Set(matching.flatMap(({ methods }) => [...methods]))]
}

function refuseRoute(methods: readonly string[], isDescribed: boolean): Refusal {
  if (methods.length === 0)
    return new Refusal(
      'not_found',
      isDescribed
        ? `This route does not exist. GET ${documentUrl} lists all routes.`
        : 'This route does not exist.',
    )
  const allow = methods.join(', ')
  return new Refusal('method_not_allowed', `Use one of these methods: ${allow}.`, {
    headers: { allow },
  })
}
