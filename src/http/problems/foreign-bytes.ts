import { isUtf8 } from 'node:buffer'

/** Formats that are told by their first bytes, in hexadecimal digits. */
const formats: readonly (readonly [start: string, what: string])[] = [
  ['fffe', 'It is UTF-16: send it in UTF-8.'],
  ['feff', 'It is UTF-16: send it in UTF-8.'],
  ['7b00', 'It is UTF-16: send it in UTF-8.'],
  ['007b', 'It is UTF-16: send it in UTF-8.'],
  ['1f8b', 'It is compressed with gzip: send it uncompressed.'],
  ['28b52ffd', 'It is compressed with Zstandard: send it uncompressed.'],
  ['504b', 'It is a ZIP file: send JSON.'],
  ['25504446', 'It is a PDF file: send JSON.'],
]

/** Describes why bytes are not UTF-8: what they are, or the place of the first wrong byte. */
export function describeForeignBytes(bytes: Buffer): string {
  const start = bytes.subarray(0, 4).toString('hex')
  const known = formats.find(([digits]) => start.startsWith(digits))?.[1]
  if (known !== undefined) return `The request body is not UTF-8. ${known}`
  const before = bytes.subarray(0, findWrongByte(bytes)).toString()
  const line = before.split('\n').length
  const column = before.length - before.lastIndexOf('\n')
  return `The request body is not UTF-8 at line ${line}, column ${column}: a byte there belongs to another encoding, such as ISO-8859-1 or Windows-1252. Send it in UTF-8, or write the character as \\u and four hexadecimal digits, as in \\u00e9.`
}

/** The index at which the first wrong character begins. Each step halves what is left, so that all of them look at twice as many bytes as there are. */
function findWrongByte(bytes: Buffer): number {
  let [low, high] = [0, bytes.length]
  while (high - low > longestCharacter) {
    const middle = startOfCharacter(bytes, low + ((high - low) >> 1))
    if (isUtf8(bytes.subarray(low, middle))) low = middle
    else high = middle
  }
  while (low < high && hasCharacterAt(bytes, low)) low += lengthOfCharacter(bytes, low)
  return low
}

const longestCharacter = 16

/** The start of the character at an index; the index itself among continuation bytes that belong to none. */
function startOfCharacter(bytes: Buffer, index: number): number {
  for (let back = 0; back < 4; back++) if (((bytes[index - back] ?? 0) & 0xc0) !== 0x80) return index - back
  return index
}

function hasCharacterAt(bytes: Buffer, index: number): boolean {
  return isUtf8(bytes.subarray(index, index + lengthOfCharacter(bytes, index)))
}

function lengthOfCharacter(bytes: Buffer, index: number): number {
  const first = bytes[index] ?? 0
  if (first < 0xc0) return 1
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}
