import type { Node } from '../../contract/node.ts'
import type { Signing, SigningAlgorithm } from '../../contract/signing.ts'
import type { Warning } from '../../contract/warning.ts'
import { listByteSpellings } from '../masking/byte-spellings.ts'
import { mask } from '../masking/mask.ts'
import type { Compiler } from '../template/compiler.ts'
import { asText } from '../template/encoders.ts'
import type { Template } from '../template/template.ts'
import { quoteName } from '../values/text.ts'
import { headerValue, trimHeader } from '../wire/headers.ts'
import type { OutboundRequest } from '../wire/outbound-request.ts'
import type { HeaderPair } from '../wire/outcome.ts'
import { headerNameProblem, headerValueProblem, quoteHeaderName } from './header-rules.ts'
import { memberPath } from './member-path.ts'
import { RenderFailure, type RenderSession } from './render-session.ts'
import {
  parseSignatureTemplate,
  type SignatureName,
  type SignaturePart,
  type SignedName,
  signatureNames,
  signedNames,
} from './signature-template.ts'
import { decodeStandardKey, standardKeyForm } from './signing-key.ts'

/** How the requests of a node are signed. */
export interface CompiledSigning {
  /** JSON Pointer to it. */
  readonly path: string
  /** The names of the headers that it writes, in lower case. */
  readonly headerNames: ReadonlySet<string>
  /** Whether a receiver needs the id of the request. It goes out as `Idempotency-Key`, too. */
  readonly usesId: boolean
  readonly warnings: readonly Warning[]
  /** Looks up the keys, and checks everything that the time of sending does not change. Throws `RenderFailure`. */
  render(unsigned: UnsignedRequest, session: RenderSession): RenderedSigning
}

/** What a signature can cover. */
type SignedRequest = Pick<OutboundRequest, 'method' | 'target' | 'body'>

/** A request without its signature, as it is sent and as it may be shown. */
export interface UnsignedRequest extends SignedRequest, Pick<OutboundRequest, 'headers'> {
  readonly display: { readonly target: string; readonly headers: readonly HeaderPair[] }
  /** Whether a secret of the service is a part of the request. */
  readonly carriesStored: boolean
}

/** How one request is signed. Only the time of sending is open. Times are in seconds since 1970. */
export interface RenderedSigning {
  readonly algorithm: SigningAlgorithm
  /** Each of them makes a signature. There is at least one. */
  readonly keys: readonly Buffer[]
  /** The headers with signatures of zeros, which are as long as real ones. */
  readonly sampleHeaders: readonly HeaderPair[]
  /** The bytes to sign, in pieces. */
  listContent(request: SignedRequest, seconds: number): readonly (string | Buffer)[]
  /** The headers to add to the request. `signatures` are in the order of the keys. */
  writeHeaders(request: SignedRequest, seconds: number, signatures: readonly Buffer[]): readonly HeaderPair[]
  /** The headers as they may be shown. `shown`: method and target as they may be shown. Default: those of the node. */
  showHeaders(seconds: number, shown?: Pick<SignedRequest, 'method' | 'target'>): readonly HeaderPair[]
}

/** A header that signing adds. */
interface SignatureHeader {
  readonly name: string
  readonly items: readonly HeaderItem[]
}

/** A part of a header value between separators. */
interface HeaderItem {
  /** The separator before the item. */
  readonly before: string
  readonly parts: readonly SignaturePart<SignatureName>[]
  /** What stands between the copies of an item that has the signature, one for each key. Null for other items. */
  readonly between: string | null
}

interface SigningScheme {
  readonly algorithm: SigningAlgorithm
  readonly over: readonly SignaturePart<SignedName>[]
  readonly headers: readonly SignatureHeader[]
  /** Reads the key of a secret; null if the secret has another form. */
  readonly readKey: (secret: string) => Buffer | null
}

