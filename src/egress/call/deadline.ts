import type { Failure, FailureCode } from '../../contract/failure.ts'
import { minAttemptMs } from '../../webhook/retry.ts'
import type { AttemptPhase } from './phase-clock.ts'

/** Why a call is interrupted. `late`: its permit came with too little time left to begin. */
export type Interruption = 'deadline' | 'late' | 'shutdown' | 'cancelled'

/**
 * The one clock of a call, for the attempt and a resend. Its timer keeps the process alive, unlike undici's timers.
 */
export class Deadline {
  readonly limitMs: number
  readonly #endsAt: number
  readonly #timer: NodeJS.Timeout
  #attempt: Interruptible | null = null
  #interruption: Interruption | null = null

  constructor(limitMs: number) {
    this.limitMs = limitMs
    this.#endsAt = performance.now() + limitMs
    this.#timer = setTimeout(() => this.interrupt('deadline'), limitMs)
  }

  get remainingMs(): number {
    return this.#endsAt - performance.now()
  }

  /** From now on an interruption goes to this attempt. Interrupts it at once if the call is already interrupted. */
  tell(attempt: Interruptible): void {
    this.#attempt = attempt
    if (this.#interruption !== null) attempt.interrupt(this.#interruption)
  }

  /** Only the first call has an effect. */
  interrupt(why: Interruption): void {
    if (this.#interruption !== null) return
    this.#interruption = why
    this.#attempt?.interrupt(why)
  }

  clear(): void {
    clearTimeout(this.#timer)
    // V8 keeps the old table of a grown Set, with its contents, until a full garbage collection: the attempt must not
    // stay reachable from it.
    this.#attempt = null
  }
}

export interface Interruptible {
  interrupt(why: Interruption): void
}

/** The state of an attempt when it is interrupted. */
export interface Progress {
  readonly phase: AttemptPhase | null
  readonly phaseMs: number
  /** Whether the kernel has not yet accepted the whole request. */
  readonly isSending: boolean
}

/** Names the phase in which the call was interrupted. */
export function failureFromInterruption(
  interruption: Interruption,
  { phase, phaseMs, isSending }: Progress,
  limitMs: number,
): Failure {
  if (interruption === 'cancelled') return notBegun.cancelled
  if (interruption === 'late') return beganTooLate(phaseMs, limitMs)
  const step = phase === null ? 'connect' : phase === 'answer' && isSending ? 'sending' : phase
  const { code, words } = steps[step]
  if (interruption === 'shutdown') {
    return { code: 'shutdown', detail: `The service was stopped during ${words}.`, path: null }
  }
  const detail = `The limit of ${limitMs} ms ran out during ${words}, which took ${Math.round(phaseMs)} ms.`
  return { code, detail, path: null }
}

function beganTooLate(waitedMs: number, limitMs: number): Failure {
  const detail = `The wait for a free slot took ${Math.round(waitedMs)} of ${limitMs} ms. No attempt begins with less than ${minAttemptMs} ms left.`
  return { code: 'queue_timeout', detail, path: null }
}

/** Failures of a call that was interrupted before it got a permit. */
export const notBegun = {
  shutdown: { code: 'shutdown', detail: 'The service was stopped before the call began.', path: null },
  cancelled: {
    code: 'cancelled',
    detail: 'The client closed its connection before the call began.',
    path: null,
  },
} as const satisfies Partial<Record<Interruption, Failure>>

const steps: Readonly<
  Record<AttemptPhase | 'sending', { readonly code: FailureCode; readonly words: string }>
> = {
  queue: { code: 'queue_timeout', words: 'the wait for a free slot' },
  dns: { code: 'dns_timeout', words: 'the lookup of the host name' },
  connect: { code: 'connect_timeout', words: 'the connection to the target' },
  tls: { code: 'tls_timeout', words: 'the TLS handshake' },
  sending: { code: 'send_timeout', words: 'the sending of the request' },
  answer: { code: 'response_timeout', words: 'the wait for the response' },
  download: { code: 'response_timeout', words: 'the download of the response' },
}
