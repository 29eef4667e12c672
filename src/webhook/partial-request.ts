import type { Method } from '../contract/method.ts'
import type { Warning } from '../contract/warning.ts'
import type { CompiledNode } from './compile.ts'
import {
  type GivenHeader,
  listHeaders,
  type Parameter,
  renderPlace,
  renderTail,
  type SizedBody,
  showTarget,
  toAuthHeader,
  toHeader,
} from './render.ts'
import type { RenderedAuth } from './request/auth.ts'
import { encodeBody } from './request/body.ts'
import type { ShownBody } from './request/compiled-body.ts'
import type { CompiledField, RenderedField } from './request/field.ts'
import { warnOfReferences } from './request/reference-warning.ts'
import {
  RenderFailure,
  type RenderInput,
  RenderSession,
  type ValuesToMask,
} from './request/render-session.ts'
import type { UrlTail } from './request/url-tail.ts'
import type { ShownParts } from './shown-parts.ts'

/** The parts that could be rendered of a request whose rendering failed. */
export interface PartialRequest {
  readonly method: Method
  /** The bytes that would be sent. Null if there is no body, or if it could not be rendered. */
  readonly body: Buffer | null
  readonly display: ShownParts
  readonly valuesToMask: ValuesToMask
  readonly warnings: readonly Warning[]
}

/** Renders as much as possible of a node whose rendering fails, for diagnostics. The result is never sent. */
export function renderPartly(node: CompiledNode, input: RenderInput): PartialRequest {
  const session = new RenderSession(input, node)
  const url = partOfUrl(node, session)
  const auth = attempt(() => node.auth?.render(session) ?? null).value
  attempt(() => node.tls?.render(session)) // for the values to mask
  const fields = renderEach(node.query, session, (field) => field)
  const added: readonly Parameter[] = auth?.in === 'query' ? [...fields, auth] : fields
  const body = partOfBody(node, session)
  const headers = listHeaders(node, partOfHeaders(node, auth, session), body.size, session)
  warnOfReferences(node.references, session)
  const display: ShownParts = {
    url: url.begin + (url.tail === null ? '' : targetText(url.tail, added)),
    headers: headers.display,
    body: body.text,
    hasSecretSize: body.size?.hasSecretSize ?? true,
    user: null,
  }
  const { warnings, valuesToMask } = session
  return { method: node.method, body: body.size?.bytes ?? null, display, warnings, valuesToMask }
}

interface PartOfUrl {
  readonly begin: string
  /** Path and query, to which parameters can be added. Null if the text is not a URL. */
  readonly tail: Pick<UrlTail, 'path' | 'query'> | null
}

function partOfUrl(node: CompiledNode, session: RenderSession): PartOfUrl {
  const rendered = attempt(() => {
    const { place, tail } = renderPlace(node, session)
    return { begin: `https://${place.authority}`, tail: (tail ?? renderTail(node, session)).display }
  })
  if (rendered.failure === null) return rendered.value
  const { shownUrl } = rendered.failure.failure
  if (node.url.kind === 'brought') return { begin: shownUrl ?? '', tail: null }
  return { begin: `https://${node.url.authority}`, tail: splitTail(shownUrl ?? '/…') }
}

/** Splits a rendered text without normalising it: it can have masks, which a URL parser would encode. */
function splitTail(text: string): Pick<UrlTail, 'path' | 'query'> {
  const [sent = ''] = text.split('#', 1)
  const question = sent.indexOf('?')
  if (question === -1) return { path: sent === '' ? '/' : sent, query: null }
  return { path: sent.slice(0, question) || '/', query: sent.slice(question + 1) }
}

/** If the target with its parameters is too long, the parameters are replaced by an ellipsis. */
function targetText(tail: Pick<UrlTail, 'path' | 'query'>, added: readonly Parameter[]): string {
  return showTarget(tail, added) ?? `${showTarget(tail, []) ?? '/'}…`
}

interface PartOfBody {
  readonly text: ShownBody | null
  /** Null if the size is unknown. */
  readonly size: SizedBody | null
}

function partOfBody(node: CompiledNode, session: RenderSession): PartOfBody {
  const rendered = attempt(() => node.body?.render(session) ?? null)
  if (rendered.failure !== null) return { text: rendered.failure.shownBody, size: null }
  const body = rendered.value
  const bytes = attempt(() => encodeBody(body, session))
  const contentType = body?.contentType ?? node.body?.contentType
  const size = { bytes: bytes.value, hasSecretSize: body?.carriesStored ?? false, contentType }
  return { text: body?.display ?? null, size: bytes.failure === null ? size : null }
}

function partOfHeaders(node: CompiledNode, auth: RenderedAuth | null, session: RenderSession): GivenHeader[] {
  const given = renderEach(node.headers, session, (field) => toHeader(field, session))
  const own = auth?.in === 'header' ? attempt(() => toAuthHeader(auth, session)).value : null
  return own === null ? given : [own, ...given]
}

/** Each failed field may use up the budget of a whole rendering, so rendering stops after a few of them. */
const maxFailures = 20

function renderEach<T>(
  fields: readonly CompiledField[],
  session: RenderSession,
  write: (field: RenderedField) => T,
): T[] {
  const written: T[] = []
  let failures = 0
  for (const field of fields) {
    const { value, failure } = attempt(() => {
      const one = field.render(session)
      return one === null ? null : write(one)
    })
    if (value !== null) written.push(value)
    if (failure !== null && ++failures === maxFailures) break
  }
  return written
}

type Attempted<T> =
  | { readonly value: T; readonly failure: null }
  | { readonly value: null; readonly failure: RenderFailure }

function attempt<T>(part: () => T): Attempted<T> {
  try {
    return { value: part(), failure: null }
  } catch (error) {
    if (!(error instanceof RenderFailure)) throw error
    return { value: null, failure: error }
  }
}
