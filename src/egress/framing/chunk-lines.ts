import { BoundedBuffer } from '../body/bounded-buffer.ts'
import { maxHeaderBytes } from './progress-limit.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** CR LF, which end every chunk. */
const lineBreakBytes = 2

/**
 * Reading stops after `maxHeaderBytes` without a byte of the body, and the last piece may have as many bytes again.
 */
const maxLineBytes = 2 * maxHeaderBytes

/**
 * Follows the chunks of a body (RFC 9112, section 7.1) and repairs what undici's parser rejects: white space after
 * the size of a chunk or within its extensions, which a recipient must ignore if it does not know them (section
 * 7.1.1), and folded trailers (section 5.2). Anything else that is malformed is left to the parser.
 */
export class ChunkLines {
  #part: 'chunks' | 'trailers' | 'rest' = 'chunks'
  /** Bytes left of the current chunk and of the line break that ends it. The next size follows. */
  #left = 0
  /** The beginning of an incomplete line. */
  #held: BoundedBuffer | null = null
  #framingBytes = 0

  /** Bytes taken that frame the body. Infinite if the framing was malformed. */
  get framingBytes(): number {
    return this.#framingBytes
  }

  /** Adds the parts of a piece that the parser may read to `readable`. Corrects the size line of a chunk in place. */
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

  /** Returns the offset at which the line ends within the piece. */
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
   * Skips chunks whose size line is a size only, as most are. Returns the offset of anything else. A body may have
   * tens of thousands of chunks, so the loop calls no function and accesses no field.
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

  /** Returns false for a line that the parser must not read. */
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

  /** Trailers are not reported, and those that concern framing must be ignored (RFC 9110, section 6.5.1). */
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

/** A size, then anything in the place of extensions, then CR LF: only the line end must be unambiguous. */
const sizeLine = /^([\da-f]+)[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/i

/** The size lines that the parser accepts. */
const parsableSizeLine =
  /^[\da-f]+(?:;[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*\r\n$/i

function addPart(piece: Buffer, from: number, to: number, readable: Buffer[]): void {
  if (from === 0 && to === piece.length) readable.push(piece)
  else if (from < to) readable.push(piece.subarray(from, to))
}

const notHex = 16

/** The value of each byte as a hexadecimal digit. */
const hexDigits = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16)
  return Number.isNaN(digit) ? notHex : digit
})