/** Compiles how the requests of a node, or of a connection, are signed. */
export function compileSigning(
  signing: Signing,
  compiler: Compiler,
  path = '/node/signing',
): CompiledSigning {
  const scheme = signing.scheme === 'hmac' ? compileHmac(signing, path, compiler) : standardWebhooks
  const secrets = compileSecrets(signing.secret, memberPath(path, 'secret'), compiler)
  const written = scheme.headers.flatMap(({ items }) => items.flatMap(({ parts }) => parts))
  const usesId = names(scheme.over, 'id') || names(written, 'id')
  const isTimeUnknown = names(scheme.over, 'timestamp') && !names(written, 'timestamp')
  return {
    path,
    headerNames: new Set(scheme.headers.map(({ name }) => name.toLowerCase())),
    usesId,
    warnings: isTimeUnknown ? [{ ...timeUnknown, path: memberPath(path, 'value') }] : [],
    render(unsigned, session) {
      const id = usesId ? readId(unsigned) : noId
      const keys = secrets.map(({ template, at }) => renderKey(template, at, scheme, session))
      return new UntimedSigning(scheme, keys, id, unsigned, path, session)
    },
  }
}

function names(parts: readonly SignaturePart<SignatureName>[], name: SignatureName): boolean {
  return parts.some((part) => 'name' in part && part.name === name)
}

const timeUnknown: Omit<Warning, 'path'> = {
  code: 'signature_unverifiable',
  message:
    '"over" has {{ timestamp }}, and "value" has not: a receiver that does not get the time cannot check the signature.',
}

const text = (text: string) => ({ text })
const nameOf = <Name extends string>(name: Name) => ({ name })
const only = (...parts: HeaderItem['parts']): readonly HeaderItem[] => [{ before: '', parts, between: null }]

/** Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). */
const standardWebhooks: SigningScheme = {
  algorithm: 'sha256',
  over: [nameOf('id'), text('.'), nameOf('timestamp'), text('.'), nameOf('body')],
  headers: [
    { name: 'webhook-id', items: only(nameOf('id')) },
    { name: 'webhook-timestamp', items: only(nameOf('timestamp')) },
    {
      name: 'webhook-signature',
      items: [{ before: '', parts: [text('v1,'), nameOf('base64')], between: ' ' }],
    },
  ],
  readKey: decodeStandardKey,
}

function compileHmac(
  { algorithm = 'sha256', over, header, value }: Extract<Signing, { scheme: 'hmac' }>,
  path: string,
  compiler: Compiler,
): SigningScheme {
  const parse = <Name extends string>(text: string, member: string, names: readonly Name[]) => {
    const parsed = parseSignatureTemplate(text.toWellFormed(), names)
    if (!parsed.ok) compiler.complain(memberPath(path, member), parsed.problem)
    return parsed.ok ? parsed.parts : null
  }
  const signed = parse(over, 'over', signedNames)
  const written = parse(value, 'value', signatureNames)
  const complain = (member: string, problem: string | null) => {
    if (problem !== null) compiler.complain(memberPath(path, member), problem)
  }
  complain('over', signed?.every((part) => 'text' in part) ? noValueSigned : null)
  complain('value', written === null ? null : valueProblem(written))
  compiler.plain(header, memberPath(path, 'header'), 'Only "over" and "value" have placeholders.')
  complain('header', headerProblem(header))
  const items = splitItems(written ?? [])
  return {
    algorithm,
    over: signed ?? [],
    headers: [{ name: header, items }],
    readKey: (secret) => Buffer.from(secret),
  }
}

const noValueSigned = 'signs the same text for every request; it has no placeholder, as in {{ body }}'

function valueProblem(parts: readonly SignaturePart<SignatureName>[]): string | null {
  if (!parts.some(isSignature)) return 'has no signature; write {{ hex }} or {{ base64 }} where it stands'
  const own = parts.map((part) => ('text' in part ? part.text : 'x')).join('')
  return trimHeader(own) === own ? headerValueProblem(own) : 'begins or ends with white space'
}

function isSignature(part: SignaturePart<SignatureName>): boolean {
  return 'name' in part && (part.name === 'hex' || part.name === 'base64')
}

function headerProblem(name: string): string | null {
  const problem = headerNameProblem(name)
  if (problem !== null) return `${quoteHeaderName(name)} ${problem}`
  return ownHeaders.has(name.toLowerCase())
    ? `"${name}" is sent with another value; choose a name of its own`
    : null
}

/** Headers that the service sends of itself. */
const ownHeaders: ReadonlySet<string> = new Set([
  'accept',
  'content-type',
  'idempotency-key',
  'traceparent',
  'tracestate',
  'user-agent',
])

