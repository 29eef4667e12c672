/** The characters that all templates of one request may write together, including intermediate values. It bounds memory. */
export const maxCharacters = 2_000_000

const maxLooks = 20

/** The maximum length of a rendered text, in characters, by the part of the request. */
export const maxTextLengths = { url: 8_192, header: 8_192, text: 1_048_576 } as const

/** The part of a request that a text belongs to. */
export type TextPart = keyof typeof maxTextLengths

/** Thrown by a rendering that exceeds its budget. */
export class BudgetExceeded extends Error {
  /** The limit in words. */
  readonly limit: string
  constructor(limit: string) {
    super('a template reached a limit')
    this.limit = limit
  }
}

/** Thrown by a rendering whose text exceeds the maximum length of its part. */
export class TextTooLong extends Error {
  readonly part: TextPart
  readonly limit: number
  constructor(part: TextPart, limit: number) {
    super('a text became too long')
    this.part = part
    this.limit = limit
  }
}

/** Throws `TextTooLong` as soon as a growing text would be too long. */
export function refuseLength(part: TextPart, length: number, limit: number = maxTextLengths[part]): void {
  if (length > limit) throw new TextTooLong(part, limit)
}

/**
 * The budget of all templates and conditions of one request: characters, counted while texts grow, and processor time of the
 * thread, so that a busy machine does not fail a call. Half of the time is reserved for judging, because the target has done
 * its work by then.
 */
export class RenderBudget {
  readonly #maxMs: number
  #characters = 0
  #looksLeft = maxLooks
  #spentMs = 0
  /** The part of the spent time that does not count against the budget. */
  #asideMs = 0
  #isAside = false
  /** The limit of the current stage, and its start by the clock and by processor time. */
  #stageMs = 0
  #began = 0
  #cpuBefore = 0
  /** The clock time of the next check of the processor time, which cannot pass faster than the clock. */
  #lookAt = 0

  constructor(maxMs: number) {
    this.#maxMs = maxMs
  }

  /** A started budget for a template that is rendered alone. */
  static started(maxMs: number): RenderBudget {
    const budget = new RenderBudget(maxMs * 2)
    budget.#begin(maxMs)
    return budget
  }

  /** The used processor time, in milliseconds. */
  get spentMs(): number {
    return this.#spentMs
  }

  /** Runs the stage that renders a request. */
  render<T>(stage: () => T): T {
    return this.#run(this.#maxMs / 2 - this.#usedMs, stage)
  }

  /** Runs the stage that judges a response. */
  judge<T>(stage: () => T): T {
    return this.#run(this.#maxMs - this.#usedMs, stage)
  }

  /**
   * Runs work that the author does not cause, such as parsing a body or searching for a misspelt name. It adds to `spentMs`,
   * but leaves the remaining time of the stage unchanged.
   */
  aside<T>(work: () => T): T {
    if (this.#isAside) return work()
    this.#isAside = true
    const began = performance.now()
    const cpuBefore = threadMsAt(began)
    try {
      return work()
    } finally {
      const ms = measureMs(began, cpuBefore)
      this.#asideMs += ms
      this.#stageMs += ms
      this.#isAside = false
    }
  }

  get #usedMs(): number {
    return this.#spentMs - this.#asideMs
  }

  /** Called at every step of a template. Throws `BudgetExceeded` if the time is used up. */
  check(): void {
    if (!this.hasTime()) throw new BudgetExceeded(`${this.#maxMs / 2} ms of processor time together`)
  }

  /** Whether the current stage has time left. */
  hasTime(): boolean {
    const now = performance.now()
    if (now < this.#lookAt) return true
    const leftMs = this.#stageMs - (threadMs() - this.#cpuBefore)
    this.#lookAt = now + leftMs
    return leftMs > 0
  }

  /** Whether one more search for a misspelt name is allowed. Each search goes through the payload. */
  mayLook(): boolean {
    return this.#looksLeft-- > 0
  }

  /** Called before memory is allocated. LiquidJS may pass any argument of a filter as `count`. */
  use(count: unknown): void {
    const characters = Number(count)
    if (characters > 0) this.#characters += characters
    if (this.#characters > maxCharacters)
      throw new BudgetExceeded(`${maxCharacters} characters together, with the values in between`)
    this.check()
  }

  #begin(stageMs: number): void {
    this.#stageMs = Math.max(0, stageMs)
    this.#began = performance.now()
    this.#cpuBefore = threadMsAt(this.#began)
    this.#lookAt = this.#began + this.#stageMs
  }

  #run<T>(stageMs: number, stage: () => T): T {
    this.#begin(stageMs)
    try {
      return stage()
    } finally {
      this.#spentMs += measureMs(this.#began, this.#cpuBefore)
    }
  }
}

/** The processor time since a moment, given by the clock and by processor time. */
function measureMs(began: number, cpuBefore: number): number {
  const ms = performance.now() - began
  return ms < shortMs ? ms : Math.max(0, threadMs() - cpuBefore)
}

/** Below this duration the clock is exact enough, and the system call for the processor time is saved. */
const shortMs = 1

/** The processor time of the thread, and the clock time of the sample. */
let sample = { ms: 0, at: Number.NEGATIVE_INFINITY }

/** The shortest time between two samples, because each one is a system call. */
const sampleMs = 2

/** An upper bound of the processor time by now. A stage that begins may get slightly more time, but never less. */
function threadMsAt(now: number): number {
  if (now - sample.at > sampleMs) sample = { ms: threadMs(), at: now }
  return sample.ms + (now - sample.at)
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
