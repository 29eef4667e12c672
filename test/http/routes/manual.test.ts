import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage, type RequestOptions } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { reasonCodes } from '../../../src/contract/execution.ts'
import { problemCodes } from '../../../src/contract/problem-codes.ts'
import { listAnchors } from '../../docs/support/markdown.ts'
import { read } from '../../docs/support/pages.ts'
import { service } from '../../support/service.ts'

/** What a browser sends. */
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

const headingsOf = (file: string, mark: string) =>
  [...read(file).matchAll(new RegExp(`^${mark} (.+)$`, 'gm'))].map(([, name = '']) => name)

/** The headings include those of the warnings. Another test compares them with the code. */
const codes = new Set([...reasonCodes, ...problemCodes, ...headingsOf('docs/errors.md', '###')])
const alerts = headingsOf('docs/alerts.md', '##')

describe('the pages of codes and alerts', () => {
  it('are there for every code and every alert, each under its name', async () => {
    const { url } = await service()
    const paths = [
      ...[...codes].map((code) => `/errors/${code}`),
      ...alerts.map((alert) => `/alerts/${alert}`),
    ]

    expect(paths.length).toBeGreaterThan(90)
    for (const path of paths) {
      const response = await fetch(url + path)

      expect(response.status, path).toBe(200)
      expect(await response.text()).toContain(`<h1><code>${path.split('/')[2]}</code></h1>`)
    }
  })

  it('have the text of the document, with what belongs to the entry and nothing of the next one', async () => {
    const { url } = await service()

    const page = await (await fetch(`${url}/errors/no_response`)).text()

    expect(page).toContain('The target closed the connection without a response')
    expect(page).toContain('<h2 id="a-connection-that-was-kept">')
    expect(page).not.toContain('The target did not answer in time')
  })

  it('are listed with what each means', async () => {
    const { url } = await service()

    const page = await (await fetch(`${url}/errors`)).text()

    expect(page).toContain(
      '<li><a href="errors/connect_refused"><code>connect_refused</code></a> The target refused the connection</li>',
    )
    for (const code of codes) expect(page).toContain(`<a href="errors/${code}">`)
  })

  it('are where a reply and a problem say', async () => {
    const { url, execute, request } = await service()
    const { reason } = await execute({ node: { method: 'GET', url: 'https://169.254.169.254/' } })
    const { body: problem } = await request<{ type: string }>('/nowhere')

    for (const path of [reason.docs, problem.type]) {
      expect(path).toMatch(/^\/errors\/\w+$/)
      expect((await fetch(url + path)).status).toBe(200)
    }
  })

  it('are named by their whole address where the service knows the one of its pages', async () => {
    const settings = { DOCS_BASE_URL: 'https://hooks.example.com/webhooks/' }
    const { execute, preview, request } = await service({ settings })
    const node = { method: 'GET', url: 'https://169.254.169.254/' }

    const { reason } = await execute({ node })
    const { simulated } = await preview({ node, simulate: { failure: 'no_response' } })
    const { body: problem } = await request('/nowhere')

    const pages = 'https://hooks.example.com/webhooks/errors'
    expect(reason.docs).toBe(`${pages}/address_denied`)
    expect(simulated?.reason.docs).toBe(`${pages}/no_response`)
    expect(problem).toMatchObject({ type: `${pages}/not_found` })
  })
})

