import type { FastifyInstance } from 'fastify'
import { Refusal } from '../problems/problem.ts'

/**
 * Answers for routes that do not exist, before any body is read: 405 where another method would do, else 404.
 * Knows the routes that are registered after it.
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
  // Where a plugin finds that there is nothing, such as a file of the API page.
  app.setNotFoundHandler(() => {
    throw refuseRoute([], routes.has(documentUrl))
  })
}

interface KnownUrl {
  /** Made once: that takes longer than all else that a request for nothing costs. */
  readonly pattern: URLPattern
  readonly methods: Set<string>
}

/** Lists all routes, unless the service is told not to. */
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
      isDescribed ? `There is no such route. GET ${documentUrl} lists them all.` : 'There is no such route.',
    )
  const allow = methods.join(', ')
  return new Refusal('method_not_allowed', `Use one of these methods: ${allow}.`, {
    headers: { allow },
  })
}
