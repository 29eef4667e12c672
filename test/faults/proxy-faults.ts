import { expect } from 'vitest'
import { sound } from '../../testkit/raw-answers.ts'
import {
  drip,
  flood,
  type Part,
  type RawServer,
  silent,
  write,
  writeAndStay,
} from '../../testkit/raw-server.ts'
import { forwardProxy, type TestProxyOptions } from '../support/forward-proxy.ts'
import { authority, dnsServer, fullBacklog, rawServer, rawTlsServer } from '../support/servers.ts'
import { type Chapter, type Fault, success, type Target } from './support/fault.ts'
import { at, blind, host } from './support/targets.ts'

const unheard = { delivered: 'no', repeat: 'safe', seen: 'nothing' } as const
const unreachable = { ends: 'proxy_unreachable', ...unheard } as const
const refused = { ends: 'proxy_refused', ...unheard } as const

export const proxyFaults: Chapter = {
  title: 'The proxy (`EGRESS_PROXY`)',
  faults: [
    {
      row: 'P1',
      what: 'Nothing listens on the port of the proxy.',
      make: async () => {
        const server = await rawServer(silent)
        await server.close()
        return behind(`http://127.0.0.1:${server.port}`)
      },
      shows: { reason: { message: saying('refused the connection') } },
      ...unreachable,
    },
    {
      row: 'P1',
      what: 'The host name of the proxy does not exist.',
      make: async () => {
        const dns = await dnsServer({})
        const { service, ...target } = await behind('http://proxy.example:3128')
        return { ...target, service: { ...service, dns: dns.address } }
      },
      shows: { reason: { message: saying('host name of the proxy') } },
      ...unreachable,
    },
    {
      row: 'P1',
      what: 'The proxy accepts no further connection.',
      make: async () => behind(`http://127.0.0.1:${(await fullBacklog()).port}`),
      usesUp: 'the connection to the proxy',
      ...unreachable,
    },
    {
      row: 'P1',
      what: 'The certificate of the proxy comes from an unknown authority.',
      make: async () => {
        const credentials = await authority.issue({ isSelfSigned: true })
        return behindServer(await rawTlsServer(silent, { credentials }), 'https')
      },
      shows: { reason: { message: saying('certificate of the proxy'), hint: saying('EGRESS_CA_FILE') } },
      ...unreachable,
    },
    {
      row: 'P1',
      what: 'The proxy speaks plain HTTP where the URL says `https://`.',
      make: behindPart(write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'https'),
      shows: { reason: { message: saying('TLS with the proxy') } },
      ...unreachable,
    },
    {
      row: 'P2',
      what: 'The proxy does not allow the target (403).',
      make: answering(() => status(403)),
      shows: { reason: { message: saying('does not allow'), path: null } },
      ...refused,
    },
    {
      row: 'P2',
      what: 'The proxy does not allow the address of a name (403).',
      make: askedByName(() => status(403)),
      shows: { reason: { hint: saying('EGRESS_PROXY_RESOLVES=proxy') } },
      ...refused,
    },
    {
      row: 'P2',
      what: 'The proxy demands other credentials (407).',
      make: answering(() => status(407)),
      shows: { reason: { message: saying('credentials'), hint: saying('EGRESS_PROXY_FILE') } },
      ...refused,
    },
    ...[302, 400, 429, 500, 503].map(
      (code): Fault => ({
        row: 'P2',
        what: `The proxy answers with ${code}.`,
        make: answering(() => status(code)),
        shows: { reason: { message: saying(`status ${code}`) } },
        ...refused,
      }),
    ),
    {
      row: 'P3',
      what: 'The proxy cannot connect to the target (502).',
      make: answering(() => status(502)),
      ends: 'connect_refused',
      shows: { reason: { blame: 'target' } },
      ...unheard,
    },
    {
      row: 'P3',
      what: 'The proxy does not reach the target in time (504).',
      make: answering(() => status(504)),
      ends: 'connect_timeout',
      shows: { reason: { blame: 'target' } },
      ...unheard,
    },
    {
      row: 'P3',
      what: 'The proxy cannot connect to the first address of the name (502), but to the second one.',
      make: askedByName((_head, count) => (count === 1 ? status(502) : opened), ['127.0.0.2', '127.0.0.1']),
      ...success,
    },
    {
      row: 'P3',
      what: 'The proxy never answers.',
      make: answering(() => null),
      ends: 'connect_timeout',
      usesUp: 'the connection from the proxy to the target',
      ...unheard,
    },
    {
      row: 'P3',
      what: 'The proxy sends its answer byte by byte, without end.',
      make: behindPart(drip('a', 20, 'HTTP/1.1 200 ')),
      ends: 'connect_timeout',
      usesUp: 'the connection from the proxy to the target',
      ...unheard,
    },
    {
      row: 'P4',
      what: 'The proxy closes the connection without an answer.',
      make: behindPart(write('')),
      ...unreachable,
    },
    {
      row: 'P4',
      what: 'The proxy closes the connection within its answer.',
      make: behindPart(write('HTTP/1.1 200 OK\r\nVia: some')),
      ...unreachable,
    },
    {
      row: 'P4',
      what: 'Something else than a proxy listens there.',
      make: behindPart(writeAndStay('SSH-2.0-OpenSSH_9.7\r\n')),
      shows: { reason: { message: saying('does not speak HTTP') } },
      ...unreachable,
    },
    {
      row: 'P4',
      what: 'The answer of the proxy has a NUL in a header.',
      make: behindPart(writeAndStay('HTTP/1.1 200 OK\r\nVia: a\0b\r\n\r\n')),
      ...unreachable,
    },
    {
      row: 'P4',
      what: 'The proxy switches protocols (101).',
      make: behindPart(writeAndStay('HTTP/1.1 101 Switching Protocols\r\n\r\n')),
      ...unreachable,
    },
    {
      row: 'P4',
      what: 'The answer of the proxy has headers without end.',
      make: behindPart(flood('Via: something\r\n', 'HTTP/1.1 200 OK\r\n')),
      shows: { reason: { message: saying('too large') } },
      ...unreachable,
    },
    {
      row: 'P4',
      what: 'The proxy sends interim answers (103) without end.',
      make: behindPart(flood('HTTP/1.1 103 Early Hints\r\n\r\n')),
      ...unreachable,
    },
    {
      row: 'P5',
      what: 'The proxy sends interim answers first, then 200 with a length.',
      make: answering(
        () =>
          `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n`,
      ),
      ...success,
    },
    {
      row: 'P5',
      what: 'The proxy accepts with 204, in HTTP/1.0.',
      make: answering(() => 'HTTP/1.0 204 No Content\r\n\r\n'),
      ...success,
    },
    {
      row: 'P5',
      what: 'The proxy accepts with a body (200), which stands in the place of the answer of the target.',
      make: answering(() => `${opened}<html>connected</html>`),
      ends: 'tls_not_tls',
      delivered: 'no',
      repeat: 'never',
      seen: 'a connection',
    },
    {
      row: 'P6',
      what: 'The target behind the proxy has a certificate of an unknown authority.',
      make: async () => {
        const credentials = await authority.issue({ isSelfSigned: true })
        const target = await rawTlsServer(writeAndStay(sound), { credentials })
        return { ...at(target), service: settingsFor((await forwardProxy()).url) }
      },
      ends: 'tls_untrusted',
      delivered: 'no',
      repeat: 'never',
      seen: 'a connection',
    },
    {
      row: 'P6',
      what: 'The target behind the proxy closes the connection without a response.',
      make: async () => {
        const target = await rawTlsServer(write(''))
        return { ...at(target), service: settingsFor((await forwardProxy()).url) }
      },
      ends: 'no_response',
      delivered: 'maybe',
      repeat: 'if_idempotent',
      seen: 'a request',
    },
    {
      row: 'P6',
      what: 'The target behind a proxy that is reached by TLS answers.',
      make: answering(() => opened, { isSecure: true }),
      ...success,
    },
  ],
}

