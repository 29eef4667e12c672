import { Writable } from 'node:stream'
import { onTestFinished } from 'vitest'
import type { ExecuteReply, PreviewReply } from '../../src/contract/execution.ts'
import type { EgressClient } from '../../src/egress/egress-client.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { startServer } from '../../src/service.ts'
import { readSettings } from '../../src/settings/settings.ts'
import { checkReply } from './openapi-contract.ts'
import { authority } from './servers.ts'

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>>

/** What a test may say about its service. By default it may reach the servers of the test, and trusts them. */
export interface ServiceOptions {
  /** Variables of the environment. */
  readonly settings?: Readonly<Record<string, string>>
  /** PEM of the authority that is trusted beside Node's own. */
  readonly ca?: string
  /** EGRESS_ALLOW */
  readonly allow?: string
  /** EGRESS_DNS_SERVERS */
  readonly dns?: string
  /** Stands in for the real one, for what no server can bring about. */
  readonly egressClient?: EgressClient
}

/** A reply, which has been held against the OpenAPI document. */
export interface Reply<Body = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

/** The running service. */
export interface Service {
  readonly url: string
  /** What it has logged, line by line. */
  readonly log: readonly LogLine[]
  /** Executes a node; anything but 200 fails the test. */
  execute(body: unknown): Promise<ExecuteReply>
  /** Previews a node; anything but 200 fails the test. */
  preview(body: unknown): Promise<PreviewReply>
  /** Posts an object as JSON, or a text as it stands. */
  post<Body>(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply<Body>>
  request<Body>(path: string, init?: RequestInit): Promise<Reply<Body>>
  /** Takes no new connections, lets what has begun end, and closes. */
  drain(): Promise<void>
}

/** Starts the service as `main.ts` does. It is gone when the test ends. */
export async function service(options: ServiceOptions = {}): Promise<Service> {
  const { app, log, url } = await start(options)

  async function request<Body>(path: string, init: RequestInit = {}): Promise<Reply<Body>> {
    const response = await fetch(url + path, init)
    const text = await response.text()
    const reply = { status: response.status, headers: response.headers, body: text && JSON.parse(text) }
    if (text !== '') checkReply(init.method ?? 'GET', path, reply)
    return reply
  }

  function post<Body>(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    return request<Body>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  async function succeed<Body>(path: string, body: unknown): Promise<Body> {
    const reply = await post<Body>(path, body)
    if (reply.status !== 200) throw new Error(`${path} answered ${JSON.stringify(reply.body, null, 2)}`)
    return reply.body
  }

  return {
    url,
    log,
    execute: (body) => succeed('/v1/execute', body),
    preview: (body) => succeed('/v1/preview', body),
    post,
    request,
    drain: () => app.close(),
  }
}

async function start({
  settings: environment = {},
  ca = authority.pem,
  allow = '127.0.0.0/8,[::1],localhost',
  dns = '',
  egressClient,
}: ServiceOptions) {
  const usual = { PORT: '0', LOG_LEVEL: 'debug', EGRESS_ALLOW: allow, EGRESS_DNS_SERVERS: dns }
  const settings = readSettings({ ...usual, ...environment })
  const log: LogLine[] = []
  const logger = createLogger(settings.logLevel, collecting(log))
  const app = await startServer({ ...settings, egress: { ...settings.egress, ca } }, logger, egressClient)
  onTestFinished(() => {
    // The test has had its replies: no need to wait for it to take its leave.
    app.server.closeIdleConnections()
    return app.close()
  })
  return { app, log, url: app.listeningOrigin }
}

function collecting(lines: LogLine[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
}
