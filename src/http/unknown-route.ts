import type { FastifyInstance } from 'fastify'
import { Refusal } from './problem.ts'

interface Route {
  readonly method: string
  readonly url: string
}

/**
 * Answers for routes that do not exist, before any body is read: 405 where another method would do, else 404.
 * Knows the routes that are registered after it.
 */
export function refuseUnknownRoutes(app: FastifyInstance): void {
  const routes: Route[] = []
  app.addHook('onRoute', ({ method, url }) => {
    routes.push(...[method].flat().map((name) => ({ method: name, url })))
  })
  app.addHook('onRequest', ({ is404, url }, _reply, done) => {
    if (is404) throw refusalOf(methodsAt(url, routes))
    done()
  })
  // Where a plugin finds that there is nothing, such as a file of the API page.
  app.setNotFoundHandler(() => {
    throw refusalOf([])
  })
}

function methodsAt(url: string, routes: readonly Route[]): readonly string[] {
  const [pathname = ''] = url.split('?', 1)
  const matching = routes.filter((route) => new URLPattern({ pathname: route.url }).test({ pathname }))
  return [...new Set(matching.map(({ method }) => method))]
}

function refusalOf(methods: readonly string[]): Refusal {
  if (methods.length === 0)
    return new Refusal('not_found', 'There is no such route. GET /openapi.json lists them all.')
  const allow = methods.join(', ')
  return new Refusal('method_not_allowed', `Use one of these methods: ${allow}.`, {
    headers: { allow },
  })
}
