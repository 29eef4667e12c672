/** How far a call is, as its client, the target and the engine see it. */
export const phases = ['accepting', 'waiting', 'sending', 'settling', 'calling back'] as const

export type Phase = (typeof phases)[number]

/** What becomes of all calls, while instances of the service are killed. */
export class KillJournal {
  readonly #underWay = new Map<string, Phase>()
  readonly #watchers = new Set<() => void>()

  get size(): number {
    return this.#underWay.size
  }

  phaseOf(key: string): Phase | undefined {
    return this.#underWay.get(key)
  }

  /** What is sent again in the same phase is no event: while no instance listens, clients do nothing else. */
  enter(key: string, phase: Phase): void {
    if (this.#underWay.get(key) === phase) return
    this.#underWay.set(key, phase)
    this.#tell()
  }

  end(key: string): void {
    this.#underWay.delete(key)
    this.#tell()
  }

  /** How many calls are in each phase. */
  count(): ReadonlyMap<Phase, number> {
    const counts = new Map<Phase, number>()
    for (const phase of this.#underWay.values()) counts.set(phase, (counts.get(phase) ?? 0) + 1)
    return counts
  }

  /** Resolves after so many further events. */
  events(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    let left = count
    const watch = () => {
      left -= 1
      if (left > 0) return
      this.#watchers.delete(watch)
      resolve()
    }
    this.#watchers.add(watch)
    return promise
  }

  #tell(): void {
    for (const watch of this.#watchers) watch()
  }
}
