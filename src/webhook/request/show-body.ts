import { cutText, type Masker, mask } from '../masking/mask.ts'
import type { FilePiece, ShownBody } from './compiled-body.ts'

/** A body as a text for a person. In place of the content of a file it has type, size and first bytes. */
export function showBody(body: ShownBody, masked: Masker): string {
  if (typeof body === 'string') return masked(body)
  return body.map((piece) => (typeof piece === 'string' ? masked(piece) : showFile(piece, masked))).join('')
}

/** Such as `[image/png, 4096 bytes, beginning with 89 50 4e 47 0d 0a 1a 0a]`. */
function showFile({ contentType, bytes, isHidden }: FilePiece, masked: Masker): string {
  const begin = bytes.length === 0 ? null : isHidden ? mask : showBeginning(bytes, masked)
  const size = bytes.length === 1 ? '1 byte' : `${bytes.length} bytes`
  return `[${masked(contentType)}, ${size}${begin === null ? '' : `, beginning with ${begin}`}]`
}

/** How much of a file is searched for values to mask. It is more than what is shown, because a value may begin there. */
const searchedBytes = 16_384
const shownBytes = 16
const shownCharacters = 32

/** The first bytes: a text in quotes, else hexadecimal digits. Null if they may be a part of a value that must not be shown. */
function showBeginning(bytes: Buffer, masked: Masker): string | null {
  const isCut = bytes.length > searchedBytes
  const text = bytes.toString('utf8', 0, searchedBytes)
  // A value in base64 is recognised by its end, too.
  if (isCut && base64Only.test(text)) return null
  const display = masked(text, { isCut })
  if (display === text && isBinary(text.slice(0, shownCharacters)))
    return bytes.toString('hex', 0, shownBytes).replace(/..(?=.)/g, '$& ')
  const begin = cutText(display, shownCharacters)
  return JSON.stringify(begin) + (begin.length < display.length || isCut ? '…' : '')
}

const base64Only = /^[\w+/=\s-]*$/

function isBinary(text: string): boolean {
  return /[\0-\x08\x0e-\x1f\x7f-\x9f\ufffd]/.test(text)
}