describe.each(['on', 'off'])('with DOCS=%s, all pages', (docs) => {
  it('have links that lead somewhere, also below the path of a proxy', async () => {
    const { url } = await service({ settings: { DOCS: docs } })
    const pages = await collectPages(url)

    expect(pages.size).toBeGreaterThan(docs === 'on' ? 110 : 95)
    for (const [path, { links }] of pages)
      for (const link of links) {
        expect(link, path).toMatch(/^(?:https?:\/\/|#|\.\.\/|[\w-])/)
        const { pathname, hash, origin } = new URL(link, url + path)
        if (origin !== url) continue
        const target = pages.get(pathname)
        expect(target?.status, `${link} in ${path}`).toBe(200)
        if (hash !== '') expect(target?.ids, `${link} in ${path}`).toContain(hash.slice(1))
      }
  })

  it('have one heading, no id twice, no script and no style of their own', async () => {
    const { url } = await service({ settings: { DOCS: docs } })

    for (const [path, { html, ids }] of await collectPages(url)) {
      if (html === null) continue
      expect(html.match(/<h1[ >]/g), path).toHaveLength(1)
      expect(ids, path).toEqual([...new Set(ids)])
      expect(html, path).not.toMatch(/<(?:script|img|iframe|link)|<[^>]+ (?:on\w+|style|src)=|javascript:/)
      expect(html, path).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">')
    }
  })
})

describe('the documents that have no entries', () => {
  it('are whole pages', async () => {
    const { url } = await service()

    const page = await (await fetch(`${url}/manual/security`)).text()

    for (const anchor of listAnchors(read('docs/security.md'))) expect(page).toContain(` id="${anchor}">`)
  })

  it('are listed, and each page leads to the list', async () => {
    const { url } = await service()

    const page = await (await fetch(`${url}/manual`)).text()
    const other = await (await fetch(`${url}/errors/queue_full`)).text()
    const missing = await fetch(`${url}/manual/nothing`, { headers: { accept: 'text/html' } })

    for (const path of ['manual/node', 'manual/security', 'errors', 'alerts'])
      expect(page).toContain(`<a href="${path}">`)
    expect(other).toContain('<a href="../manual">Manual</a>')
    expect(missing.status).toBe(404)
    expect(await missing.text()).toContain('<a href="../manual/node">')
  })

  it('are closed with DOCS=off, when codes and alerts stay, and name their files instead', async () => {
    const { url } = await service({ settings: { DOCS: 'off' } })

    expect((await fetch(`${url}/manual/security`)).status).toBe(404)
    expect((await fetch(`${url}/manual`)).status).toBe(404)
    const page = await (await fetch(`${url}/errors/secret_not_allowed`)).text()
    expect(page).toContain('binding (docs/security.md)')
    expect(page).not.toContain('manual/')
    expect(page).not.toContain('>API<')
  })
})

describe('GET /', () => {
  it.each([
    ['on', 'on', '/console'],
    ['on', 'off', '/docs'],
    ['off', 'on', '/console'],
    ['off', 'off', '/errors'],
  ])('leads, with DOCS=%s and CONSOLE=%s, to %s', async (docs, console, path) => {
    const { url } = await service({ settings: { DOCS: docs, CONSOLE: console } })

    const response = await fetch(`${url}/`)

    expect(response.status).toBe(200)
    expect(new URL(response.url).pathname).toMatch(new RegExp(`^${path}`))
  })

  it.each(['errors', 'alerts'])('/%s/ leads to the address whose links are right', async (list) => {
    const { url } = await service()

    expect((await fetch(`${url}/${list}/`)).url).toBe(`${url}/${list}`)
  })
})

describe('a name without a page', () => {
  it('is answered in HTML where the client asks for it, with the nearest name', async () => {
    const { url } = await service()

    const response = await fetch(`${url}/errors/expectation-unmet`, { headers: browser })

    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('vary')).toBe('accept')
    expect(await response.text()).toContain('<a href="../errors/expectation_unmet">')
  })

  it.each([
    undefined,
    '*/*',
    'application/json',
    'application/problem+json, text/html;q=0.5',
    'text/html;q=0',
    'text/plain',
  ])('is a problem with the nearest name for a client that accepts %s', async (accept) => {
    const { request } = await service()

    const reply = await request('/alerts/WebhookNodDown', accept === undefined ? {} : { headers: { accept } })

    expect(reply).toMatchObject({ status: 404, body: { code: 'not_found', delivered: 'no' } })
    expect(reply.body).toMatchObject({ detail: expect.stringContaining('"/alerts/WebhookNodeDown"') })
  })

  it.each(
    [
      '/errors/%3Cscript%3Ealert(1)%3C%2Fscript%3E',
      '/errors/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E',
      '/errors/..%2f',
      '/errors/..%2F..%2Fpackage.json',
      '/errors/%2e%2e%2fmanual%2fsecurity',
      '/errors/queue_full%2f',
      '/errors/queue_full%00',
      '/errors/%E2%80%AEqueue',
      '/errors/__proto__',
      '/errors/constructor',
      '/alerts/toString',
      '/alerts/queue_full',
      '/manual/errors',
      '/manual/..%2f..%2fREADME',
      '/manual/security.md',
      `/errors/${'x'.repeat(8_192)}`,
      `/errors/${'%3C'.repeat(2_730)}`,
      `/errors/${'%F0%9F%98%80'.repeat(40)}`,
    ].map((path) => [path.slice(0, 60), path]),
  )('is 404, and the answer does not repeat it: %s', async (_start, path = '') => {
    const { url } = await service()
    const answers = [await responseTo(url, { path, headers: browser }), await responseTo(url, { path })]

    for (const response of answers) {
      expect(response.statusCode).toBe(404)
      const body = await text(response)
      expect(body).not.toMatch(/alert\(1|onerror|\u202e|\0|x{9}|(?:<|%3C){2}|\u{1f600}/iu)
      expect(body.length).toBeLessThan(5_000)
    }
  })

  it.each(['/errors/%ff', '/errors/%zz', '/alerts/%'])(
    'is 400 where it is not well encoded: %s',
    async (path) => {
      const { url } = await service()

      expect((await responseTo(url, { path, headers: browser })).statusCode).toBe(400)
    },
  )
})

describe('the reply', () => {
  it('lets a browser load nothing but its style', async () => {
    const { url } = await service()
    const found = await fetch(`${url}/errors/queue_full`)
    const missing = await fetch(`${url}/errors/nothing`, { headers: browser })

    for (const response of [found, missing]) {
      const [, style = ''] = /<style>(.*?)<\/style>/s.exec(await response.text()) ?? []
      const hash = createHash('sha256').update(style).digest('base64')
      expect(response.headers.get('content-security-policy')).toBe(
        `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      )
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it.each(['strong', 'weak', 'among others', 'any'])(
    'is 304 for a client that has the page: %s',
    async (how) => {
      const { url } = await service()
      const first = await fetch(`${url}/errors/queue_full`)
      const etag = first.headers.get('etag') ?? ''
      const tags =
        { strong: etag, weak: `W/${etag}`, 'among others': `"a", ${etag}, "b"`, any: '*' }[how] ?? ''

      const again = await responseTo(url, { path: '/errors/queue_full', headers: { 'if-none-match': tags } })

      expect(first.headers.get('cache-control')).toBe('public, max-age=300')
      expect(again.statusCode).toBe(304)
      expect(again.headers).toMatchObject({ etag, 'cache-control': 'public, max-age=300' })
      expect(await text(again)).toBe('')
    },
  )

  it('is the page for a client that has another one', async () => {
    const { url } = await service()
    const headers = { 'if-none-match': '"another"' }

    expect((await responseTo(url, { path: '/errors/queue_full', headers })).statusCode).toBe(200)
  })

  it.each(['/errors', '/errors/queue_full', '/alerts', '/manual/node'])(
    'has a head for HEAD %s',
    async (path) => {
      const { url } = await service()
      const whole = await fetch(url + path)

      const head = await fetch(url + path, { method: 'HEAD' })

      expect(head.status).toBe(200)
      for (const name of ['content-length', 'content-type', 'etag', 'content-security-policy'])
        expect(head.headers.get(name)).toBe(whole.headers.get(name))
    },
  )

  it.each(['/', '/errors', '/errors/queue_full', '/alerts/WebhookNodeDown'])(
    'to POST %s is 405',
    async (path) => {
      const { request } = await service()

      const reply = await request(path, { method: 'POST' })

      expect(reply).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    },
  )
})

interface CollectedPage {
  readonly status: number
  /** Null if it is none of these pages. */
  readonly html: string | null
  readonly links: readonly string[]
  readonly ids: readonly string[]
}

/** All pages that links lead to, from `/errors` on, by path. */
async function collectPages(url: string): Promise<ReadonlyMap<string, CollectedPage>> {
  const pages = new Map<string, CollectedPage>()
  const waiting = ['/errors', '/alerts']
  for (const path of waiting) {
    if (pages.has(path)) continue
    const response = await fetch(url + path)
    const body = await response.text()
    const isPage = /^\/(?:errors|alerts|manual)(?:\/|$)/.test(path)
    const all = (pattern: RegExp) => [...body.matchAll(pattern)].map(([, found = '']) => found)
    const links = isPage ? all(/<a href="([^"]*)"/g) : []
    const ids = all(/ id="([^"]*)"/g)
    pages.set(path, { status: response.status, html: isPage ? body : null, links, ids })
    const targets = links.map((link) => new URL(link, url + path))
    waiting.push(...targets.filter(({ origin }) => origin === url).map(({ pathname }) => pathname))
  }
  return pages
}

/** `fetch` would tidy the path. */
async function responseTo(url: string, options: RequestOptions): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { ...options, agent: false }), 'response')) as [IncomingMessage]
  return response
}
