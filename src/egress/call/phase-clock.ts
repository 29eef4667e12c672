import type { Timings } from '../../webhook/wire/outcome.ts'

/**
 * The phases of an attempt. `queue` is the wait for a permit. With a proxy, `proxy` and `tunnel` take the place of
 * `connect`: the connection to the proxy, and its connection to the target. `answer` lasts from the first byte of the
 * request to the end of the response head.
 */
export type AttemptPhase = 'queue' | 'dns' | 'connect' | 'proxy' | 'tunnel' | 'tls' | 'answer' | 'download'

export interface PhaseDuration {
  readonly phase: AttemptPhase
  /** In milliseconds. */
  readonly ms: number
}

/** Measures the phases of one attempt. Each phase happens at most once. */
export class PhaseClock {
  /** Milliseconds per phase that has ended. */
  readonly #lasted: Record<AttemptPhase, number | null> = {
    queue: null,
    dns: null,
    connect: null,
    proxy: null,
    tunnel: null,
    tls: null,
    answer: null,
    download: null,
  }
  #phase: AttemptPhase | null = null
  #since: number | null = null

  /** Ends the current phase and begins the next one. Null ends the last phase. */
  enter(next: AttemptPhase | null): void {
    const now = performance.now()
    if (this.#phase !== null && this.#since !== null) this.#lasted[this.#phase] = now - this.#since
    this.#since = next === null ? null : now
    this.#phase = next ?? this.#phase
  }

  /** The current phase or, after the end, the last one. Null before the first. */
  get phase(): AttemptPhase | null {
    return this.#phase
  }

  /** Duration of `phase` so far, in milliseconds. */
  get phaseMs(): number {
    if (this.#phase === null) return 0
    return this.#since === null ? (this.#lasted[this.#phase] ?? 0) : performance.now() - this.#since
  }

  /** Ends the phase `answer` of an attempt that got no response head. There is then no duration until the head. */
  forgetAnswer(): void {
    this.#lasted.answer = null
  }

  /** The longest of the phases before the current one. Null if there is none. */
  longestBefore(): PhaseDuration | null {
    let longest: PhaseDuration | null = null
    for (const [phase, ms] of Object.entries(this.#lasted) as [AttemptPhase, number | null][])
      if (phase !== this.#phase && ms !== null && ms > (longest?.ms ?? 0)) longest = { phase, ms }
    return longest
  }

  /** The durations of the phases that have ended. */
  timings(): Timings {
    const { queue, dns, connect, proxy, tunnel, tls, answer, download } = this.#lasted
    return {
      queueMs: rounded(queue),
      dnsMs: rounded(dns),
      connectMs: rounded(connect ?? (proxy === null ? null : proxy + (tunnel ?? 0))),
      tlsMs: rounded(tls),
      firstByteMs: rounded(answer),
      downloadMs: rounded(download),
    }
  }
}

/** A network is not measurable beyond tenths of a millisecond. */
function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10
}
