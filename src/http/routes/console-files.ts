import type { IncomingHttpHeaders } from 'node:http'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import fastifyStatic, { type FastifyStaticOptions } from '@fastify/static'
import Fastify, { type FastifyInstance } from 'fastify'

/** A file as it is sent. */
export interface SentFile {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>
  readonly body: Buffer | undefined
}

/** What the page may do in a browser: load what this service serves, and call it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const folder = fileURLToPath(new URL('../../console/', import.meta.url))

const page = 'index.html'

/** What the page loads of packages, as they ship. */
const vendored = {
  roots: [import.meta.resolve('htm/preact/standalone'), import.meta.resolve('uplot')].map((file) =>
    dirname(fileURLToPath(file)),
  ),
  paths: new Set(['/standalone.module.js', '/uPlot.esm.js', '/uPlot.min.css']),
}

const compress = promisify(gzip)

/** The console in an application of its own, so that the service loads no plugin before the page is asked for. */
export class ConsoleFiles {
  readonly #app: FastifyInstance
  /** By path. Only files that exist are here, so that there are few. */
  readonly #compressed = new Map<string, { readonly etag: string; readonly body: Promise<Buffer> }>()

  private constructor(app: FastifyInstance) {
    this.#app = app
  }

  static async create(): Promise<ConsoleFiles> {
    const app = Fastify({ exposeHeadRoutes: false })
    await app.register(fastifyStatic, {
      ...options,
      root: folder,
      prefix: '/console/',
      // The page has one address, because its links are relative: the route below names its file without a slash.
      allowedPath: (path) => path === page || /^\/[a-z-]+\.(?:js|css)$/.test(path),
    })
    await app.register(fastifyStatic, {
      ...options,
      root: vendored.roots,
      prefix: '/console/vendor/',
      decorateReply: false,
      allowedPath: (path) => vendored.paths.has(path),
    })
    app.get('/console', (_request, reply) => reply.sendFile(page))
    return new ConsoleFiles(app)
  }

  /** Null if there is no such file. */
  async find(url: string, asked: IncomingHttpHeaders): Promise<SentFile | null> {
    const found = await this.#app.inject({ url, headers: conditions(asked) })
    if (found.statusCode >= 500) throw new Error(found.payload)
    if (found.statusCode >= 400) return null
    const { connection: _ofNoSocket, ...headers } = found.headers
    const { statusCode: status, rawPayload: body } = found
    if (status !== 200) return { status, headers, body: undefined }
    if (!acceptsGzip(asked['accept-encoding'])) return { status, headers, body }
    const { 'content-length': _ofAll, ...rest } = headers
    const compressed = await this.#compress(url, String(headers.etag), body)
    return { status, headers: { ...rest, 'content-encoding': 'gzip' }, body: compressed }
  }

  #compress(url: string, etag: string, body: Buffer): Promise<Buffer> {
    // Decoded, so that there is one spelling of each path.
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '')
    const kept = this.#compressed.get(path)
    if (kept?.etag === etag) return kept.body
    const compressed = compress(body)
    this.#compressed.set(path, { etag, body: compressed })
    return compressed
  }
}

/** Every file is asked for again, so that no browser mixes two versions; the entity tag says that nothing has changed. */
const options = {
  index: false,
  acceptRanges: false,
  cacheControl: false,
  setHeaders(reply) {
    reply.headers({
      'cache-control': 'no-cache',
      'content-security-policy': contentSecurityPolicy,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
    })
  },
} satisfies Partial<FastifyStaticOptions>

/** The conditions of a request (RFC 9110, section 13). */
function conditions(asked: IncomingHttpHeaders): Record<string, string> {
  const { 'if-none-match': tag, 'if-modified-since': since } = asked
  return {
    ...(tag === undefined ? {} : { 'if-none-match': tag }),
    ...(since === undefined ? {} : { 'if-modified-since': since }),
  }
}

function acceptsGzip(accepted: string | string[] = ''): boolean {
  return [accepted]
    .flat()
    .join(',')
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim().toLowerCase()))
    .some(([coding, weight = 'q=1']) => coding === 'gzip' && Number(weight.slice(2)) > 0)
}
