import type { Transform } from 'node:stream'
import type { BodyEnding } from '../webhook/outcome.ts'
import { type ContentCoding, createDecoder, isDecodable } from './content-coding.ts'
import { GrowingBuffer } from './growing-buffer.ts'

/** How the bytes of a body stopped coming. */
export type WireEnding = 'complete' | 'broken' | 'capped'

/** Collects a body while it comes in, decoded, and never more of it than the limit. */
export interface ResponseBody {
  /** False asks for a pause until `onDrain`. */
  write(chunk: Buffer): boolean
  end(ending: WireEnding): void
  /** What there is so far. */
  content(): Buffer
  /** Drops what waits for decoding. */
  destroy(): void
}

export interface ResponseBodyOptions {
  /** Bytes, on the wire as well as decoded. */
  readonly limit: number
  readonly onDrain: () => void
  /** May be called from within `write` and `end`, and more than once: the first time counts. */
  readonly onEnd: (ending: BodyEnding) => void
}

/**
 * Expects the codings in the order in which they were applied. Stacked and unknown ones are left as they are.
 */
export function createResponseBody(codings: readonly string[], options: ResponseBodyOptions): ResponseBody {
  const [coding, ...stacked] = codings
  if (coding === undefined) return createPlainBody(options, 'complete')
  if (stacked.length > 0 || !isDecodable(coding)) return createPlainBody(options, 'undecodable')
  return new DecodedBody(coding, options)
}

function createPlainBody(
  { limit, onEnd }: ResponseBodyOptions,
  whenComplete: 'complete' | 'undecodable',
): ResponseBody {
  const bytes = new GrowingBuffer(limit)
  return {
    write(chunk) {
      const fits = bytes.append(chunk)
      if (!fits) onEnd('capped')
      return fits
    },
    end: (ending) => onEnd(ending === 'complete' ? whenComplete : ending),
    content: () => bytes.content(),
    destroy() {},
  }
}

/**
 * Keeps the bytes as they came until the first decoded one: a server that names a wrong coding meant plain
 * text.
 */
class DecodedBody implements ResponseBody {
  readonly #coding: ContentCoding
  readonly #options: ResponseBodyOptions
  readonly #decoded: GrowingBuffer
  readonly #asItCame: ResponseBody
  #decoder: Transform | null = null
  #hasFailed = false
  #wireBytes = 0
  #wireEnding: WireEnding | null = null

  constructor(coding: ContentCoding, options: ResponseBodyOptions) {
    this.#coding = coding
    this.#options = options
    this.#decoded = new GrowingBuffer(options.limit)
    this.#asItCame = createPlainBody(options, 'undecodable')
  }

  write(chunk: Buffer): boolean {
    const fitting = chunk.subarray(0, this.#options.limit - this.#wireBytes)
    this.#wireBytes += fitting.length
    if (this.#decoded.length === 0) this.#asItCame.write(fitting)
    const mayGoOn = this.#hasFailed || this.#decode(fitting)
    if (fitting.length < chunk.length) this.end('capped')
    return mayGoOn
  }

  end(ending: WireEnding): void {
    if (this.#wireEnding !== null) return
    this.#wireEnding = ending
    if (this.#hasFailed) this.#asItCame.end(ending)
    else if (this.#decoder === null) this.#options.onEnd(ending)
    else this.#decoder.end()
  }

  content(): Buffer {
    return this.#hasFailed && this.#decoded.length === 0 ? this.#asItCame.content() : this.#decoded.content()
  }

  destroy(): void {
    this.#decoder?.destroy()
  }

  #decode(chunk: Buffer): boolean {
    this.#decoder ??= this.#startDecoder(chunk)
    return this.#decoder.write(chunk)
  }

  #startDecoder(firstChunk: Buffer): Transform {
    return createDecoder(this.#coding, firstChunk)
      .on('data', (chunk: Buffer) => {
        if (!this.#decoded.append(chunk)) this.#options.onEnd('capped')
      })
      .on('drain', this.#options.onDrain)
      .on('end', () => this.#options.onEnd(this.#wireEnding ?? 'complete'))
      .on('error', () => this.#fail())
  }

  #fail(): void {
    this.#hasFailed = true
    if (this.#wireEnding !== null && this.#wireEnding !== 'complete') this.#options.onEnd(this.#wireEnding)
    else if (this.#decoded.length > 0 || this.#wireEnding !== null) this.#options.onEnd('undecodable')
    else this.#options.onDrain()
  }
}
