/**
 * Tells that something is no longer wanted. Nearly always it is looked at and never waited for, so the signal, which
 * is dear, is made when somebody asks for it.
 */
export class Cancellation {
  #isCancelled = false
  #control: AbortController | null = null

  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** Aborted from the moment on at which it is cancelled. */
  get signal(): AbortSignal {
    if (this.#control === null) {
      this.#control = new AbortController()
      if (this.#isCancelled) this.#control.abort()
    }
    return this.#control.signal
  }

  cancel(): void {
    this.#isCancelled = true
    this.#control?.abort()
  }
}
