/** The share of a core that each side used during a load. */
export interface Shares {
  readonly contender: number
  readonly receiver: number
  readonly load: number
  /**
   * The share of other processes on the contender's core and on that of the load. Null if processes are not bound to
   * cores.
   */
  readonly besideContender: number | null
  readonly besideLoad: number | null
  /** Whether receiver and load share a core. */
  readonly sharedCore: boolean
}

/** From this share on a core counts as full. */
const full = 0.9

/** What limited a contender. Null if its own core did. */
export function findLimit(shares: Shares): string | null {
  const { contender, receiver, load, besideContender, besideLoad, sharedCore } = shares
  if (contender >= full) return null
  if (contender + (besideContender ?? 0) >= full) return 'other processes on its core'
  if (sharedCore && besideLoad !== null) {
    if (receiver + load >= full) return receiver > load ? 'the receiver' : 'the load'
    if (receiver + load + besideLoad >= full) return 'other processes on the core of load and receiver'
  }
  if (receiver >= full) return 'the receiver'
  if (load >= full) return 'the load'
  if (load + (besideLoad ?? 0) >= full) return 'other processes on the core of the load'
  return 'waiting, with no core full'
}

/** The usual limit in a series of loads. Null if the contender's core limited more than half of them. */
export function findUsualLimit(all: readonly Shares[]): string | null {
  const limits = all.map(findLimit)
  const others = limits.filter((limit) => limit !== null)
  return others.length * 2 < limits.length ? null : mostFrequent(others)
}

function mostFrequent(words: readonly string[]): string | null {
  const counts = Object.entries(Object.groupBy(words, (word) => word))
  const [first] = counts.sort(([, one = []], [, other = []]) => other.length - one.length)
  return first?.[0] ?? null
}

/** The text in place of a number. */
export function limitedBy(limit: string): string {
  return `limited by ${limit}`
}
