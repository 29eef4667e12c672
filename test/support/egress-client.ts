import { onTestFinished } from 'vitest'
import { createEgressClient, type EgressClient, type EgressOptions } from '../../src/egress/egress-client.ts'
import { parseAddressRule } from '../../src/egress/policy/address-rule.ts'
import type { OutboundRequest } from '../../src/webhook/wire/outbound-request.ts'
import type { Attempt } from '../../src/webhook/wire/outcome.ts'
import { authority } from './servers.ts'

/** Reads rules that are known to be sound. */
export function rules(...entries: readonly string[]) {
  return entries.map((entry) => {
    const parsed = parseAddressRule(entry)
    if (!parsed.ok) throw new TypeError(parsed.problem)
    return parsed.rule
  })
}

/**
 * An egress client that may reach the servers of a test, by address and as `localhost`, and trusts their authority.
 */
export function testEgressClient(options: Partial<EgressOptions> = {}): EgressClient {
  const egressClient = createEgressClient({
    allow: rules('127.0.0.0/8', '[::1]', 'localhost'),
    deny: [],
    only: [],
    ca: authority.pem,
    tlsGroups: null,
    dnsServers: [],
    nat64: [],
    proxy: null,
    maxResponseBytes: 1_048_576,
    maxPerHost: 64,
    maxQueuePerHost: 256,
    own: { address: '127.0.0.1', port: 0 },
    log: () => {},
    ...options,
  })
  onTestFinished(() => egressClient.close())
  return egressClient
}

/** A request to a server of a test, complete as the service renders it. */
export function outbound(
  port: number,
  {
    host = '127.0.0.1',
    method = 'POST',
    body = Buffer.from('{}'),
    keepAlive = true,
    ...rest
  }: Partial<OutboundRequest> = {},
): OutboundRequest {
  const sent = method === 'GET' ? null : body
  return {
    method,
    host,
    port,
    target: '/hook?a=1',
    headers: [
      ['host', `${host.includes(':') ? `[${host}]` : host}:${port}`],
      ['connection', keepAlive ? 'keep-alive' : 'close'],
      ['Accept', '*/*'],
      ...(sent ? ([['content-length', String(sent.length)]] as const) : []),
    ],
    body: sent,
    keepAlive,
    isIdempotent: false,
    ...rest,
  }
}

/** Makes one call with an egress client of its own and gives its only attempt. */
export async function attemptAt(
  port: number,
  request: Partial<OutboundRequest> = {},
  { timeoutMs = 5_000, ...options }: Partial<EgressOptions> & { readonly timeoutMs?: number } = {},
): Promise<Attempt> {
  const [attempt, ...others] = await testEgressClient(options).call(outbound(port, request), {
    timeoutMs,
    tenant: null,
  })
  if (others.length > 0) throw new Error('more than one attempt')
  return attempt
}
