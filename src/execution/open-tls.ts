import type { Failure } from '../contract/failure.ts'
import { defaults } from '../contract/node.ts'
import type { Warning } from '../contract/warning.ts'
import { attemptNotBegun } from '../egress/attempt.ts'
import type { EgressClient } from '../egress/egress-client.ts'
import { formatTarget } from '../egress/policy/address-policy.ts'
import type { TlsProfile } from '../egress/tls/tls-profiles.ts'
import type { RenderedRequest, SendableRequest } from '../webhook/render.ts'
import { memberPath } from '../webhook/request/member-path.ts'
import type { Attempt } from '../webhook/wire/outcome.ts'
import type { TlsSettings } from '../webhook/wire/tls-settings.ts'

/** What the connections of a call show and demand. */
export interface CallTls {
  /** Null for a node that says nothing about TLS. */
  readonly profile: TlsProfile | null
  readonly warnings: readonly Warning[]
}

/** A request that can be sent, or why nothing is sent. */
export type PreparedCall =
  | { readonly ok: true; readonly rendered: SendableRequest; readonly tls: CallTls }
  | { readonly ok: false; readonly failure: Failure; readonly attempts: readonly Attempt[] }

/** Checks what a node says about TLS before its first attempt. A target that may not be called fails as such instead. */
export function openTls(
  rendered: RenderedRequest,
  egressClient: Pick<EgressClient, 'mayCall' | 'openTls'>,
  now: Date,
  /** JSON Pointer to what is said about TLS. */
  path: string | null = null,
): PreparedCall {
  if (!rendered.ok) return { ok: false, failure: rendered.failure, attempts: [] }
  const { tls, request } = rendered
  if (tls === null || !egressClient.mayCall(request)) return { ok: true, rendered, tls: usual }
  const opened = egressClient.openTls(tls)
  if (!opened.ok) return refuse(opened.failure, formatTarget(request))
  const { profile } = opened
  return { ok: true, rendered, tls: { profile, warnings: warnOfEnd(profile, now, path ?? '/node/tls') } }
}

/** For a request that a redirect leads to another origin: how the node narrows TLS, but neither its identity nor its authorities. */
export function openForeignTls(
  tls: TlsSettings | null,
  egressClient: Pick<EgressClient, 'openTls'>,
): TlsProfile | null {
  if (tls === null || tls.minVersion === defaults.minVersion) return null
  const opened = egressClient.openTls({ ...nothing, minVersion: tls.minVersion })
  if (!opened.ok) throw new TypeError('a version of TLS is no mistake of the node')
  return opened.profile
}

const nothing = { certificate: null, key: null, passphrase: null, ca: null } as const

/** The attempt that was to be made is told of, like one that waits in vain for its turn. */
function refuse(failure: Failure, place: string): PreparedCall {
  const placed = { ...failure, detail: `${place} was not called: ${failure.detail}` }
  return { ok: false, failure: placed, attempts: [attemptNotBegun(placed)] }
}

const usual: CallTls = { profile: null, warnings: [] }

const dayMs = 86_400_000

/** How long before its end a certificate is warned of: enough for an authority to issue another one. */
const noticeDays = 14

function warnOfEnd({ identityEnd }: TlsProfile, now: Date, path: string): readonly Warning[] {
  const leftMs = identityEnd === null ? Number.POSITIVE_INFINITY : identityEnd.getTime() - now.getTime()
  if (identityEnd === null || leftMs > noticeDays * dayMs) return []
  const days = Math.floor(leftMs / dayMs)
  const left = days === 0 ? 'in less than a day' : days === 1 ? 'in one day' : `in ${days} days`
  const message = `The client certificate expires ${left}, on ${identityEnd.toISOString().slice(0, 10)}. Store a new one before: after that, nothing is sent.`
  return [{ code: 'client_cert_expires', path: memberPath(path, 'certificate'), message }]
}
