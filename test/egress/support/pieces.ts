/** Cuts a text at places that are shares of its length, between 0 and 1. No piece is empty. */
export function cut(text: string, places: readonly number[]): readonly string[] {
  const ends = [...places.map((place) => Math.floor(place * text.length)), text.length].sort((a, b) => a - b)
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end)).filter((piece) => piece !== '')
}
