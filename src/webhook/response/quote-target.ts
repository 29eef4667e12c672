import { cutText } from '../masking/mask.ts'
import { hideRemains } from '../masking/quotation.ts'
import { hideUrlCredentials } from '../masking/url-credentials.ts'
import type { ReadableResponse } from './readable-response.ts'

/** The characters of a target that a hint shows at most. */
export const maxQuoted = 200

/** More than is shown, since characters are left out. */
const maxRead = 4_096

/** More than is shown, since a value that begins in what is shown is found only as a whole. */
const maxSearched = 2_048

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
  const seen = maskers.display(toLine(cutText(maskers.display(text), maxRead)))
  // A credential of someone else is in no list of values.
  const line = hideRemains(hideUrlCredentials(maskers.quotation(cutText(seen, maxSearched))))
  if (line === '') return null
  return line.length > characters ? `"${cutText(line, characters)}"…` : `"${line}"`
}

/** A text in one line of visible characters. */
function toLine(text: string): string {
  return withoutTerminalSequences(text)
    .replace(/[\t-\r\x85\p{Z}]+/gu, ' ')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}\u2800\u2400-\u243f]/gu, '')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .replace(/={10,}|-{10,}|_{10,}|\*{10,}|#{10,}|~{10,}|\[{10,}|\]{10,}/g, (line) => line.slice(0, 3))
    .replace(/(^|[\s"])\p{M}+/gu, '$1')
    .replace(/["\u201c-\u201f\u2033\u2036\u301d-\u301f\uff02]/g, "'")
    .trim()
}

/**
 * Leaves out sequences for a terminal (ECMA-48): command strings, such as titles and links, up to their end; control
 * sequences, such as colours; and others. The escape may have become its picture or a replacement character on the way, or
 * be written as in source code.
 */
function withoutTerminalSequences(text: string): string {
  return text
    .replace(/\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)/g, '')
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]?/g, '')
    .replace(/(?:\x9b|[\u241b\ufffd]\[|\^\[\[|\\(?:u001b|x1b|033|e)\[)[\d;]*[A-HJKSTfhlmnsu]/gi, '')
    .replace(/\x1b[ -/]*[0-~]?/g, '')
}
