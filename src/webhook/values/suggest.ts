/** Longer words get no suggestion. Names are seldom longer, and the time of a comparison grows with the square of it. */
const longest = 40
/** The largest number of compared names, which bounds the time of a suggestion. */
export const maxCandidates = 200

/** The candidate nearest to a misspelt word, or null if none is within the limit of different letters. */
export function suggest(
  word: string,
  candidates: Iterable<string>,
  limit = Math.max(1, Math.floor(word.length / 3)),
): string | null {
  if (word.length > longest) return null
  let best: { readonly candidate: string; readonly distance: number } | null = null
  for (const candidate of Iterator.from(candidates).take(maxCandidates)) {
    if (Math.abs(candidate.length - word.length) > limit) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), limit)
    if (distance <= limit && (best === null || distance < best.distance)) best = { candidate, distance }
  }
  return best?.candidate ?? null
}

/** The suggestion as a question, or an empty text. */
export function didYouMean(meant: string | null): string {
  return meant === null ? '' : ` Did you mean "${meant}"?`
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. Stops beyond `limit`. */
function editDistance(from: string, to: string, limit: number): number {
  let [before, row, next] = rows
  for (let j = 0; j <= to.length; j++) row[j] = j
  for (let i = 1; i <= from.length; i++) {
    next[0] = i
    let least = i
    for (let j = 1; j <= to.length; j++) {
      const [own, other] = [from.charCodeAt(i - 1), to.charCodeAt(j - 1)]
      let distance = Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (own === other ? 0 : 1))
      if (i > 1 && j > 1 && own === to.charCodeAt(j - 2) && other === from.charCodeAt(i - 2))
        distance = Math.min(distance, at(before, j - 2) + 1)
      next[j] = distance
      least = Math.min(least, distance)
    }
    if (least > limit) return Number.POSITIVE_INFINITY
    const oldest = before
    before = row
    row = next
    next = oldest
  }
  return at(row, to.length)
}

/** Reused by all comparisons, because allocating rows would take longer than a comparison. */
const rows = [0, 1, 2].map(() => new Uint8Array(2 * longest)) as [Uint8Array, Uint8Array, Uint8Array]

function at(row: Uint8Array, index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
