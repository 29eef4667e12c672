import { isIP } from 'node:net'
import { type Failure, failures } from '../../contract/failure.ts'
import { EgressError, type EgressErrorCode } from '../call/egress-error.ts'
import type { Target } from '../policy/address-policy.ts'

/** What a proxy did instead of opening a tunnel. */
export type ProxyRefusal =
  /** It answered with another status than 2xx. */
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'closed' | 'not_http' | 'malformed' | 'too_large' }

/** A proxy opened no tunnel. */
export class ProxyError extends EgressError {
  readonly refusal: ProxyRefusal
  /** Whether the proxy was asked for an address. Else it was asked for the name of the target. */
  readonly askedForAddress: boolean

  constructor(refusal: ProxyRefusal, askedForAddress: boolean) {
    super(chooseCode(refusal))
    this.refusal = refusal
    this.askedForAddress = askedForAddress
  }

  /** Whether the proxy may open a tunnel to another address of the target. With wrong credentials it opens none. */
  get isOfAddress(): boolean {
    return this.refusal.kind === 'status' && this.refusal.status !== 407
  }
}

/** A gateway that cannot reach its target says so with 502 and 504 (RFC 9110, sections 15.6.3 and 15.6.5). */
function chooseCode(refusal: ProxyRefusal): EgressErrorCode {
  if (refusal.kind !== 'status') return 'EGRESS_PROXY_BROKEN'
  if (refusal.status === 502) return 'EGRESS_PROXY_BAD_GATEWAY'
  return refusal.status === 504 ? 'EGRESS_PROXY_GATEWAY_TIMEOUT' : 'EGRESS_PROXY_REFUSED'
}

/** What the failure says beside its code. `place` is the target as written in a URL. */
export function describeProxyError(error: ProxyError, target: Target, place: string): Partial<Failure> {
  const { refusal } = error
  const { detail, hint } =
    refusal.kind === 'status' ? ofStatus(refusal.status, place) : broken[refusal.kind](place)
  const mayDependOnName = error.askedForAddress && isIP(target.host) === 0 && namesMayHelp(refusal)
  if (hint === undefined) return { detail }
  return { detail, hint: mayDependOnName ? `${hint} ${nameHint}` : hint }
}

/** Adds to the hint of a lookup that failed that the proxy may know the name. */
export function explainLookup(failure: Failure): Failure {
  if (!lookups.has(failure.code)) return failure
  const { hint = failures[failure.code].hint } = failure
  return {
    ...failure,
    hint: `${hint} Where only the proxy of the service resolves names, its operator can set EGRESS_PROXY_RESOLVES=proxy: the addresses behind names are then not judged.`,
  }
}

const lookups: ReadonlySet<Failure['code']> = new Set(['dns_not_found', 'dns_failed', 'dns_timeout'])

const nameHint =
  'Most proxies allow targets by name, and this one was asked for an address: EGRESS_PROXY_RESOLVES=proxy hands names over, and gives up that the service judges the addresses behind them.'

function namesMayHelp(refusal: ProxyRefusal): boolean {
  return refusal.kind === 'closed' || (refusal.kind === 'status' && refusal.status !== 407)
}

interface Text {
  readonly detail: string
  /** None: the hint of the code. */
  readonly hint?: string
}

function ofStatus(status: number, place: string): Text {
  switch (status) {
    case 403:
      return {
        detail: `The proxy of the service does not allow connections to ${place} (status 403).`,
        hint: 'The operator of the service has to allow the host and port in the rules of the proxy. Then send the call again.',
      }
    case 407:
      return {
        detail: `The proxy of the service did not accept its credentials, so ${place} was not called (status 407).`,
        hint: 'The operator of the service has to correct user and password in EGRESS_PROXY or EGRESS_PROXY_FILE. The scheme is Basic, no other one is supported. Then send the call again.',
      }
    case 502:
      return {
        detail: `The proxy of the service could not connect to ${place} (status 502).`,
        hint: 'Check the port in the URL. If it is right, the target is down or does not admit the proxy: tell the operator of the target, and try again when it is up.',
      }
    case 504:
      return {
        detail: `${place} did not accept a connection of the proxy of the service in time (status 504).`,
      }
    default:
      return {
        detail: `The proxy of the service answered with status ${status} when it was asked for a connection to ${place}.`,
        hint: 'The log of the proxy says why. Many proxies answer with 500 or 503 where they cannot reach the host or do not know its name. The operator of the service can tell; then send the call again.',
      }
  }
}

const otherProgram =
  'The operator of the service has to check scheme, host and port of EGRESS_PROXY: another program may listen there.'

const broken: Readonly<Record<Exclude<ProxyRefusal['kind'], 'status'>, (place: string) => Text>> = {
  closed: (place) => ({
    detail: `The proxy of the service closed the connection instead of leading it to ${place}.`,
    hint: 'The operator of the service finds the reason in the log of the proxy, and checks scheme, host and port of EGRESS_PROXY. Then send the call again.',
  }),
  not_http: (place) => ({
    detail: `What listens in the place of the proxy of the service does not speak HTTP, so ${place} was not called.`,
    hint: `${otherProgram} Then send the call again.`,
  }),
  malformed: (place) => ({
    detail: `The answer of the proxy of the service breaks the rules of HTTP, so ${place} was not called.`,
    hint: `${otherProgram} If it is a proxy, it needs an update. Then send the call again.`,
  }),
  too_large: (place) => ({
    detail: `The answer of the proxy of the service has a head that is too large, so ${place} was not called.`,
    hint: `${otherProgram} A proxy answers with less than 16 KiB. Then send the call again.`,
  }),
}
