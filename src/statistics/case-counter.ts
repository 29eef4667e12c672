import { Counter } from './counter.ts'

/** Names of branches that the statistics of a node count one by one. Clients choose the names and may send any number of them. */
export const maxCaseNames = 20

/** Counts executions by the branch of the case that decided. The first names are counted one by one, all others together. */
export class CaseCounter {
  readonly #named: Counter<string>
  #others: number

  /** With what another one has counted. */
  constructor(named: readonly (readonly [string, number])[] = [], others = 0) {
    this.#named = new Counter(named)
    this.#others = others
  }

  add(branch: string, times = 1): void {
    if (this.#named.of(branch) > 0 || this.#named.size < maxCaseNames) this.#named.add(branch, times)
    else this.#others += times
  }

  addAll(other: CaseCounter): void {
    for (const [branch, times] of other.entries()) this.add(branch, times)
    this.#others += other.others
  }

  /** Executions whose branch is none of the counted names. */
  get others(): number {
    return this.#others
  }

  entries(): [string, number][] {
    return this.#named.entries()
  }
}