const opened = 'HTTP/1.1 200 Connection established\r\n\r\n'

function status(code: number): string {
  return `HTTP/1.1 ${code} Reason of the proxy\r\nContent-Type: text/html\r\n\r\n<html>internal-name.example</html>`
}

function saying(text: string): string {
  return expect.stringContaining(text)
}

/** A proxy that leads to the target, or says what it is told to. */
function answering(
  answer: TestProxyOptions['answer'] & {},
  options: TestProxyOptions = {},
): () => Promise<Target> {
  return async () => {
    const proxy = await forwardProxy({ ...options, answer })
    return watching(proxy, await behind(proxy.url))
  }
}

/** The same for a target that is found by name. */
function askedByName(
  answer: TestProxyOptions['answer'] & {},
  a: readonly string[] = ['127.0.0.1'],
): () => Promise<Target> {
  return async () => {
    const proxy = await forwardProxy({ answer })
    const server = await rawTlsServer(writeAndStay(sound), {
      credentials: await authority.issue({ names: [host] }),
    })
    const dns = await dnsServer({ [host]: { a } })
    const service = { ...settingsFor(proxy.url), dns: dns.address }
    return watching(proxy, { ...at(server), url: `https://${host}:${server.port}/hook`, service })
  }
}

function behindPart(part: Part, scheme = 'http'): () => Promise<Target> {
  return async () => behindServer(await rawServer(part), scheme)
}

async function behindServer(proxy: RawServer, scheme = 'http'): Promise<Target> {
  return watching(proxy, await behind(`${scheme}://127.0.0.1:${proxy.port}`))
}

async function behind(proxyUrl: string): Promise<Target> {
  return { ...at(await rawTlsServer(writeAndStay(sound))), service: settingsFor(proxyUrl) }
}

function settingsFor(proxyUrl: string): NonNullable<Target['service']> {
  return { settings: { EGRESS_PROXY: proxyUrl } }
}

/** Nothing of what the proxy says is shown, and its connection is closed like one of a target. */
function watching(proxy: RawServer, target: Target): Target {
  const { journal } = target
  const sent = () => Buffer.concat([journal.sent(), proxy.sent()])
  return { ...target, journal: { ...blind, ...journal, sent, open: () => journal.open() + proxy.open() } }
}
