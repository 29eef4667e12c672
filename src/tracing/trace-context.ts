import { trimHeader } from '../webhook/wire/headers.ts'

/** A span of another program or of the service, as in W3C Trace Context. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string
  readonly flags: number
  /** The members of `tracestate` as received. Null without any. */
  readonly state: string | null
}

/** The client records the trace, and the service should do so, too. */
export const sampledFlag = 0x01
/** The trace id is random (Trace Context Level 2). */
export const randomFlag = 0x02

/**
 * Reads the headers `traceparent` and `tracestate`. Repeated headers are joined with commas. Null without a valid
 * trace context.
 */
export function parseTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | null {
  const [, version = '', traceId = '', spanId = '', flags = '', more = ''] =
    parent.exec(traceparent ?? '') ?? []
  if (version === '' || version === 'ff' || (version === '00' && more !== '')) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  const known = Number.parseInt(flags, 16) & (sampledFlag | randomFlag)
  return { traceId, spanId, flags: known, state: parseState(tracestate ?? '') }
}

/** The header `traceparent` that makes a span the parent of the next one. */
export function formatTraceparent({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`
}

/** Future versions may append fields. A comma shows that the header was repeated, so neither value can be trusted. */
const parent = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-[^,]*)?$/

/** Limit for the members that are passed on (Trace Context, section 3.3). */
const maxMembers = 32
const maxStateLength = 512

function parseState(header: string): string | null {
  const members = header
    .split(',')
    .map(trimHeader)
    .filter((member) => member !== '')
  const keys = new Set(members.map((member) => readKey(member)))
  const state = members.join(',')
  const isSound = !keys.has(null) && keys.size === members.length && members.length <= maxMembers
  return isSound && state !== '' && state.length <= maxStateLength ? state : null
}

const key = /^(?:[a-z][a-z\d_*/-]{0,255}|[a-z\d][a-z\d_*/-]{0,240}@[a-z][a-z\d_*/-]{0,13})$/
const value = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** Null if the member is malformed. */
function readKey(member: string): string | null {
  const [name = '', ...rest] = member.split('=')
  return key.test(name) && value.test(rest.join('=')) ? name : null
}
