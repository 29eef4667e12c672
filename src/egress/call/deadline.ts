import type { Clock, Failure, FailureCode } from '../../contract/failure.ts'
import { minAttemptMs } from '../../webhook/retry.ts'
import type { AttemptPhase, PhaseDuration } from './phase-clock.ts'

/**
 * Why a call is interrupted. `late`: its permit came with too little time left to begin. `unstored`: that it begins could not be
 * stored.
 */
export type Interruption = 'deadline' | 'late' | 'shutdown' | 'cancelled' | 'unstored'

/**
 * The one clock of a call, for the attempt and a resend. Its timer keeps the process alive, unlike undici's timers.
 */
export class Deadline {
  /** What the call had of its clock when it began. */
  readonly limitMs: number
  readonly clock: Clock
  readonly #endsAt: number
  readonly #timer: NodeJS.Timeout
  #attempt: Interruptible | null = null
  #interruption: Interruption | null = null

  constructor(limitMs: number, clock: Clock = { name: 'timeoutMs', ms: limitMs }) {
    this.limitMs = limitMs
    this.clock = clock
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
  /** The longest of the phases before, if there is one. */
  readonly before: PhaseDuration | null
  /** Whether the kernel has not yet accepted the whole request. */
  readonly isSending: boolean
  /** Whether a byte of a response has come. */
  readonly hasAnswered: boolean
}

/** Names the phase in which a call to `place` was interrupted, and what of its time went where. */
export function failureFromInterruption(
  interruption: Interruption,
  progress: Progress,
  deadline: Pick<Deadline, 'limitMs' | 'clock'>,
  place: string,
): Failure {
  if (interruption === 'cancelled') return notBegun.cancelled(place)
  if (interruption === 'unstored') return notBegun.unstored(place)
  if (interruption === 'late') return beganTooLate(progress.phaseMs, deadline, place)
  const { phase, phaseMs } = progress
  const step = phase === null ? 'connect' : phase === 'answer' && progress.isSending ? 'sending' : phase
  const { code, words, outcome } = steps[step]
  if (interruption === 'shutdown')
    return { code: 'shutdown', detail: `The service was stopped during ${words} of ${place}.`, path: null }
  const detail = `${outcome(place, progress)}: ${describeClock(deadline)}, and ${words} used ${Math.round(phaseMs)} ms of it.${describeLonger(progress)}`
  return { code, detail, path: null, clock: deadline.clock }
}

/** `timeoutMs is 300 ms`. Behind a wait for a token or a redirect, and of the other clocks, an attempt has only what is left. */
function describeClock({ limitMs, clock }: Pick<Deadline, 'limitMs' | 'clock'>): string {
  return clock.name === 'timeoutMs' && clock.leftMs === undefined
    ? `timeoutMs is ${limitMs} ms`
    : `${clock.name} is ${clock.ms} ms, this attempt had the last ${limitMs} ms`
}

/** The phase that used more of the time than the one in which it ran out. */
function describeLonger({ phaseMs, before }: Progress): string {
  if (before === null || before.ms <= phaseMs) return ''
  return ` Most of it, ${Math.round(before.ms)} ms, had gone into ${steps[before.phase].words}.`
}

function beganTooLate(
  waitedMs: number,
  deadline: Pick<Deadline, 'limitMs' | 'clock'>,
  place: string,
): Failure {
  const detail = `The wait for a free slot for ${place} took ${Math.round(waitedMs)} ms: ${describeClock(deadline)}. No attempt begins with less than ${minAttemptMs} ms left.`
  return { code: 'queue_timeout', detail, path: null, clock: deadline.clock }
}

/** Failures of a call to `place` that was interrupted before it got a permit. */
export const notBegun = {
  shutdown: (place) => ({
    code: 'shutdown',
    detail: `The service was stopped before the call to ${place} began.`,
    path: null,
  }),
  cancelled: (place) => ({
    code: 'cancelled',
    detail: `The client closed its connection to the service before the call to ${place} began.`,
    path: null,
  }),
  unstored: (place) => ({
    code: 'local_resource',
    detail: `The store of the service could not be written before the call to ${place} began.`,
    path: null,
    hint: 'This attempt sent nothing: what may not be sent twice is sent only once that is stored. The operator of the service finds the cause in its log. After that the call can be sent again.',
  }),
} as const satisfies Partial<Record<Interruption, (place: string) => Failure>>

interface Step {
  readonly code: FailureCode
  readonly words: string
  /** What did not happen in time. */
  readonly outcome: (place: string, progress: Progress) => string
}

const steps: Readonly<Record<AttemptPhase | 'sending', Step>> = {
  queue: {
    code: 'queue_timeout',
    words: 'the wait for a free slot',
    outcome: (place) => `No slot for a call to ${place} became free in time`,
  },
  dns: {
    code: 'dns_timeout',
    words: 'the lookup of the host name',
    outcome: (place) => `The host name of ${place} was not resolved in time`,
  },
  connect: {
    code: 'connect_timeout',
    words: 'the connection to the target',
    outcome: (place) => `${place} did not accept the connection in time`,
  },
  proxy: {
    code: 'proxy_unreachable',
    words: 'the connection to the proxy',
    outcome: (place) =>
      `The proxy of the service did not accept the connection in time, so ${place} was not called`,
  },
  tunnel: {
    code: 'connect_timeout',
    words: 'the connection from the proxy to the target',
    outcome: (place) => `The proxy of the service did not connect to ${place} in time`,
  },
  tls: {
    code: 'tls_timeout',
    words: 'the TLS handshake',
    outcome: (place) => `${place} did not finish the TLS handshake in time`,
  },
  sending: {
    code: 'send_timeout',
    words: 'the sending of the request',
    outcome: (place) => `${place} did not take the whole request in time`,
  },
  answer: {
    code: 'response_timeout',
    words: 'the wait for the response',
    outcome: (place, { hasAnswered }) =>
      hasAnswered
        ? `${place} began to answer, but sent no complete response head in time`
        : `${place} sent no byte of a response in time`,
  },
  download: {
    code: 'response_timeout',
    words: 'the download of the response',
    outcome: (place) => `The response of ${place} did not end in time`,
  },
}
