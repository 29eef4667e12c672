import { createHash } from 'node:crypto'
import { parse } from 'node:querystring'
import aws4 from 'aws4'
import type { AwsKeys } from '../webhook/request/credential.ts'
import type { OutboundRequest } from '../webhook/wire/outbound-request.ts'

/** The signature of a request, in hexadecimal digits, and the header that carries it. */
export interface WrittenSignature {
  readonly signature: string
  readonly authorization: string
}

/** SHA-256 of a body, in hexadecimal digits. */
export function hashContent(body: Buffer | null): string {
  return createHash('sha256')
    .update(body ?? '')
    .digest('hex')
}

/** A time as AWS writes it, such as `20150830T123600Z`. */
export function writeAwsDate(date: Date): string {
  return date.toISOString().replace(/[:-]|\.\d{3}/g, '')
}

/**
 * Signs a request as it is, with all of its headers but those that intermediaries change (AWS Signature Version 4). `date` is
 * that of its header `X-Amz-Date`.
 */
export function signForAws(
  { method, target, headers, body }: Pick<OutboundRequest, 'method' | 'target' | 'headers' | 'body'>,
  { region, service, ...credentials }: AwsKeys,
  date: string,
): WrittenSignature {
  const signed: Record<string, string> = {}
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    if (unsigned.has(key)) continue
    signed[key] = signed[key] === undefined ? value : `${signed[key]},${value}`
  }
  const request = {
    method,
    path: target,
    host: signed.host ?? '',
    service,
    region,
    headers: signed,
    body: body ?? '',
    doNotModifyHeaders: true,
  }
  const signer = new ExactSigner(request, credentials)
  signer.datetime = date
  const authorization = signer.authHeader()
  return { authorization, signature: authorization.slice(authorization.lastIndexOf('=') + 1) }
}

/** Path and query as they are signed, which may differ from how they are sent. */
export function canonicalTarget(target: string, service: string): string {
  const request = { method: 'GET', path: target, service, headers: { host: '' }, doNotModifyHeaders: true }
  const signer = new ExactSigner(request, { accessKeyId: '', secretAccessKey: '' })
  const [, path = '', query = ''] = signer.canonicalString().split('\n')
  return query === '' ? path : `${path}?${query}`
}

/** Those that AWS's own clients do not sign, and the trace, which proxies go on with. */
const unsigned: ReadonlySet<string> = new Set([
  ...[
    'authorization',
    'cache-control',
    'connection',
    'expect',
    'from',
    'keep-alive',
    'max-forwards',
    'pragma',
  ],
  ...['proxy-authorization', 'referer', 'te', 'traceparent', 'tracestate', 'trailer', 'transfer-encoding'],
  ...['upgrade', 'user-agent', 'x-amzn-trace-id'],
])

/** Reads the target as it is sent: the library would encode some of it anew, and stops at 1000 parameters. */
class ExactSigner extends aws4.RequestSigner {
  override parsePath(): void {
    const { path: target = '/' } = this.request
    const at = (target ?? '/').indexOf('?')
    const path = at === -1 ? (target ?? '/') : (target ?? '/').slice(0, at)
    this.parsedPath = {
      path: path.split('/').map(decodable).join('/'),
      query: at === -1 ? {} : readQuery((target ?? '/').slice(at + 1)),
    }
  }

  /** The library takes one value of each name for S3, and leaves out parameters without a name. */
  override canonicalString(): string {
    const lines = super.canonicalString().split('\n')
    const [path = '/', ...rest] = (this.request.path ?? '/').split('?')
    if (this.service === 's3') lines[1] = path.split('/').map(encodeAnew).join('/')
    lines[2] = canonicalQuery(rest.join('?'))
    return lines.join('\n')
  }
}

/** Every parameter as it is sent, in the order of encoded names and values. */
function canonicalQuery(text: string): string {
  const pairs = text.split('&').filter((pair) => pair !== '')
  const encoded = pairs.map((pair) => {
    const at = pair.indexOf('=')
    const parts = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    return parts.map((part) => encodeAnew(part.replaceAll('+', ' ')))
  })
  const compare = (one = '', other = '') => Number(one > other) - Number(one < other)
  encoded.sort(([a, b], [c, d]) => compare(a, c) || compare(b, d))
  return encoded.map(([name, value]) => `${name}=${value}`).join('&')
}

/** Escapes all but the unreserved characters (RFC 3986, section 2.3), once. */
function encodeAnew(text: string): string {
  const toEscape = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(decodeURIComponent(decodable(text))).replace(/[!'()*]/g, toEscape)
}

function readQuery(text: string): Record<string, string | string[]> {
  return parse(text, '&', '=', { maxKeys: 0 }) as Record<string, string | string[]>
}

/** For S3 the library decodes each segment, and would throw. */
function decodable(segment: string): string {
  try {
    decodeURIComponent(segment)
    return segment
  } catch {
    return encodeURIComponent(segment)
  }
}
