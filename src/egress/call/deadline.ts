import type { Failure, FailureCode } from '../../contract/failure.ts'
import { minAttemptMs } from '../../webhook/retry.ts'
import type { AttemptPhase } from './phase-clock.ts'

/** Why a call ends before it is done. `late`: its turn came too late to begin with what is left. */
export type Interruption = 'deadline' | 'late' | 'shutdown' | 'cancelled'

/** The one clock of a call, all attempts included. Its timer keeps the process alive: undici's do not. */
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

  /** How much of the time is left. */
  get remainingMs(): number {
    return this.#endsAt - performance.now()
  }

  /** Tells this one from now on, and at once where the call was interrupted already. */
  tell(attempt: Interruptible): void {
    this.#attempt = attempt
    if (this.#interruption !== null) attempt.interrupt(this.#interruption)
  }

  /** The first time counts. */
  interrupt(why: Interruption): void {
    if (this.#interruption !== null) return
    this.#interruption = why
    this.#attempt?.interrupt(why)
  }

  clear(): void {
    clearTimeout(this.#timer)
    // V8 keeps a table that a Set has outgrown, and what was in it, until a full garbage collection.
    this.#attempt = null
  }
}

/** Who is told that its time is over. */
export interface Interruptible {
  interrupt(why: Interruption): void
}

/** Where an attempt was when it was interrupted. */
export interface Progress {
  readonly phase: AttemptPhase | null
  readonly phaseMs: number
  /** Whether the kernel has not yet taken all of the request. */
  readonly isSending: boolean
}

/** Says which phase used up the time. */
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
  const detail = `The wait for a place took ${Math.round(waitedMs)} of ${limitMs} ms, and with less than ${minAttemptMs} ms left no attempt is begun.`
  return { code: 'queue_timeout', detail, path: null }
}

/** Of a call that was interrupted before it had a place. */
export const notBegun = {
  shutdown: { code: 'shutdown', detail: 'The service was stopped before the call began.', path: null },
  cancelled: { code: 'cancelled', detail: 'The caller gave up before the call began.', path: null },
} as const satisfies Partial<Record<Interruption, Failure>>

const steps: Readonly<
  Record<AttemptPhase | 'sending', { readonly code: FailureCode; readonly words: string }>
> = {
  queue: { code: 'queue_timeout', words: 'the wait for a place' },
  dns: { code: 'dns_timeout', words: 'the lookup of the host name' },
  connect: { code: 'connect_timeout', words: 'the connection to the target' },
  tls: { code: 'tls_timeout', words: 'the TLS handshake' },
  sending: { code: 'send_timeout', words: 'the sending of the request' },
  answer: { code: 'response_timeout', words: 'the wait for the answer' },
  download: { code: 'response_timeout', words: 'the download of the answer' },
}
