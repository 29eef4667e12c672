/** People do not misspell longer words: the time is better spent elsewhere. */
const longest = 40
/** Nor do they look through longer lists. */
export const maxCandidates = 200

/** The candidate that a misspelt word was most likely meant to be, or null where none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > longest) return null
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: { readonly candidate: string; readonly distance: number } | null = null
  for (const candidate of Iterator.from(candidates).take(maxCandidates)) {
    if (Math.abs(candidate.length - word.length) > limit) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), limit)
    if (distance <= limit && (best === null || distance < best.distance)) best = { candidate, distance }
  }
  return best?.candidate ?? null
}

/** The question to an author who may have meant something else. */
export function didYouMean(meant: string | null): string {
  return meant === null ? '' : ` Did you mean "${meant}"?`
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. Stops beyond `limit`. */
function editDistance(from: string, to: string, limit: number): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      next[j] = Math.min(
        at(row, j) + 1,
        at(next, j - 1) + 1,
        at(row, j - 1) + (same ? 0 : 1),
        swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    if (Math.min(...next) > limit) return Number.POSITIVE_INFINITY
    before = row
    row = next
  }
  return at(row, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
