/** What is wrong with a text that may have some characters only: the first other one, and its place. Null for none. */
export function describeWrongCharacter(text: unknown, allowed: RegExp, most: number): string | null {
  if (typeof text !== 'string' || text === '') return null
  if (/\{[{%]/.test(text.slice(0, maxRead)))
    return 'it is no template: the engine fills it in before it sends the request, as in "order-4711"'
  let place = 0
  for (const character of text.slice(0, maxRead)) {
    place += 1
    if (!allowed.test(character)) return describeAt(character, place)
  }
  return text.length > most ? `it has ${text.length} characters` : null
}

/** Characters that are read. The first wrong one counts. */
const maxRead = 1_000

function describeAt(character: string, place: number): string {
  const at = `character ${place}`
  if (character === ' ') return `${at} is a blank: write "-" or "_" in its place`
  if (/[\p{C}\p{Z}]/u.test(character)) return `${at} is white space or a control character: leave it out`
  return `${at} is "${character}": leave it out, or write another one in its place`
}
