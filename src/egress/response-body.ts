import type { BodyEnding } from '../webhook/outcome.ts'
import { type ContentCoding, type Decoded, decode, isDecodable } from './content-coding.ts'
import { GrowingBuffer } from './growing-buffer.ts'

/** How the bytes of a body stopped coming. `capped`: no more of them were wanted. */
export type WireEnding = 'complete' | 'broken' | 'capped'

/** Collects a body while it comes in, and never more of it than the limit. */
export interface ResponseBody {
  write(chunk: Buffer): void
  end(ending: WireEnding): void
  /** Ends the reading early: what can be shown of what has come. */
  interrupt(): Buffer
}

export interface ResponseBodyOptions {
  /** Bytes, on the wire as well as decoded. */
  readonly limit: number
  /** Those of other lanes are not held up by its decoding. */
  readonly lane: string
  /** May be called from within `write` and `end`, and more than once: the first time counts. */
  readonly onEnd: (ending: BodyEnding, bytes: Buffer) => void
}

/**
 * Expects the codings in the order in which they were applied. Stacked and unknown ones are left as they are.
 */
export function createResponseBody(codings: readonly string[], options: ResponseBodyOptions): ResponseBody {
  const [coding] = codings
  if (coding === undefined) return new PlainBody('complete', options)
  if (codings.length > 1 || !isDecodable(coding)) return new PlainBody('undecodable', options)
  return new EncodedBody(coding, options)
}

/** Shows the bytes as they are on the wire. */
class PlainBody implements ResponseBody {
  readonly #whenComplete: 'complete' | 'undecodable'
  readonly #options: ResponseBodyOptions
  readonly #bytes: GrowingBuffer

  constructor(whenComplete: 'complete' | 'undecodable', options: ResponseBodyOptions) {
    this.#whenComplete = whenComplete
    this.#options = options
    this.#bytes = new GrowingBuffer(options.limit)
  }

  write(chunk: Buffer): void {
    if (!this.#bytes.append(chunk)) this.#options.onEnd('capped', this.#bytes.take())
  }

  end(ending: WireEnding): void {
    this.#options.onEnd(ending === 'complete' ? this.#whenComplete : ending, this.#bytes.take())
  }

  interrupt(): Buffer {
    return this.#bytes.take()
  }
}

/** A body without end has outgrown the limit long before all of it has come. */
const firstLookBytes = 65_536

/** Collects the bytes as they are on the wire. They are decoded when all have come. */
class EncodedBody implements ResponseBody {
  readonly #coding: ContentCoding
  readonly #options: ResponseBodyOptions
  readonly #wire: GrowingBuffer
  #nextLook = firstLookBytes
  #isOver = false
  #isInterrupted = false

  constructor(coding: ContentCoding, options: ResponseBodyOptions) {
    this.#coding = coding
    this.#options = options
    this.#wire = new GrowingBuffer(options.limit)
  }

  write(chunk: Buffer): void {
    if (this.#isOver) return
    const fits = this.#wire.append(chunk)
    if (!fits) void this.#finish('capped')
    else if (this.#wire.length >= this.#nextLook) void this.#look()
  }

  end(ending: WireEnding): void {
    if (!this.#isOver) void this.#finish(ending)
  }

  interrupt(): Buffer {
    this.#isOver = true
    this.#isInterrupted = true
    return Buffer.alloc(0)
  }

  async #look(): Promise<void> {
    this.#nextLook = 2 * this.#wire.length
    const { bytes, ending } = await this.#decode(this.#wire.copy())
    if (ending === 'capped') this.#end('capped', bytes)
  }

  async #finish(wireEnding: WireEnding): Promise<void> {
    this.#isOver = true
    const wire = this.#wire.take()
    const { bytes, ending } = await this.#decode(wire)
    if (ending === 'capped') this.#end('capped', bytes)
    else if (ending === 'complete') this.#end(wireEnding, bytes)
    // What was cut cannot be blamed on its coding. A server that names a wrong one may have meant plain text.
    else this.#end(wireEnding === 'complete' ? ending : wireEnding, bytes.length > 0 ? bytes : wire)
  }

  #end(ending: BodyEnding, bytes: Buffer): void {
    this.#isOver = true
    this.#options.onEnd(ending, bytes)
  }

  async #decode(wire: Buffer): Promise<Decoded> {
    if (wire.length === 0) return { bytes: wire, ending: 'complete' }
    const { limit, lane } = this.#options
    return await decode(this.#coding, wire, { limit, lane, isWanted: () => !this.#isInterrupted })
  }
}
