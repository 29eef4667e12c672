import type { LabelValues, Registry } from '@prometheus-io/client'
import Counter from '@prometheus-io/client/lib/counter.js'
import Gauge from '@prometheus-io/client/lib/gauge.js'

interface SeriesOptions<Name extends string> {
  readonly name: string
  readonly help: string
  /** The labels of every possible series: `rate` misses the first value of a series that appears later. */
  readonly series: readonly LabelValues<Name>[]
}

/** Registers a counter with all its series at 0. */
export function count<Name extends string>(
  registry: Registry,
  { series, ...rest }: SeriesOptions<Name>,
): Counter<Name> {
  const counter = new Counter({ ...rest, labelNames: listLabelNames(series), registers: [registry] })
  for (const labels of series) counter.inc(labels, 0)
  return counter
}

/** Registers a gauge that is read on each scrape. It is left out while it is null. */
export function gauge(registry: Registry, name: string, help: string, read: () => number | null): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read()
      if (value === null) this.remove()
      else this.set(value)
    },
  })
}

interface GaugesOptions {
  readonly name: string
  readonly help: string
  /** The name of the only label. */
  readonly label: string
  /** The series that there are now: the value of the label, and that of the gauge. */
  readonly read: () => readonly (readonly [label: string, value: number])[]
}

/** Registers a gauge for each of what there is. It is read on each scrape. The operator bounds how many there are. */
export function gaugeEach(registry: Registry, { name, help, label, read }: GaugesOptions): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset()
      for (const [text, value] of read()) this.set({ [label]: text }, value)
    },
  })
}

/** Registers a counter that is kept elsewhere and read on each scrape. */
export function tally(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset()
      this.inc(read())
    },
  })
}

function listLabelNames<Name extends string>([first]: readonly LabelValues<Name>[]): Name[] {
  // The type of Object.keys does not show that the keys are the names of the labels.
  return Object.keys(first ?? {}) as Name[]
}
