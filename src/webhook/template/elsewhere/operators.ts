/** Operators of other tools in Liquid. */
export const comparators: ReadonlyMap<string, string> = new Map([
  ...['==', '!=', '<', '>', '<=', '>='].map((same) => [same, same] as const),
  ['===', '=='],
  ['=', '=='],
  ['!==', '!='],
  ['<>', '!='],
])

const wordsOfComparison: ReadonlyMap<string, string> = new Map([
  ...['eq', 'equals', 'is'].map((word) => [word, '=='] as const),
  ...['ne', 'neq'].map((word) => [word, '!='] as const),
  ...['contains', 'includes'].map((word) => [word, 'contains'] as const),
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
])

export function findComparator(text: string): string | undefined {
  return comparators.get(text) ?? wordsOfComparison.get(text.toLowerCase())
}

/** The filters that calculate. */
export const arithmetic: ReadonlyMap<string, string> = new Map([
  ['*', 'times'],
  ['/', 'divided_by'],
  ['%', 'modulo'],
  ['-', 'minus'],
])

/** Signs that only conditions have. */
export const signsOfTruth: ReadonlySet<string> = new Set([
  ...comparators.keys(),
  ...['&&', '!', 'and', 'not', 'contains'],
])
