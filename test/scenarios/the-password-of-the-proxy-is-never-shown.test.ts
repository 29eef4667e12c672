import { expect, it } from 'vitest'
import { collector } from '../support/collector.ts'
import { forwardProxy } from '../support/forward-proxy.ts'
import { json } from '../support/receiver.ts'
import { receiver } from '../support/servers.ts'
import { service } from '../support/service.ts'

const user = 'us3r-of-the-proxy'
const password = 'c4nary/"pass word"'

/** The forms in which the credentials could be shown. */
const forms = [
  user,
  password,
  encodeURIComponent(password),
  JSON.stringify(password).slice(1, -1),
  Buffer.from(`${user}:${password}`).toString('base64'),
  Buffer.from(`${user}:${password}`).toString('base64url'),
  'c4nary',
]

it('the password of the proxy is never shown, whatever the proxy answers', async () => {
  const target = await receiver(json(200, {}))
  const traces = await collector()
  let status = '200 OK'
  // It repeats what it was sent, as a page for people and in its reason and headers.
  const proxy = await forwardProxy({
    answer: (head) =>
      status === '200 OK'
        ? 'HTTP/1.1 200 OK\r\n\r\n'
        : `HTTP/1.1 ${status} ${head.split('\r\n')[2]}\r\nX-Echo: ${head.split('\r\n')[2]}\r\n\r\n${head}`,
  })
  const credentials = `${user}:${encodeURIComponent(password)}`
  const { url, log, request, post, drain } = await service({
    settings: {
      LOG_LEVEL: 'trace',
      EGRESS_PROXY: `http://${credentials}@127.0.0.1:${proxy.port}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
    },
  })
  const node = { id: 'canary', method: 'GET', url: `${target.url}/`, keepAlive: false }
  const shown: string[] = []
  const call = async () => {
    const { body } = await post<{ reason: { code: string } }>('/v1/execute', { node })
    shown.push(JSON.stringify(body))
    return body.reason.code
  }

  expect(await call()).toBe('expectation_met')
  expect(proxy.heads[0]).toContain(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
  for (const [said, code] of [
    ['403 Forbidden', 'proxy_refused'],
    ['407 Proxy Authentication Required', 'proxy_refused'],
    ['502 Bad Gateway', 'connect_refused'],
    ['504 Gateway Timeout', 'connect_timeout'],
    ['999 ', 'proxy_refused'],
    ['\0', 'proxy_unreachable'],
  ] as const) {
    status = said
    expect(await call()).toBe(code)
  }
  await proxy.close()
  expect(await call()).toBe('proxy_unreachable')
  shown.push(JSON.stringify((await post('/v1/preview', { node })).body))
  for (const path of ['/livez', '/readyz', '/v1/nodes', '/v1/nodes/canary/stats'])
    shown.push(JSON.stringify((await request(path)).body))
  shown.push(await (await fetch(`${url}/metrics`)).text())
  await drain()
  shown.push(...log.map((line) => JSON.stringify(line)), ...traces.deliveries.map(({ body }) => body))

  expect(traces.spans().length).toBeGreaterThan(8)
  for (const form of forms) expect(shown.filter((text) => text.includes(form))).toEqual([])
  // Neither what clients see nor the log says where the proxy is.
  expect(shown.filter((text) => text.includes(String(proxy.port)))).toEqual([])
})
