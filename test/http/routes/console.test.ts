import { once } from 'node:events'
import { get, type IncomingMessage, type RequestOptions } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/contract/schemas.ts'
import { service } from '../../support/service.ts'

const start = ['/console', '/console/style.css', '/console/app.js', '/console/vendor/uPlot.min.css']

describe('the console', () => {
  it('is served without a key, and loads nothing from elsewhere', async () => {
    const { url } = await service({ settings: { API_KEYS: 'engine:0123456789abcdef' } })

    const page = await fetch(`${url}/console`)
    const html = await page.text()

    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect([...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target]) => target)).toEqual([
      'data:,',
      'console/vendor/uPlot.min.css',
      'console/style.css',
      'console/app.js',
      'errors',
    ])
    expect(html).not.toMatch(/<script>|<style|style=| on[a-z]+=/)
  })

  it('has less than 200 KB in all of its files, as they are sent', async () => {
    const { url } = await service()
    const files = await loadAll(url)

    const bytes = files.reduce((sum, { body }) => sum + gzipSync(body).length, 0)
    expect(files.length).toBeGreaterThan(15)
    expect(bytes).toBeLessThan(200_000)
  })

  it('lets no browser run, show or call anything else', async () => {
    const { url } = await service()

    for (const { path, headers } of await loadAll(url)) {
      expect(headers['content-security-policy'], path).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it('is asked for again by browsers, and sent again only after a change', async () => {
    const { url } = await service()

    for (const path of start) {
      const { etag = '', 'cache-control': cache } = (await ask(url + path)).headers
      const again = await ask(url + path, { 'if-none-match': etag })

      expect(cache).toBe('no-cache')
      expect(again.status).toBe(304)
      expect(again.body.length).toBe(0)
      expect(again.headers.etag).toBe(etag)
    }
  })

  it.each([
    ['gzip, deflate, br', 'gzip'],
    ['GZIP;q=0.5', 'gzip'],
    ['gzip;q=0', undefined],
    ['br', undefined],
    ['', undefined],
  ])('is compressed for a client that accepts "%s": %s', async (accepted, coding) => {
    const { url } = await service()

    const plain = await ask(`${url}/console/app.js`)
    const { headers, body } = await ask(`${url}/console/app.js`, { 'accept-encoding': accepted })

    expect(headers['content-encoding']).toBe(coding)
    expect(headers.vary).toBe('accept-encoding')
    expect(coding === 'gzip' ? gunzipSync(body) : body).toEqual(plain.body)
  })

  it('is one for HEAD as for GET', async () => {
    const { url } = await service()

    const response = await fetch(`${url}/console/app.js`, { method: 'HEAD' })

    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })

  it.each([
    '/console/index.html',
    '/console/tsconfig.json',
    '/console/vendor/standalone.module.d.ts',
    '/console/vendor/package.json',
    '/console/vendor/uPlot.cjs.js',
    '/console/../main.ts',
    '/console/..%2fmain.ts',
    '/console/%2e%2e/main.ts',
    '/console/vendor/..%2f..%2fuplot/package.json',
    '/console/app.js%00',
    '/console//app.js',
    '/console/%',
  ])('has nothing at %s', async (path) => {
    const { url } = await service()

    expect((await ask(url, {}, path)).status).toBeGreaterThanOrEqual(400)
    expect((await ask(url, {}, path)).status).toBeLessThan(500)
  })

  it('keeps one compressed form of a file, however its path is written', async () => {
    const { url } = await service()
    const gzip = { 'accept-encoding': 'gzip' }

    const [one, other] = [
      await ask(`${url}/console/app.js`, gzip),
      await ask(`${url}/console/%61pp.js?x=1`, gzip),
    ]

    expect(other.body).toEqual(one.body)
  })

  it('has one address', async () => {
    const { url } = await service()

    expect((await fetch(`${url}/console/`)).url).toBe(`${url}/console`)
  })
})

describe('a service that is told to have no console', () => {
  it.each(['/console', '/console/', '/console/app.js'])('has nothing at %s', async (path) => {
    const { request } = await service({ settings: { CONSOLE: 'off' } })

    const { status, body } = await request<Problem>(path)

    expect(status).toBe(404)
    expect(body).toMatchObject({
      code: 'not_found',
      detail: 'This route is closed: the operator of the service has set CONSOLE=off.',
    })
  })
})

interface Loaded {
  readonly path: string
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** The page, and every file that it and its modules load. */
async function loadAll(url: string): Promise<Loaded[]> {
  const paths = new Set(start)
  const files: Loaded[] = []
  for (const path of paths) {
    const loaded = { path, ...(await ask(url + path)) }
    expect(loaded.status, path).toBe(200)
    files.push(loaded)
    if (!path.endsWith('.js')) continue
    for (const [, name = ''] of String(loaded.body).matchAll(
      /^(?:import|export) (?:[^'"()]* from )?'(\.[^']+)'/gm,
    ))
      paths.add(new URL(name, url + path).pathname)
  }
  return files
}

/** Without the mercy of fetch: the headers and the path are sent as they are. */
async function ask(url: string, headers: RequestOptions['headers'] = {}, path?: string) {
  const request = get(url, { headers, ...(path === undefined ? {} : { path }) })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) }
}