/**
 * Splits the value of a header at commas, semicolons and blanks. With several keys an item that has the signature is repeated,
 * as receivers such as Stripe read it: `t=1,v1=…,v1=…`.
 */
function splitItems(parts: readonly SignaturePart<SignatureName>[]): readonly HeaderItem[] {
  const items: { before: string; parts: SignaturePart<SignatureName>[] }[] = [{ before: '', parts: [] }]
  for (const part of parts) {
    if ('name' in part) {
      items.at(-1)?.parts.push(part)
      continue
    }
    const [first = '', ...rest] = part.text.split(/([,; ]+)/)
    if (first !== '') items.at(-1)?.parts.push(text(first))
    for (let at = 0; at < rest.length; at += 2) {
      const own = rest[at + 1] ?? ''
      items.push({ before: rest[at] ?? '', parts: own === '' ? [] : [text(own)] })
    }
  }
  return items.map((item, index) => {
    const between = item.before || (items[index + 1]?.before ?? ',')
    return { ...item, between: item.parts.some(isSignature) ? between : null }
  })
}

/** Refuses headers of a node, or of a connection, that the signature writes. `path`: its JSON Pointer. */
export function refuseSignedHeaders(
  { headerNames: taken }: CompiledSigning,
  { headers: given = [], auth }: Pick<Node, 'headers' | 'auth'>,
  compiler: Compiler,
  path = '/node',
): void {
  const refuse = (name: string, at: string) => {
    if (taken.has(name.toLowerCase()))
      compiler.complain(
        at,
        `${quoteName(name)} is the header that "signing" writes; leave one of the two out`,
      )
  }
  for (const [index, { name }] of given.entries()) refuse(name, `${path}/headers/${index}/name`)
  if (auth === undefined) return
  if (auth.type !== 'apiKey') refuse('Authorization', `${path}/auth`)
  else if (auth.in === 'header') refuse(auth.name, `${path}/auth/name`)
}

interface SecretTemplate {
  readonly template: Template
  readonly at: string
}

function compileSecrets(
  secret: Signing['secret'],
  path: string,
  compiler: Compiler,
): readonly SecretTemplate[] {
  const compile = (reference: string, at: string) => ({
    template: compiler.reference(reference, at, 'signing'),
    at,
  })
  if (typeof secret === 'string') return [compile(secret, path)]
  return secret.map((reference, index) => compile(reference, memberPath(path, String(index))))
}

function renderKey(
  template: Template,
  at: string,
  { readKey }: SigningScheme,
  session: RenderSession,
): Buffer {
  const result = template.text(session.scope, asText)
  const value = session.take(result, at)
  const [secret] = result.ok ? result.secrets : []
  if (secret === undefined) throw new TypeError('a reference renders a secret')
  // A preview does not know the value, and signs nothing.
  if (secret.isUnknown === true) return noKey
  const key = readKey(value)
  if (key === null)
    throw new RenderFailure({
      code: 'secret_invalid',
      detail: `The secret "${secret.name}" is not a key of Standard Webhooks. Such a key is ${standardKeyForm}.`,
      path: at,
      hint: 'Store the key exactly as the receiver shows it, without white space around it. The scheme hmac takes keys of any form.',
    })
  if (secret.isHidden)
    for (const spelling of [key.toString(), ...listByteSpellings(key)]) session.hideSpelling(spelling, secret)
  return key
}

const noKey = Buffer.alloc(0)

/** The id of a request, as it is sent and as it may be shown. */
interface RequestId {
  readonly wire: string
  readonly display: string
}

const noId: RequestId = { wire: '', display: '' }

function readId({ headers, display }: UnsignedRequest): RequestId {
  const wire = headerValue(headers, 'idempotency-key') ?? ''
  if (wire === '')
    throw new RenderFailure({
      code: 'value_missing',
      detail: 'The signature needs an id, and the header Idempotency-Key of the node is empty.',
      path: '/node/headers',
      hint: 'Give the header a value, or leave it out: the service then sends a key of its own.',
    })
  return { wire, display: headerValue(display.headers, 'idempotency-key') ?? mask }
}

/** Ten digits, as from 2001 to 2286. */
const sampleSeconds = 1_000_000_000
const digestBytes: Readonly<Record<SigningAlgorithm, number>> = { sha256: 32, sha512: 64 }

