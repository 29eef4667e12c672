import { randomFillSync } from 'node:crypto'
import type { HeaderPair } from '../webhook/wire/outcome.ts'
import { formatTraceparent, randomFlag, sampledFlag, type TraceContext } from './trace-context.ts'

/** The spans of one execution: its own, and one per attempt. */
export class Trace {
  /** The span of the execution. */
  readonly context: TraceContext
  /** The span of the client. Null if the trace begins here. */
  readonly parentSpanId: string | null
  /** The spans of the attempts, in order. */
  readonly attemptSpanIds: string[] = []

  constructor(parent: Omit<TraceContext, 'spanId'> & { readonly spanId: string | null }) {
    this.context = { ...parent, spanId: newSpanId() }
    this.parentSpanId = parent.spanId
  }

  /** Whether the spans are recorded. */
  get isSampled(): boolean {
    return (this.context.flags & sampledFlag) !== 0
  }

  /** The headers that pass the trace on: to the client, and to the target if the node says so. */
  get headers(): readonly HeaderPair[] {
    const { state } = this.context
    return [
      ['traceparent', formatTraceparent(this.context)],
      ...(state === null ? [] : [['tracestate', state] as const]),
    ]
  }

  /** The headers of a request with the span of an attempt as the parent of the target's span. */
  handOn(headers: readonly HeaderPair[], spanId: string): readonly HeaderPair[] {
    const parent = formatTraceparent({ ...this.context, spanId })
    return headers.map(([name, value]) => [name, name === 'traceparent' ? parent : value])
  }
}

/** Continues the trace of a client. */
export function continueTrace(parent: TraceContext): Trace {
  return new Trace(parent)
}

/** Starts a new trace. */
export function startTrace({ isSampled }: { readonly isSampled: boolean }): Trace {
  const flags = isSampled ? randomFlag | sampledFlag : randomFlag
  return new Trace({ traceId: randomHex(16), spanId: null, flags, state: null })
}

export function newSpanId(): string {
  return randomHex(8)
}

/** One system call fills the pool with ids for 512 spans. */
const pool = Buffer.alloc(4_096)
let used = pool.length

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}
