import { NotRewritten } from './not-rewritten.ts'

/** The seconds of a unit such as `days`. */
export function lengthOf(unit: string): number {
  const seconds = lengths.get(unit.toLowerCase().replace(/s$/, ''))
  if (seconds === undefined) throw new NotRewritten()
  return seconds
}

// Months and years have no fixed length.
const lengths: ReadonlyMap<string, number> = new Map([
  ['second', 1],
  ['minute', 60],
  ['hour', 3_600],
  ['day', 86_400],
  ['week', 604_800],
])
