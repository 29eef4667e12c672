/** How busy each side was during a load; 1 is a whole core. */
export interface Shares {
  readonly contender: number
  readonly receiver: number
  readonly load: number
  /** What other processes took of the contender's core and of the load's; null where nothing is bound to a core. */
  readonly besideContender: number | null
  readonly besideLoad: number | null
  /** Whether receiver and load have one core between them. */
  readonly sharedCore: boolean
}

/** With less a core is not full. */
const full = 0.9

/** What kept a contender from doing more than its core can do; null where it was its core. */
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

/** The limit of a series of loads: null where the contender's core was the limit of more than half of them. */
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

/** What stands in the place of a number. */
export function limitedBy(limit: string): string {
  return `limited by ${limit}`
}
