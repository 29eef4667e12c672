import type { Redrive } from './execution-store.ts'

/** What a redrive did in one of its transactions. */
export interface RedriveCounts {
  readonly matched: number
  readonly redriven: number
  readonly leftOut: Redrive['leftOut']
  readonly byCode: ReadonlyMap<string, number>
  readonly byHost: ReadonlyMap<string, number>
}

/** What a redrive did in all of them. */
export class RedriveSum {
  redriven = 0
  #matched = 0
  readonly #leftOut = { never: 0, secrets: 0, limit: 0 }
  readonly #byCode = new Map<string, number>()
  readonly #byHost = new Map<string, number>()

  add({ matched, redriven, leftOut, byCode, byHost }: RedriveCounts): void {
    this.#matched += matched
    this.redriven += redriven
    this.#leftOut.never += leftOut.never
    this.#leftOut.secrets += leftOut.secrets
    this.#leftOut.limit += leftOut.limit
    addCounts(this.#byCode, byCode)
    addCounts(this.#byHost, byHost)
  }

  read(): Redrive {
    return {
      matched: this.#matched,
      redriven: this.redriven,
      leftOut: { ...this.#leftOut },
      byCode: Object.fromEntries(this.#byCode),
      byHost: Object.fromEntries(this.#byHost),
    }
  }
}

function addCounts(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count)
}
