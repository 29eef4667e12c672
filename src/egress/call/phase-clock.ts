import type { Timings } from '../../webhook/wire/outcome.ts'

/**
 * What an attempt is busy with. `queue` is the wait for a place; `answer` reaches from the first byte of the
 * request to the end of the head.
 */
export type AttemptPhase = 'queue' | 'dns' | 'connect' | 'tls' | 'answer' | 'download'

/** Times the phases of one attempt, each of which happens once or not at all. */
export class PhaseClock {
  /** Milliseconds of the phases that are over. */
  readonly #lasted: Record<AttemptPhase, number | null> = {
    queue: null,
    dns: null,
    connect: null,
    tls: null,
    answer: null,
    download: null,
  }
  #phase: AttemptPhase | null = null
  #since: number | null = null

  /** Ends the current phase and begins the next one; null ends the last. */
  enter(next: AttemptPhase | null): void {
    const now = performance.now()
    if (this.#phase !== null && this.#since !== null) this.#lasted[this.#phase] = now - this.#since
    this.#since = next === null ? null : now
    this.#phase = next ?? this.#phase
  }

  /** The phase that goes on or, after the end, went on last; null before the first one. */
  get phase(): AttemptPhase | null {
    return this.#phase
  }

  /** Milliseconds that `phase` has taken so far. */
  get phaseMs(): number {
    if (this.#phase === null) return 0
    return this.#since === null ? (this.#lasted[this.#phase] ?? 0) : performance.now() - this.#since
  }

  /** Of the phases that are over. */
  timings(): Timings {
    const { queue, dns, connect, tls, answer, download } = this.#lasted
    return {
      queueMs: rounded(queue),
      dnsMs: rounded(dns),
      connectMs: rounded(connect),
      tlsMs: rounded(tls),
      firstByteMs: rounded(answer),
      downloadMs: rounded(download),
    }
  }
}

/** Tenths of a millisecond are all that a network can tell. */
function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10
}
