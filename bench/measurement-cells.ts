import type { Measurement } from './measure.ts'
import { median } from './median.ts'
import { findLimit, findUsualLimit, limitedBy } from './shares.ts'

/** CPU time, instructions, rate and busy core of a contender under full load: medians. */
export function fullCells(all: readonly Measurement[]): readonly string[] {
  const cpu = all.map(({ cpuMicroseconds }) => cpuMicroseconds)
  const instructions = all.flatMap((one) => one.instructions ?? [])
  const busy = all.map(({ shares }) => shares.contender * 100)
  return [
    middle(cpu, 0),
    instructions.length === 0 ? 'not counted' : middle(instructions, 0),
    rateCell(all),
    `${middle(busy, 0)} %`,
  ]
}

/**
 * The median of the rates that the contender's core limited. Words instead if these are not more than half of the
 * rates.
 */
export function rateCell(all: readonly Measurement[]): string {
  const limit = findUsualLimit(all.map(({ shares }) => shares))
  if (limit !== null) return limitedBy(limit)
  const rates = all.filter(({ shares }) => findLimit(shares) === null).map(({ perSecond }) => perSecond)
  return middle(rates, 0)
}

/** The median, or an empty text without values. */
export function middle(values: readonly number[], digits: number): string {
  return values.length === 0 ? '' : median(values).toFixed(digits)
}
