import type { Blame } from '../../contract/failure.ts'
import type { Method } from '../../contract/method.ts'
import type { Warning } from '../../contract/warning.ts'
import type { CompiledAuth } from '../request/auth.ts'
import type { CompiledBody } from '../request/compiled-body.ts'
import type { CompiledField } from '../request/field.ts'
import type { LeftOut } from '../request/render-session.ts'
import type { CompiledSigning } from '../request/signing.ts'
import type { CompiledTls } from '../request/tls.ts'
import type { CompiledExpectation } from '../response/expectation.ts'
import type { Template } from '../template/template.ts'
import type { OutboundRequest } from '../wire/outbound-request.ts'

/** The members of a compiled node that may be the cause of an unexpected response. */
export interface ExplainedNode {
  readonly method: Method
  readonly url: ExplainedUrl
  /** What the operator of the service defined for the target; null if the node does without. */
  readonly connection: ExplainedConnection | null
  readonly auth: CompiledAuth | null
  readonly tls: CompiledTls | null
  readonly signing: CompiledSigning | null
  readonly query: readonly CompiledField[]
  readonly headers: readonly CompiledField[]
  readonly body: CompiledBody | null
  readonly followRedirects: number
  readonly retry: { readonly isIdempotent: boolean }
  readonly expectations: readonly CompiledExpectation[]
  readonly capture: readonly (readonly [name: string, template: Template])[]
}

/** How the URL of a node came about. A `brought` one is the value of its placeholder. */
type ExplainedUrl =
  | {
      readonly kind: 'fixed'
      readonly authority: string
      readonly isConstant: boolean
      readonly tail: Pick<Template, 'hasDefault' | 'placeholders'>
    }
  | { readonly kind: 'brought' }

/** What the URL of a node has from its connection. */
interface ExplainedConnection {
  readonly name: string
  readonly base: { readonly authority: string; readonly path: string }
}

/** The request that a response answers. */
export interface SentRequest {
  /** Null if only the response is known. */
  readonly request: Pick<OutboundRequest, 'target' | 'headers' | 'body'> | null
  /** The warnings of rendering. */
  readonly warnings: readonly Warning[]
  /** Fields of the node that the request has not. */
  readonly leftOut: readonly LeftOut[]
  /** Where a redirect has led. Null, or not there, for the request of the node itself. */
  readonly redirectedTo?: 'own' | 'foreign' | null
}

/** Nothing is known of the request. */
export const unknownRequest: SentRequest = { request: null, warnings: [], leftOut: [] }

/**
 * The node without what a redirect leaves behind: its parameters, which belong to its own URL; and on the way to another origin
 * all that belongs to the first one.
 */
export function withoutLeftBehind(node: ExplainedNode, { redirectedTo = null }: SentRequest): ExplainedNode {
  if (redirectedTo === null) return node
  const query: ExplainedNode['query'] = []
  if (redirectedTo === 'own') return { ...node, query, auth: node.auth?.isInUrl ? null : node.auth }
  const headers = node.headers.filter(({ name }) => staysOpen.has(name.toLowerCase()))
  return { ...node, query, headers, auth: null, signing: null, tls: null }
}

const staysOpen: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent'])

/** A hint, and the part of the node to change. */
export interface Explanation {
  readonly hint: string
  /** JSON Pointer into the request body. */
  readonly path: string
  /** Who has to act, if it is not whom the status alone blames. */
  readonly blame?: Blame
}
