import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ProblemCode } from '../../contract/problem-codes.ts'
import { didYouMean } from '../../webhook/values/suggest.ts'
import type { Page } from '../manual/manual.ts'
import { Refusal } from '../problems/problem.ts'
import { onDemand } from './on-demand.ts'

/** How long a browser may show a page without asking whether it has changed, in seconds. */
const maxAgeSeconds = 300

interface ManualOptions {
  readonly docs: boolean
  readonly console: boolean
  /** Called for each problem that is answered as a page. */
  readonly refused: (code: ProblemCode, request: FastifyRequest) => void
}

/**
 * Serves docs/errors.md and docs/alerts.md at `GET /errors` and `GET /alerts`, with a page for each code and alert below
 * them, and with `docs` the other documents at `GET /manual/{name}`. `GET /` leads to the
 * console, else to the API page, else to the codes. The documents are loaded on the first request, because most instances never need them.
 */
export function manualRoutes(app: FastifyInstance, { docs, console, refused }: ManualOptions): void {
  const load = onDemand(async () => {
    const { loadManual } = await import('../manual/manual.ts')
    return await loadManual({ docs })
  })

  async function answerNamed(parent: string, name: string, request: FastifyRequest, reply: FastifyReply) {
    const manual = await load()
    const page = await manual.find(`${parent}/${name}`)
    if (page !== null) return sendPage(page, request, reply)
    const nearest = manual.suggest(parent, name)
    if (!prefersHtml(request.headers.accept)) throw refuseName(parent, nearest)
    const { html, headers } = await manual.missing(parent, nearest)
    refused('not_found', request)
    return reply
      .code(404)
      .headers({ ...headers, vary })
      .send(html)
  }

  const schema = { hide: true }
  const parents = ['errors', 'alerts', ...(docs ? ['manual'] : [])]
  app.get('/', { schema }, async (_request, reply) =>
    reply.redirect(console ? 'console' : docs ? 'docs' : 'errors'),
  )
  for (const list of parents) {
    app.get(`/${list}`, { schema }, async (request, reply) => {
      const page = await (await load()).find(list)
      if (page === null) throw new TypeError(`there is no page /${list}`)
      return sendPage(page, request, reply)
    })
    // The links of the page are relative to the address without the slash.
    app.get(`/${list}/`, { schema }, async (_request, reply) => reply.redirect(`../${list}`, 308))
  }
  for (const parent of parents)
    app.get<{ Params: { name: string } }>(`/${parent}/:name`, { schema }, async (request, reply) =>
      answerNamed(parent, request.params.name, request, reply),
    )
}

const vary = 'accept'

function sendPage({ html, headers }: Page, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers(headers).header('cache-control', `public, max-age=${maxAgeSeconds}`)
  return isKept(request.headers['if-none-match'], headers.etag) ? reply.code(304).send() : reply.send(html)
}

/** Whether the client has the page with this entity tag (RFC 9110, section 13.1.2). */
function isKept(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return tags.includes(etag) || tags.includes('*')
}

/** Whether the client names HTML and does not like JSON better (RFC 9110, section 12.5.1). `*\/*` names nothing. */
function prefersHtml(accept = ''): boolean {
  const html = findQuality(accept, 'text/html')
  return (
    html > 0 &&
    html >= findQuality(accept, 'application/problem+json') &&
    html >= findQuality(accept, 'application/json')
  )
}

function findQuality(accept: string, type: string): number {
  const ranges = accept.split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()))
  const [, ...parameters] = ranges.find(([name]) => name === type) ?? [type, 'q=0']
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  return quality === undefined ? 1 : Number(quality.slice(2))
}

function refuseName(parent: string, nearest: string | null): Refusal {
  const proposal = didYouMean(nearest && `/${nearest}`)
  return new Refusal(
    'not_found',
    `There is no page of this name. ${parent === 'manual' ? 'GET /manual lists all documents.' : 'GET /errors lists all codes, GET /alerts all alerts.'}${proposal}`,
    {
      headers: { vary },
    },
  )
}