/** What a placeholder stands for. */
type Values = (name: SignatureName) => string

class UntimedSigning implements RenderedSigning {
  readonly keys: readonly Buffer[]
  readonly sampleHeaders: readonly HeaderPair[]
  readonly #scheme: SigningScheme
  readonly #id: RequestId
  readonly #shown: { readonly method: string; readonly target: string }
  /** Shell variables in place of what depends on the time. Null if the request is not for a curl command. */
  readonly #standIns: readonly HeaderPair[] | null

  constructor(
    scheme: SigningScheme,
    keys: readonly Buffer[],
    id: RequestId,
    unsigned: UnsignedRequest,
    path: string,
    session: RenderSession,
  ) {
    this.#scheme = scheme
    this.#id = id
    this.#shown = { method: unsigned.method, target: unsigned.display.target }
    this.keys = keys
    const zeros = Buffer.alloc(digestBytes[scheme.algorithm])
    this.sampleHeaders = this.writeHeaders(
      unsigned,
      sampleSeconds,
      keys.map(() => zeros),
    )
    refuseInvalid(this.sampleHeaders, unsigned, path, session)
    this.#standIns = session.hasStandIns ? this.#nameStandIns(session) : null
  }

  get algorithm(): SigningAlgorithm {
    return this.#scheme.algorithm
  }

  listContent({ method, target, body }: SignedRequest, seconds: number): readonly (string | Buffer)[] {
    const values = { timestamp: String(seconds), id: this.#id.wire, method, path: target, body: body ?? '' }
    return this.#scheme.over.map((part) => ('text' in part ? part.text : values[part.name]))
  }

  writeHeaders(
    { method, target, body }: SignedRequest,
    seconds: number,
    signatures: readonly Buffer[],
  ): readonly HeaderPair[] {
    const written = signatures.map((signature): Values => {
      return (name) => {
        switch (name) {
          case 'timestamp':
            return String(seconds)
          case 'id':
            return this.#id.wire
          case 'method':
            return method
          case 'path':
            return target
          case 'body':
            return body?.toString('latin1') ?? ''
          default:
            return signature.toString(name)
        }
      }
    })
    return this.#write(written)
  }

  showHeaders(seconds: number, shown = this.#shown): readonly HeaderPair[] {
    if (this.#standIns !== null) return this.#standIns
    const values: Values = (name) => {
      switch (name) {
        case 'timestamp':
          return String(seconds)
        case 'id':
          return this.#id.display
        case 'method':
          return shown.method
        case 'path':
          return shown.target
        default:
          return mask
      }
    }
    return this.#write(this.keys.map(() => values))
  }

  #write(ofKeys: readonly Values[]): readonly HeaderPair[] {
    const [ofFirst] = ofKeys
    if (ofFirst === undefined) throw new TypeError('a request is signed with at least one key')
    return this.#scheme.headers.map(({ name, items }) => {
      const written = items.map(({ before, parts, between }) =>
        between === null
          ? before + fill(parts, ofFirst)
          : before + ofKeys.map((values) => fill(parts, values)).join(between),
      )
      return [name, written.join('')]
    })
  }

  #nameStandIns(session: RenderSession): readonly HeaderPair[] {
    return this.#scheme.headers.map(({ name, items }) => {
      const dependsOnTime = items.some(({ parts }) =>
        parts.some((part) => 'name' in part && part.name !== 'id'),
      )
      return [name, dependsOnTime ? session.standIn(mask, name) : this.#id.display]
    })
  }
}

function fill(parts: HeaderItem['parts'], values: Values): string {
  return parts.map((part) => ('text' in part ? part.text : values(part.name))).join('')
}

function refuseInvalid(
  headers: readonly HeaderPair[],
  { carriesStored }: UnsignedRequest,
  path: string,
  session: RenderSession,
): void {
  for (const [name, value] of headers) {
    const problem = headerValueProblem(value)
    if (problem === null) continue
    const failure = {
      code: 'header_invalid',
      detail: `The value of ${quoteName(name)}, which "signing" writes, ${problem}.`,
      path,
      hint: 'Let "value" have the signature and the timestamp. What is signed stands in the request already.',
    } as const
    session.fail(failure, carriesStored)
  }
}
