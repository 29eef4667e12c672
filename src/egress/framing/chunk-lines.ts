import { BoundedBuffer } from '../body/bounded-buffer.ts'
import { maxHeaderBytes } from './progress-limit.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** CR LF, which stand behind every chunk. */
const lineBreakBytes = 2

/** No more is read where so much came without any of the body; what was read last may be as much. */
const maxLineBytes = 2 * maxHeaderBytes

/**
 * Follows the chunks of a body (RFC 9112, section 7.1), and puts in order what undici's parser does not read: white
 * space behind the size of a chunk or within its extensions, which a recipient must ignore where it does not know
 * them (section 7.1.1), and folds of trailers (section 5.2). What makes no sense is left to the parser.
 */
export class ChunkLines {
  #part: 'chunks' | 'trailers' | 'rest' = 'chunks'
  /** What is still to come of a chunk and the line break behind it; then comes the next size. */
  #left = 0
  /** The beginning of a line that has not ended. */
  #held: BoundedBuffer | null = null
  #framingBytes = 0

  /** How much of what was taken frames the body: infinite where that made no sense. */
  get framingBytes(): number {
    return this.#framingBytes
  }

  /** Adds to `readable` what the parser may read of a piece. The size of a chunk is corrected where it stands. */
  take(piece: Buffer, readable: Buffer[]): void {
    let from = this.#held === null ? 0 : this.#endLine(this.#held, piece, readable)
    let at = from
    while (at < piece.length && this.#part !== 'rest') {
      if (this.#part === 'chunks') at = this.#skipPlainChunks(piece, at)
      if (at === piece.length) break
      const end = piece.indexOf(lineFeed, at) + 1
      if (end === 0) {
        this.#hold(piece.subarray(at))
        break
      }
      const isWanted = this.#readLine(piece.subarray(at, end))
      if (!isWanted) {
        addPart(piece, from, at, readable)
        from = end
      }
      at = end
    }
    addPart(piece, from, this.#held === null ? piece.length : at, readable)
  }

  #hold(start: Buffer): void {
    this.#held = new BoundedBuffer(maxLineBytes)
    this.#held.append(start)
  }

  /** Where the line ends within the piece. */
  #endLine(held: BoundedBuffer, piece: Buffer, readable: Buffer[]): number {
    const end = piece.indexOf(lineFeed) + 1
    held.append(end === 0 ? piece : piece.subarray(0, end))
    if (end === 0) return piece.length
    const line = held.take()
    this.#held = null
    if (this.#readLine(line)) readable.push(line)
    return end
  }

  /**
   * Where something else begins than chunks behind lines that are a size and nothing else, as most are. There may be
   * tens of thousands of them in a body: the loop calls nothing and touches no field.
   */
  #skipPlainChunks(piece: Buffer, start: number): number {
    const { length } = piece
    let framingBytes = 0
    let at = start + this.#left
    while (at < length) {
      let size = 0
      let end = at
      for (; end < length; end++) {
        const digit = hexDigits[piece[end] as number] as number
        if (digit === notHex) break
        size = size * 16 + digit
      }
      if (end === at || size === 0 || piece[end] !== carriageReturn || piece[end + 1] !== lineFeed) break
      framingBytes += end - at + 2 * lineBreakBytes
      at = end + size + 2 * lineBreakBytes
    }
    this.#framingBytes += framingBytes
    this.#left = Math.max(0, at - length)
    return Math.min(at, length)
  }

  /** False for a line that the parser must not read. */
  #readLine(line: Buffer): boolean {
    const text = line.toString('latin1')
    return this.#part === 'chunks' ? this.#readSize(line, text) : this.#readTrailer(text)
  }

  #readSize(line: Buffer, text: string): true {
    const [, digits] = sizeLine.exec(text) ?? []
    if (digits === undefined) return this.#leaveToParser()
    if (!parsableSizeLine.test(text)) line.write(digits.padStart(line.length - lineBreakBytes, '0'), 'latin1')
    const size = Number.parseInt(digits, 16)
    this.#framingBytes += line.length + (size === 0 ? 0 : lineBreakBytes)
    if (size === 0) this.#part = 'trailers'
    else this.#left = size + lineBreakBytes
    return true
  }

  /** Trailers are not shown, and those that would frame the body must be ignored (RFC 9110, section 6.5.1). */
  #readTrailer(text: string): boolean {
    if (!text.endsWith('\r\n')) return this.#leaveToParser()
    this.#framingBytes += text.length
    if (text.length === lineBreakBytes) this.#part = 'rest'
    return !/^(?:[\t ]|content-length:|transfer-encoding:)/i.test(text)
  }

  #leaveToParser(): true {
    this.#framingBytes = Number.POSITIVE_INFINITY
    this.#part = 'rest'
    return true
  }
}

/** A size, and whatever stands in the place of extensions. Where a line ends must be beyond doubt. */
const sizeLine = /^([\da-f]+)[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/i

/** What the parser takes of that. */
const parsableSizeLine =
  /^[\da-f]+(?:;[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*\r\n$/i

function addPart(piece: Buffer, from: number, to: number, readable: Buffer[]): void {
  if (from === 0 && to === piece.length) readable.push(piece)
  else if (from < to) readable.push(piece.subarray(from, to))
}

const notHex = 16

/** What each byte is as a digit. */
const hexDigits = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16)
  return Number.isNaN(digit) ? notHex : digit
})
