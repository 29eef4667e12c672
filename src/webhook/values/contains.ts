/** Up to this length `String.includes` is used. Its worst case is the product of both lengths, so longer needles are searched in linear time. */
const shortNeedle = 256

/** Whether a text contains another one, in linear time (Knuth, Morris and Pratt, 1977). */
export function contains(text: string, part: string): boolean {
  if (part.length <= shortNeedle) return text.includes(part)
  const borders = computeBorders(part)
  let matched = 0
  for (let index = 0; index < text.length; index++) {
    matched = advance(part, borders, matched, text.charCodeAt(index))
    if (matched === part.length) return true
  }
  return false
}

/** For each prefix of a text the length of its longest proper prefix that is also its suffix. */
function computeBorders(part: string): Uint32Array {
  const borders = new Uint32Array(part.length + 1)
  for (let index = 1; index < part.length; index++)
    borders[index + 1] = advance(part, borders, borders[index] as number, part.charCodeAt(index))
  return borders
}

function advance(part: string, borders: Uint32Array, matched: number, unit: number): number {
  let length = matched
  while (length > 0 && part.charCodeAt(length) !== unit) length = borders[length] as number
  return part.charCodeAt(length) === unit ? length + 1 : 0
}
