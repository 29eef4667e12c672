import { ChunkLines } from './chunk-lines.ts'
import { type ResponseHead, readHead, statusIn } from './response-head.ts'

/** Who sends a head byte by byte shall not take up the memory of an object for each of them. */
const maxPieces = 64

/**
 * Between what is read of a response and what undici reads of it: pieces are handed on as they came, as the very same
 * buffers, save those of a head, or of a line that frames a chunk, that has to be put in order. Where a body ends that
 * has no chunks is no concern of this.
 */
export class ResponseRepair {
  /** Pieces of a head that has not ended; null behind the head. */
  #head: Buffer[] | null = []
  #chunks: ChunkLines | null = null
  #readable: Buffer[] = []

  /** Another response is expected. */
  reset(): void {
    this.#head = []
    this.#chunks = null
    this.#readable = []
  }

  /** What is to be read next; null where that is still to come. */
  next(): Buffer | null {
    return this.#readable.shift() ?? null
  }

  get hasNext(): boolean {
    return this.#readable.length > 0
  }

  /** The status of a head that has not ended; null where its line has not. */
  get status(): number | null {
    return this.#head === null ? null : statusIn(Buffer.concat(this.#head).toString('latin1'))
  }

  /** Whether the final head has come. */
  get isInBody(): boolean {
    return this.#head === null
  }

  /** Bytes of the body that are of its chunks, and not of what they hold. */
  get framingBytes(): number {
    return this.#chunks?.framingBytes ?? 0
  }

  /** Takes a piece of the response, with at most one end of a head, right at its end: the head, if it has ended. */
  take(piece: Buffer, { endsHead }: { readonly endsHead: boolean }): ResponseHead | null {
    if (this.#head !== null) return this.#takeHead(this.#head, piece, endsHead)
    if (this.#chunks === null) this.#readable.push(piece)
    else this.#chunks.take(piece, this.#readable)
    return null
  }

  #takeHead(held: readonly Buffer[], piece: Buffer, endsHead: boolean): ResponseHead | null {
    const pieces = held.length < maxPieces ? [...held, piece] : [Buffer.concat([...held, piece])]
    this.#head = endsHead ? [] : pieces
    if (!endsHead) return null
    const [only = piece, ...others] = pieces
    const bytes = others.length === 0 ? only : Buffer.concat(pieces)
    if (isBlank(bytes)) {
      this.#readable = pieces
      return null
    }
    const head = readHead(bytes)
    if (head.kind !== 'final') return head
    this.#readable = head.bytes === bytes ? pieces : [head.bytes]
    this.#chunks = head.isChunked ? new ChunkLines() : null
    this.#head = null
    return head
  }
}

/** RFC 9112, section 2.2: some write empty lines before a message. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x0d || byte === 0x0a)
}
