import { cutText } from '../masking/mask.ts'
import type { ReadableResponse } from './readable-response.ts'

/** The characters of a target that a hint shows at most. */
export const maxQuoted = 200

/** More than is shown, since characters are left out. */
const maxRead = 4_096

/**
 * A text of the target between quotation marks, for a hint: masked, then cut, in one line, and without a character that is
 * not seen, changes the direction of the text or ends the quotation. Null if the reply may show nothing of the target, or
 * if nothing is left.
 */
export function quoteTarget(
  { mayBeQuoted, maskers }: Pick<ReadableResponse, 'mayBeQuoted' | 'maskers'>,
  text: string,
  characters = maxQuoted,
): string | null {
  if (!mayBeQuoted) return null
  // Masked twice: what is left out could have split a value.
  const line = maskers.display(toLine(cutText(maskers.display(text), maxRead)))
  if (line === '') return null
  return line.length > characters ? `"${cutText(line, characters)}"…` : `"${line}"`
}

/** A text in one line of visible characters. */
function toLine(text: string): string {
  return text
    .replace(/[\t-\r\x85\p{Z}]+/gu, ' ')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu, '')
    .replace(/["\u201c-\u201f\u2033\u2036\u301d-\u301f\uff02]/g, "'")
    .trim()
}
