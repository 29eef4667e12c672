import type { LabelValues, Registry } from '@prometheus-io/client'

/** Seconds, from a fast target nearby to the longest reasonable call. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

interface DurationsOptions {
  readonly name: string
  readonly help: string
  /** The labels of every series: `rate` misses the first value of a series that appears later. */
  readonly series: readonly LabelValues<string>[]
}

/**
 * Registers a histogram of seconds. Returns its series, in the order of their labels. The client's own histogram looks for the
 * series by its labels and for the bucket by its text each time (docs/decisions/performance.md).
 */
export function measure(registry: Registry, { name, help, series }: DurationsOptions): readonly Durations[] {
  const all = series.map((labels) => new Durations(name, labels))
  const histogram = {
    name,
    help,
    type: 'histogram',
    get: async () => ({ name, help, type: 'histogram', values: all.flatMap((one) => one.values()) }),
  }
  // The type demands one of the client's own classes. The registry needs no more than this.
  registry.registerMetric(histogram as never)
  return all
}

interface Value {
  readonly metricName: string
  readonly labels: LabelValues<string>
  readonly value: number
}

/** One series of a histogram. */
export class Durations {
  readonly #name: string
  readonly #labels: LabelValues<string>
  /** How many were in each bucket, and how many were longer than all of them. */
  readonly #counts: number[] = [...bounds, Number.POSITIVE_INFINITY].map(() => 0)
  #sum = 0

  constructor(name: string, labels: LabelValues<string>) {
    this.#name = name
    this.#labels = labels
  }

  observe(seconds: number): void {
    let bucket = 0
    while (seconds > (bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += seconds
  }

  /** As the text format of Prometheus has them: each bucket with all that is in smaller ones. */
  values(): readonly Value[] {
    let count = 0
    const buckets = this.#counts.map((own, index) => {
      count += own
      return this.#value('_bucket', count, { le: bounds[index] ?? '+Inf' })
    })
    return [...buckets, this.#value('_sum', this.#sum), this.#value('_count', count)]
  }

  #value(suffix: string, value: number, more: LabelValues<string> = {}): Value {
    return { metricName: this.#name + suffix, labels: { ...more, ...this.#labels }, value }
  }
}
