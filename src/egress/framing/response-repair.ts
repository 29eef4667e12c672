import { ChunkLines } from './chunk-lines.ts'
import { type ResponseHead, readHead, statusIn } from './response-head.ts'

/** Pieces kept before they are joined: a head that arrives byte by byte must not cost an object per byte. */
const maxPieces = 64

/**
 * Stands between the socket and undici's parser. Pieces pass unchanged, as the same buffers, except those of a head
 * or of a size line that needs a repair. The end of a body without chunks is left to the parser.
 */
export class ResponseRepair {
  /** Pieces of the incomplete head. Null after the final head. */
  #head: Buffer[] | null = []
  #chunks: ChunkLines | null = null
  #readable: Buffer[] = []

  /** Starts over for the next response. */
  reset(): void {
    this.#head = []
    this.#chunks = null
    this.#readable = []
  }

  /** The next buffer to read, or null until more has arrived. */
  next(): Buffer | null {
    return this.#readable.shift() ?? null
  }

  get hasNext(): boolean {
    return this.#readable.length > 0
  }

  /** The status of the incomplete head. Null while its status line is incomplete. */
  get status(): number | null {
    return this.#head === null ? null : statusIn(Buffer.concat(this.#head).toString('latin1'))
  }

  /** Whether the final head is complete. */
  get isInBody(): boolean {
    return this.#head === null
  }

  /** Bytes that frame the body. */
  get framingBytes(): number {
    return this.#chunks?.framingBytes ?? 0
  }

  /** Takes a piece of the response. A head may end only at the end of a piece. Returns the head if it has ended. */
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

/** RFC 9112, section 2.2: empty lines may precede a message. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x0d || byte === 0x0a)
}
