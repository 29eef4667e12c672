import type { FastifyInstance } from 'fastify'
import { didYouMean, suggest } from '../../webhook/values/suggest.ts'
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
    if (is404)
      throw refuseRoute(methodsAt(url, routes), nearRoute(url, routes.keys()), routes.has(documentUrl))
    done()
  })
  // Called when a plugin finds nothing, such as a file of Swagger UI.
  app.setNotFoundHandler(() => {
    throw refuseRoute([], null, routes.has(documentUrl))
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

/** The route that was probably meant, or null: one with the same end, or a similar one. */
function nearRoute(url: string, routes: Iterable<string>): string | null {
  const [pathname = ''] = url.split('?', 1)
  const asked = pathname.slice(0, longestPath).replace(/\/$/, '').toLowerCase()
  const known = [...routes].filter((route) => /^\/v1\/[a-z/]+$/.test(route))
  const [, name = ''] = /\/(\w+)$/.exec(asked) ?? []
  return (
    known.find((route) => route === asked || (name !== '' && route.endsWith(`/${name}`))) ??
    (name.length < shortestName ? undefined : known.find((route) => route.includes(`/${name}`))) ??
    suggest(asked, known)
  )
}

/** Longer paths are near to none. */
const longestPath = 100

/** Shorter beginnings of a name are those of too many. */
const shortestName = 4

function refuseRoute(methods: readonly string[], near: string | null, isDescribed: boolean): Refusal {
  if (methods.length === 0)
    return new Refusal(
      'not_found',
      isDescribed
        ? `This route does not exist.${didYouMean(near)} GET ${documentUrl} lists all routes.`
        : `This route does not exist.${didYouMean(near)}`,
    )
  const allow = methods.join(', ')
  return new Refusal('method_not_allowed', `Use one of these methods: ${allow}.`, {
    headers: { allow },
  })
}
