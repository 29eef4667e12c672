import { randomFillSync } from 'node:crypto'
import type { HeaderPair } from '../webhook/wire/outcome.ts'
import { formatTraceparent, randomFlag, sampledFlag, type TraceContext } from './trace-context.ts'

/** The part of one execution in a trace: its own span, and one for each attempt. */
export class Trace {
  /** The span of the execution. */
  readonly context: TraceContext
  /** The caller's span; null where the trace begins here. */
  readonly parentSpanId: string | null
  /** The spans of the attempts, in order. */
  readonly attemptSpanIds: string[] = []

  constructor(parent: Omit<TraceContext, 'spanId'> & { readonly spanId: string | null }) {
    this.context = { ...parent, spanId: newSpanId() }
    this.parentSpanId = parent.spanId
  }

  /** Whether its spans are wanted. */
  get isSampled(): boolean {
    return (this.context.flags & sampledFlag) !== 0
  }

  /** What hands the trace on: to the caller, and to the target where the node says so. */
  get headers(): readonly HeaderPair[] {
    const { state } = this.context
    return [
      ['traceparent', formatTraceparent(this.context)],
      ...(state === null ? [] : [['tracestate', state] as const]),
    ]
  }

  /** The headers of a request that carries this trace, as an attempt sends them: the target has the attempt as its parent. */
  handOn(headers: readonly HeaderPair[], spanId: string): readonly HeaderPair[] {
    const parent = formatTraceparent({ ...this.context, spanId })
    return headers.map(([name, value]) => [name, name === 'traceparent' ? parent : value])
  }
}

/** Goes on with the trace of a caller. */
export function continueTrace(caller: TraceContext): Trace {
  return new Trace(caller)
}

/** Begins a trace. */
export function startTrace({ isSampled }: { readonly isSampled: boolean }): Trace {
  const flags = isSampled ? randomFlag | sampledFlag : randomFlag
  return new Trace({ traceId: randomHex(16), spanId: null, flags, state: null })
}

/** An id for a span. */
export function newSpanId(): string {
  return randomHex(8)
}

/** Asking the system for a few bytes at a time takes thirty times as long. */
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
