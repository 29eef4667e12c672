/** What all templates of one request may cost together. Generous for any message, short for a mistake or an attack. */
const limits = { milliseconds: 250, characters: 4_000_000 } as const

/** Thrown by a rendering that would cost more than it may. */
export class TemplateLimit extends Error {
  /** The limit in words. */
  readonly limit: string
  constructor(what: keyof typeof limits) {
    super('a template reached a limit')
    this.limit = `${limits[what]} ${what}`
  }
}

/** Counts what templates cost. One for all templates of a request, so that many small ones are bounded too. */
export class RenderCost {
  #characters = 0
  #spentMs = 0
  /** When the running template would have begun had all before it run right before it. */
  #began = 0

  /** Runs a template against the clock. */
  measure<T>(render: () => T): T {
    this.#began = performance.now() - this.#spentMs
    try {
      return render()
    } finally {
      this.#spentMs = performance.now() - this.#began
    }
  }

  /** Called wherever a template takes a step, however small. */
  check(): void {
    if (performance.now() - this.#began > limits.milliseconds) throw new TemplateLimit('milliseconds')
  }

  /** Called before memory is taken. LiquidJS passes on what filters were given, numbers or not. */
  use(count: unknown): void {
    const characters = Number(count)
    if (characters > 0) this.#characters += characters
    if (this.#characters > limits.characters) throw new TemplateLimit('characters')
    this.check()
  }
}
