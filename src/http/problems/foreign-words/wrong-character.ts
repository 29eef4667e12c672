/** What is wrong with a text that may have some characters only: the others, with their places, and its length. Null for nothing. */
export function describeWrongCharacter(text: unknown, allowed: RegExp, most: number): string | null {
  if (typeof text !== 'string' || text === '') return null
  if (/\{[{%]/.test(text.slice(0, maxRead)))
    return 'it is no template: the engine fills it in before it sends the request, as in "order-4711"'
  const found = Array.from(text.slice(0, maxRead), (character, index) =>
    allowed.test(character) ? null : describeAt(character, index + 1),
  ).filter((wrong) => wrong !== null)
  const length = text.length > most ? [`it has ${text.length} characters`] : []
  const told = [...found.slice(0, maxTold), ...length]
  return told.length === 0 ? null : told.join('; ')
}

/** Characters that are read. */
const maxRead = 1_000
/** Wrong characters that are told. */
const maxTold = 5

function describeAt(character: string, place: number): string {
  const at = `character ${place}`
  if (character === ' ') return `${at} is a blank: write "-" or "_" in its place`
  if (/[\p{C}\p{Z}]/u.test(character)) return `${at} is white space or a control character: leave it out`
  return `${at} is "${character}": leave it out, or write another one in its place`
}
