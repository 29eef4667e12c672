import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { testFiles } from '../support/files.ts'
import { held, json } from '../support/receiver.ts'
import { authority, dnsServer, receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'
import { headersNamed } from './support/received-headers.ts'

const url = '{{ vars.next }}'

/** A target that may be called as `localhost` and as `127.0.0.1`, and a service. */
async function world(settings: Readonly<Record<string, string>> = {}) {
  const target = await receiver(json(200, {}))
  const running = await service({ settings })
  const hosts = [`localhost:${target.port}`]
  const node = { id: 'n', method: 'GET', url, hosts }
  const targets = () => target.received.map((request) => request.target)
  return { ...running, target, node, targets }
}

describe('a URL that a value brings', () => {
  it('is the Location of what an earlier node has created', async () => {
    const created = await receiver((request, response) => {
      if (request.method !== 'POST') return response.end('{"state":"done"}')
      return response.writeHead(201, { location: `${created.url}/jobs/7%2F8?view=full#top` }).end()
    })
    const { execute } = await service()
    const first = await execute({
      node: { method: 'POST', url: created.url, capture: { job: '{{ response.headers.location }}' } },
    })

    const second = await execute({
      node: { method: 'GET', url: '{{ vars.job }}', hosts: [`localhost:${created.port}`] },
      payload: { vars: first.captured },
    })

    expect(second).toMatchObject({
      branch: 'success',
      request: { url: `${created.url}/jobs/7%2F8?view=full` },
    })
    expect(created.received[1]).toMatchObject({ method: 'GET', target: '/jobs/7%2F8?view=full' })
  })

  it('is the next page, and the next, with the parameters of the node', async () => {
    const pages = await receiver((request, response) => {
      const page = Number(new URL(request.target, pages.url).searchParams.get('page'))
      const next = page < 3 ? `${pages.url}/items?page=${page + 1}&cursor=a%2Bb` : null
      json(200, { next })(request, response, undefined as never)
    })
    const { execute } = await service()
    let next: unknown = `${pages.url}/items?page=1`
    const replies = []
    while (next !== null) {
      const reply = await execute({
        node: {
          method: 'GET',
          url,
          hosts: [`localhost:${pages.port}`],
          query: [{ name: 'limit', value: 50 }],
          capture: { next: '{{ response.json.next }}' },
        },
        payload: { vars: { next } },
      })
      replies.push(reply.branch)
      next = reply.captured.next
    }

    expect(replies).toEqual(['success', 'success', 'success'])
    expect(pages.received.map(({ target }) => target)).toEqual([
      '/items?page=1&limit=50',
      '/items?page=2&cursor=a%2Bb&limit=50',
      '/items?page=3&cursor=a%2Bb&limit=50',
    ])
  })

  it('is an upload address whose signature arrives as it was made', async () => {
    const { execute, target, targets, node } = await world()
    const signed = `/bucket/a%20b.txt?X-Amz-Credential=AK%2F20261129%2Feu&X-Amz-Date=20261129T000000Z&X-Amz-Signature=${'ab12'.repeat(16)}&response-content-disposition=attachment%3B%20filename%3D%22%C3%BC.txt%22&x=a+b&sig=a%3d%3D`

    const reply = await execute({
      node: {
        ...node,
        method: 'PUT',
        body: { structure: 'raw', contentType: 'text/plain', content: 'Ada' },
      },
      payload: { vars: { next: target.url + signed } },
    })

    expect(reply).toMatchObject({ branch: 'success', warnings: [] })
    expect(targets()).toEqual([signed])
    expect(target.received[0]?.body.toString()).toBe('Ada')
  })

  it.each([
    ['another host', (port: number) => `https://127.0.0.1:${port}/`],
    ['another port', () => 'https://localhost/'],
    ['the host as user info', (port: number) => `https://localhost:${port}@127.0.0.1:${port}/`],
    ['the host within another name', (port: number) => `https://localhost.evil.example:${port}/`],
    ['the host as a subdomain of itself', (port: number) => `https://a.localhost:${port}/`],
    ['a relative URL', () => '/items?page=2'],
    ['a scheme-relative URL', (port: number) => `//localhost:${port}/`],
    ['plain http', (port: number) => `http://localhost:${port}/`],
    ['white space around it', (port: number) => ` https://localhost:${port}/`],
    ['a line break in it', (port: number) => `https://localhost:${port}/\r\nX: y`],
    ['a backslash', (port: number) => `https://localhost:${port}\\@evil.example/`],
    ['what is not ASCII', (port: number) => `https://localhost:${port}/ü`],
    ['a number', () => 7],
    ['an object', (port: number) => ({ href: `https://localhost:${port}/` })],
  ])('goes nowhere with %s', async (_what, next) => {
    const { execute, target, node } = await world()

    const reply = await execute({ node, payload: { vars: { next: next(target.port) } } })

    expect(reply).toMatchObject({
      branch: 'error',
      delivered: 'no',
      repeat: 'never',
      reason: { code: 'url_invalid', blame: 'node', path: '/node/url' },
      request: null,
      attempts: [],
    })
    expect(target.received).toEqual([])
  })

  it.each([undefined, null, ''])('goes nowhere where the value is %j', async (next) => {
    const { execute, node } = await world()

    expect(await execute({ node, payload: { vars: { next } } })).toMatchObject({
      branch: 'error',
      reason: { code: 'value_missing', path: '/node/url' },
    })
  })

  it('is dialled as it is judged, names below a suffix included', async () => {
    const dns = await dnsServer({ 'eu.up.example': { a: ['127.0.0.1'] }, 'up.example': { a: ['127.0.0.1'] } })
    const credentials = await authority.issue({ names: ['eu.up.example'] })
    const target = await receiver(json(200, {}), { credentials })
    const { execute } = await service({ dns: dns.address, allow: '127.0.0.0/8,*.up.example' })
    const hosts = [`*.up.example:${target.port}`]
    const codes = []
    for (const host of ['EU.Up.Example', 'up.example', 'eu-up.example', 'eu.up.example.evil.example'])
      codes.push(
        (
          await execute({
            node: { method: 'GET', url, hosts },
            payload: { vars: { next: `https://${host}:${target.port}/` } },
          })
        ).reason.code,
      )

    expect(codes).toEqual(['expectation_met', 'url_invalid', 'url_invalid', 'url_invalid'])
    expect(new Set(dns.questions)).toEqual(new Set(['A eu.up.example', 'AAAA eu.up.example']))
    expect(headersNamed(target.received[0], 'host')).toEqual([['host', `eu.up.example:${target.port}`]])
  })

  it.each([
    ['https://10.0.0.1/', '10.0.0.1'],
    ['https://169.254.169.254/latest', '169.254.169.254'],
    ['https://[::ffff:10.0.0.1]/', '[::ffff:10.0.0.1]'],
    ['https://crm.example:6000/', 'crm.example:6000'],
  ])('is closed where addresses and ports are: %s', async (next, host) => {
    const { execute } = await world()

    expect(
      await execute({ node: { method: 'GET', url, hosts: [host] }, payload: { vars: { next } } }),
    ).toMatchObject({
      branch: 'error',
      reason: { code: 'address_denied', path: '/node/url' },
      delivered: 'no',
    })
  })

  it('is in the log, and shares connections and the preview, by its own host', async () => {
    const { execute, preview, target, node, log } = await world()
    const call = { node, payload: { vars: { next: `${target.url}/a` } } }

    const previewed = await preview(call)
    const replies = [
      await execute(call),
      await execute({ ...call, node: { ...node, url: `${target.url}/b`, hosts: undefined } }),
    ]
    await execute({ node, payload: { vars: { next: 'https://127.0.0.1/' } } })

    expect(previewed.request).toEqual(replies[0]?.request)
    expect(previewed.curl).toContain(`--url '${target.url}/a'`)
    expect(replies.map(({ attempts }) => attempts[0]?.connectionReused)).toEqual([false, true])
    expect(log.filter(({ msg }) => msg === 'node executed').map(({ host }) => host)).toEqual([
      'localhost',
      'localhost',
      null,
    ])
  })

  it('has the permits of its own host', async () => {
    const { execute, target, node } = await world({ MAX_PER_HOST: '1', MAX_QUEUE_PER_HOST: '0' })
    const busy = held(json(200, {}))
    const slow = await receiver(busy.answer)
    const own = { ...node, hosts: [...node.hosts, `localhost:${slow.port}`] }
    const call = (next: string) => execute({ node: own, payload: { vars: { next } } })

    const first = call(slow.url)
    await vi.waitFor(() => expect(slow.received).toHaveLength(1))
    const second = await call(slow.url)
    const other = await call(target.url)
    busy.release()

    expect([second.reason.code, other.reason.code]).toEqual(['queue_full', 'expectation_met'])
    expect((await first).branch).toBe('success')
  })
})

describe('a secret of the service, where a value brings the URL', () => {
  async function boundWorld(binding: object) {
    const target = await receiver(json(200, {}))
    const crm = { value: 'tok-9f8e7d6c', ...binding }
    const files = await testFiles({ 'secrets.json': JSON.stringify({ crm }) })
    const { execute } = await service({ settings: { SECRETS_FILE: join(files.path, 'secrets.json') } })
    const hosts = ['localhost', '127.0.0.1'].map((host) => `${host}:${target.port}`)
    const auth = { type: 'bearer', token: '{{ secrets.crm }}' }
    const call = (next: string) =>
      execute({
        node: { method: 'GET', url, hosts: [...hosts, '10.0.0.1'], auth },
        payload: { vars: { next } },
      })
    return { target, call }
  }

  it('goes to the hosts of its binding, as the URL has come', async () => {
    const { target, call } = await boundWorld({ hosts: ['localhost'] })

    const allowed = await call(`https://LOCALHOST.:${target.port}/a`)
    const refused = await call(`https://127.0.0.1:${target.port}/a`)

    expect(allowed.branch).toBe('success')
    expect(refused).toMatchObject({ reason: { code: 'secret_not_allowed', path: '/node/auth/token' } })
    expect(target.received.map((request) => headersNamed(request, 'Authorization')[0]?.[1])).toEqual([
      'Bearer tok-9f8e7d6c',
    ])
  })

  it('goes to the ports of its binding', async () => {
    const { target, call } = await boundWorld({ ports: [1] })

    expect(await call(`${target.url}/a`)).toMatchObject({ reason: { code: 'secret_not_allowed' } })
    expect(target.received).toEqual([])
  })

  it.each([
    ['/v1', 'expectation_met'],
    ['/v1/items?next=/admin', 'expectation_met'],
    ['/v1x', 'secret_not_allowed'],
    ['/admin', 'secret_not_allowed'],
    ['/', 'secret_not_allowed'],
    ['', 'secret_not_allowed'],
    ['/v1/../admin', 'secret_not_allowed'],
    ['/v1/%2e%2e/admin', 'secret_not_allowed'],
    ['/v1/..%2fadmin', 'secret_not_allowed'],
    ['/v1/%252e%252e/admin', 'secret_not_allowed'],
    ['/v1/.;x/..;y/admin', 'secret_not_allowed'],
    ['/v1/a%5c..%5cadmin', 'secret_not_allowed'],
    ['//v1/a', 'secret_not_allowed'],
    ['/V1', 'secret_not_allowed'],
    ['/%761', 'secret_not_allowed'],
    ['?/v1', 'secret_not_allowed'],
  ])('goes to the paths of its binding: %s is %s', async (path, code) => {
    const { target, call } = await boundWorld({ paths: ['/v1'] })

    const reply = await call(target.url + path)

    expect(reply.reason.code).toBe(code)
    expect(target.received).toHaveLength(code === 'expectation_met' ? 1 : 0)
  })

  it('is not revealed where no call may go', async () => {
    const { call } = await boundWorld({ hosts: ['localhost'] })

    expect((await call('https://10.0.0.1/')).reason.code).toBe('address_denied')
  })
})
