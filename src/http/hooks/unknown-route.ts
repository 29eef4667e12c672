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
    if (is404) throw refuseRoute(url, methodsAt(url, routes), nearRoute(url, routes.keys()), routes)
    done()
  })
  // Called when a plugin finds nothing, such as a file of Swagger UI.
  app.setNotFoundHandler(() => {
    throw refuseRoute('', [], null, routes)
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
  // The shortest comes first: of two that begin alike it is the nearer one.
  const known = [...routes]
    .filter((route) => /^\/v1\/[a-z/]+$/.test(route))
    .sort((one, other) => one.length - other.length)
  const [, name = ''] = /\/([\w-]+)$/.exec(asked) ?? []
  if (closable.some(({ paths }) => paths.test(asked))) return null
  if (/^\/v1\/nodes\/[^/]+(?:\/[\w-]+)?$/.test(asked)) return '/v1/nodes/{id}/stats'
  if (/^\/v1\/executions\/[^/]+\/(?:retry|redrive|replay|rerun|repeat|resend|restart|run)$/.test(asked))
    return '/v1/executions/redrive'
  if (/^\/v1\/executions\/[^/]+\/(?:cancel|abort|stop|terminate|withdraw|kill)$/.test(asked))
    return '/v1/executions/{id}/cancel'
  if (/^\/v1\/executions\/[^/]+\/(?:output|reply|response|results|status|state)$/.test(asked))
    return '/v1/executions/{id}/result'
  const elsewhere = routesElsewhere.find(([form]) => form.test(name))?.[1]
  return (
    known.find((route) => route === asked || (name !== '' && route.endsWith(`/${name}`))) ??
    elsewhere ??
    (name.length < shortestName ? undefined : known.find((route) => route.includes(`/${name}`))) ??
    suggest(asked, known)
  )
}

/** Routes of other services by the last part of their path. */
const routesElsewhere: readonly (readonly [form: RegExp, route: string])[] = [
  [/^(?:validate|validation|verify|check|test|dry-?run|simulate|render|lint|try)$/, '/v1/preview'],
  [/^(?:run|send|call|invoke|trigger|webhook|webhooks|node|request|dispatch|fire|start)$/, '/v1/execute'],
  [/^(?:health|healthz|ping|live|liveness|alive|up|status)$/, '/livez'],
  [/^(?:ready|readiness|health-?check)$/, '/readyz'],
  [/^(?:prometheus|stats)$/, '/metrics'],
  [/^(?:swagger|swagger-ui|api-docs|redoc)$/, '/docs'],
  [/^(?:openapi|swagger\.json|spec|schema)$/, documentUrl],
]

/** What a setting closes, and a route that is there while it is open. */
const closable = [
  { setting: 'DOCS', paths: /^\/(?:docs|openapi\.json|manual)(?:\/|$)/, route: documentUrl },
  { setting: 'CONSOLE', paths: /^\/console(?:\/|$)/, route: '/console' },
]

/** An execution of its own. */
const cancellable = /^\/v1\/executions\/[^/?]{1,64}\/?(?:\?|$)/

/** Longer paths are near to none. */
const longestPath = 100

/** Shorter beginnings of a name are those of too many. */
const shortestName = 4

function refuseRoute(
  url: string,
  methods: readonly string[],
  near: string | null,
  known: ReadonlyMap<string, KnownUrl>,
): Refusal {
  const [path = ''] = url.split('?', 1)
  const closed = closable.find(({ paths, route }) => paths.test(path) && !known.has(route))
  if (methods.length === 0 && closed !== undefined)
    return new Refusal(
      'not_found',
      `This route is closed: the operator of the service has set ${closed.setting}=off.`,
    )
  if (methods.length === 0)
    return new Refusal(
      'not_found',
      known.has(documentUrl)
        ? `This route does not exist.${didYouMean(near)} GET ${documentUrl} lists all routes.`
        : `This route does not exist.${didYouMean(near)}`,
    )
  const allow = methods.join(', ')
  const ends = cancellable.test(url) ? ' POST /v1/executions/{id}/cancel ends an execution.' : ''
  return new Refusal('method_not_allowed', `Use one of these methods: ${allow}.${ends}`, {
    headers: { allow },
  })
}
