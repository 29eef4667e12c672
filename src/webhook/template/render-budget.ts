/** What the templates of one request may write together, values that they make on the way included. */
const maxCharacters = 2_000_000

const maxLooks = 20

/** Characters that a rendered text may have, by what it is a part of. */
export const maxTextLengths = { url: 8_192, header: 8_192, text: 1_048_576 } as const

/** What a rendered text is a part of. */
export type TextPart = keyof typeof maxTextLengths

/** Thrown by a rendering that would cost more than it may. */
export class BudgetExceeded extends Error {
  /** The limit in words. */
  readonly limit: string
  constructor(limit: string) {
    super('a template reached a limit')
    this.limit = limit
  }
}

/** Thrown by a rendering whose text is longer than any that is sent. */
export class TextTooLong extends Error {
  readonly part: TextPart
  readonly limit: number
  constructor(part: TextPart) {
    super('a text became too long')
    this.part = part
    this.limit = maxTextLengths[part]
  }
}

/** Refuses a growing text as soon as it is too long, before anything is added to it. */
export function refuseLength(part: TextPart, length: number): void {
  if (length > maxTextLengths[part]) throw new TextTooLong(part)
}

/**
 * What all templates and conditions of one request may cost: characters, counted while texts grow, and time of the thread's
 * processor, so that a busy machine fails nobody. Half of the time is kept for judging, since then the target has already
 * done its work.
 */
export class RenderBudget {
  readonly #maxMs: number
  #characters = 0
  #looksLeft = maxLooks
  #spentMs = 0
  /** What of it was no work of the author's. */
  #asideMs = 0
  #isAside = false
  /** Of the stage that runs: what it may take, and when it began, by the clock and by the processor. */
  #stageMs = 0
  #began = 0
  #cpuBefore = 0
  /** When the processor time is looked at next: it cannot pass faster than the clock. */
  #lookAt = 0

  constructor(maxMs: number) {
    this.#maxMs = maxMs
  }

  /** One for a template that is rendered on its own, from now on. */
  static started(maxMs: number): RenderBudget {
    const budget = new RenderBudget(maxMs * 2)
    budget.#begin(maxMs)
    return budget
  }

  /** Milliseconds of processor time that have been used. */
  get spentMs(): number {
    return this.#spentMs
  }

  /** Runs the rendering of a request. */
  render<T>(stage: () => T): T {
    return this.#run(this.#maxMs / 2 - this.#usedMs, stage)
  }

  /** Runs what decides on a response. */
  judge<T>(stage: () => T): T {
    return this.#run(this.#maxMs - this.#usedMs, stage)
  }

  /**
   * Does what is no work of the author's, such as to read a body or to look for what was meant by a name: it is counted,
   * and leaves as much time as there was.
   */
  aside<T>(work: () => T): T {
    if (this.#isAside) return work()
    this.#isAside = true
    const before = threadMs()
    try {
      return work()
    } finally {
      const ms = threadMs() - before
      this.#asideMs += ms
      this.#stageMs += ms
      this.#isAside = false
    }
  }

  get #usedMs(): number {
    return this.#spentMs - this.#asideMs
  }

  /** Called wherever a template takes a step, however small. */
  check(): void {
    if (!this.hasTime()) throw new BudgetExceeded(`${this.#maxMs / 2} ms of processor time`)
  }

  /** Whether the stage that runs may go on. */
  hasTime(): boolean {
    const now = performance.now()
    if (now < this.#lookAt) return true
    const leftMs = this.#stageMs - (threadMs() - this.#cpuBefore)
    this.#lookAt = now + leftMs
    return leftMs > 0
  }

  /** Whether one more look may be taken for what an author may have meant by a name: each goes through a payload. */
  mayLook(): boolean {
    return this.#looksLeft-- > 0
  }

  /** Called before memory is taken. LiquidJS passes on what filters were given, numbers or not. */
  use(count: unknown): void {
    const characters = Number(count)
    if (characters > 0) this.#characters += characters
    if (this.#characters > maxCharacters) throw new BudgetExceeded(`${maxCharacters} characters`)
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
      const ms = performance.now() - this.#began
      this.#spentMs += ms < shortMs ? ms : threadMs() - this.#cpuBefore
    }
  }
}

/** Within so short a time the clock says as much as the processor, and costs a twentieth of the question. */
const shortMs = 1

/** The processor time of the thread, and when it was asked for. */
let sample = { ms: 0, at: Number.NEGATIVE_INFINITY }

/** Asked for at most once in so many milliseconds. */
const sampleMs = 2

/** The most that the thread can have used by now: by so much a stage that begins may get more, and never less. */
function threadMsAt(now: number): number {
  if (now - sample.at > sampleMs) sample = { ms: threadMs(), at: now }
  return sample.ms + (now - sample.at)
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
