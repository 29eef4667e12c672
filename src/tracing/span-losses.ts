/** Spans that were not delivered, with a code, but no text of the collector. */
export interface SpanLoss {
  readonly spans: number
  readonly cause: string
}

const intervalMs = 60_000

/** Sums up losses and reports them at most once a minute, with the cause of the latest. */
export class SpanLosses {
  readonly #tell: (loss: SpanLoss) => void
  #untold: SpanLoss = { spans: 0, cause: '' }
  #silentUntil = 0

  constructor(tell: (loss: SpanLoss) => void) {
    this.#tell = tell
  }

  add({ spans, cause }: SpanLoss): void {
    this.#untold = { spans: this.#untold.spans + spans, cause }
    if (performance.now() >= this.#silentUntil) this.flush()
  }

  /** Reports the losses that are not yet reported. */
  flush(): void {
    if (this.#untold.spans > 0) this.#tell(this.#untold)
    this.#untold = { spans: 0, cause: '' }
    this.#silentUntil = performance.now() + intervalMs
  }
}
