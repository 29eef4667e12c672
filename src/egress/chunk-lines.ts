import { GrowingBuffer } from './growing-buffer.ts'
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
  #part: 'size' | 'chunk' | 'trailers' | 'rest' = 'size'
  /** What is still to come of a chunk and the line break behind it. */
  #left = 0
  /** The beginning of a line that has not ended. */
  #held: GrowingBuffer | null = null
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
      const next = this.#part === 'chunk' ? this.#skipChunk(piece, at) : this.#skipPlainSize(piece, at)
      if (next > at) {
        at = next
        continue
      }
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
    this.#held = new GrowingBuffer(maxLineBytes)
    this.#held.append(start)
  }

  /** Where the line ends within the piece. */
  #endLine(held: GrowingBuffer, piece: Buffer, readable: Buffer[]): number {
    const end = piece.indexOf(lineFeed) + 1
    held.append(end === 0 ? piece : piece.subarray(0, end))
    if (end === 0) return piece.length
    const line = held.take()
    this.#held = null
    if (this.#readLine(line)) readable.push(line)
    return end
  }

  #skipChunk(piece: Buffer, at: number): number {
    const skipped = Math.min(this.#left, piece.length - at)
    this.#left -= skipped
    if (this.#left === 0) this.#part = 'size'
    return at + skipped
  }

  /** The end of a line that is a size and nothing else, as most are; `at` where there is none. */
  #skipPlainSize(piece: Buffer, at: number): number {
    if (this.#part !== 'size') return at
    let size = 0
    let end = at
    for (; end < piece.length; end++) {
      const digit = hexDigit(piece[end])
      if (digit === -1) break
      size = size * 16 + digit
    }
    if (end === at || piece[end] !== carriageReturn || piece[end + 1] !== lineFeed) return at
    this.#begin(size, end + lineBreakBytes - at)
    return end + lineBreakBytes
  }

  /** False for a line that the parser must not read. */
  #readLine(line: Buffer): boolean {
    const text = line.toString('latin1')
    return this.#part === 'size' ? this.#readSize(line, text) : this.#readTrailer(text)
  }

  #readSize(line: Buffer, text: string): true {
    const [, digits] = sizeLine.exec(text) ?? []
    if (digits === undefined) return this.#leaveToParser()
    if (!parsableSizeLine.test(text)) line.write(digits.padStart(line.length - lineBreakBytes, '0'), 'latin1')
    this.#begin(Number.parseInt(digits, 16), line.length)
    return true
  }

  #begin(size: number, lineBytes: number): void {
    this.#framingBytes += lineBytes
    this.#part = size === 0 ? 'trailers' : 'chunk'
    if (size === 0) return
    this.#framingBytes += lineBreakBytes
    this.#left = size + lineBreakBytes
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

function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
