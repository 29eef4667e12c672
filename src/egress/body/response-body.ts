import type { BodyEnding } from '../../webhook/wire/outcome.ts'
import { BoundedBuffer } from './bounded-buffer.ts'
import { type Decoded, decode, isDecodable } from './content-coding.ts'

/** How the bytes of a body stopped coming. `misframed`: a chunk breaks the rules. `capped`: no more of them were wanted. */
type WireEnding = 'complete' | 'broken' | 'misframed' | 'capped'

/** Collects a body while it comes in, and never more of it than the limit. */
export interface ResponseBody {
  write(chunk: Buffer): void
  end(ending: WireEnding): void
  /** Ends the reading early, and tells what can be shown of what has come. */
  interrupt(): Interrupted
}

/** What there is of a body when the clock runs out. */
interface Interrupted {
  readonly bytes: Buffer
  readonly ending: 'timed_out' | 'undecoded'
}

export interface ResponseBodyOptions {
  /** Bytes, on the wire as well as decoded. */
  readonly limit: number
  /** Those of other lanes are not held up by its decoding. */
  readonly key: string
  /** May be called from within `write` and `end`, and more than once: the first time counts. */
  readonly onEnd: (ending: BodyEnding, bytes: Buffer) => void
}

/** Nobody means more: each may multiply what it is given. */
const maxCodings = 3

/**
 * Expects the codings in the order in which they were applied. The last ones are undone up to one that is not known;
 * where there are too many, none is.
 */
export function createResponseBody(codings: readonly string[], options: ResponseBodyOptions): ResponseBody {
  const last = codings.at(-1)
  if (last === undefined) return new PlainBody('complete', options)
  if (codings.length > maxCodings || !isDecodable(last)) return new PlainBody('undecodable', options)
  return new EncodedBody(codings.toReversed(), options)
}

/** Shows the bytes as they are on the wire. */
class PlainBody implements ResponseBody {
  readonly #whenComplete: 'complete' | 'undecodable'
  readonly #options: ResponseBodyOptions
  readonly #bytes: BoundedBuffer

  constructor(whenComplete: 'complete' | 'undecodable', options: ResponseBodyOptions) {
    this.#whenComplete = whenComplete
    this.#options = options
    this.#bytes = new BoundedBuffer(options.limit)
  }

  write(chunk: Buffer): void {
    if (!this.#bytes.append(chunk)) this.#options.onEnd('capped', this.#bytes.take())
  }

  end(ending: WireEnding): void {
    const bytes = this.#bytes.take()
    // Of nothing, nothing can be wrong.
    const whenComplete = bytes.length === 0 ? 'complete' : this.#whenComplete
    this.#options.onEnd(ending === 'complete' ? whenComplete : ending, bytes)
  }

  interrupt(): Interrupted {
    return { bytes: this.#bytes.take(), ending: 'timed_out' }
  }
}

/** A body without end has outgrown the limit long before all of it has come. */
const firstLookBytes = 65_536

/** Collects the bytes as they are on the wire. They are decoded when all have come. */
class EncodedBody implements ResponseBody {
  /** The last one first. */
  readonly #codings: readonly string[]
  readonly #options: ResponseBodyOptions
  readonly #wire: BoundedBuffer
  #nextLook = firstLookBytes
  #isOver = false
  #isInterrupted = false

  constructor(codings: readonly string[], options: ResponseBodyOptions) {
    this.#codings = codings
    this.#options = options
    this.#wire = new BoundedBuffer(options.limit)
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

  /** Decoding takes turns, for which there is no time. */
  interrupt(): Interrupted {
    this.#isOver = true
    this.#isInterrupted = true
    return { bytes: Buffer.alloc(0), ending: this.#wire.length === 0 ? 'timed_out' : 'undecoded' }
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
    else this.#end(wireEnding === 'complete' ? ending : wireEnding, bytes)
  }

  #end(ending: BodyEnding, bytes: Buffer): void {
    this.#isOver = true
    this.#options.onEnd(ending, bytes)
  }

  /** One coding after the other, each of them up to the limit. What came out of one that is broken is gone on with. */
  async #decode(wire: Buffer): Promise<Decoded> {
    const { limit, key } = this.#options
    const options = { limit, key, isWanted: () => !this.#isInterrupted }
    let ending: Decoded['ending'] = 'complete'
    let bytes = wire
    for (const coding of this.#codings) {
      if (bytes.length === 0) break
      if (!isDecodable(coding)) return { bytes, ending: worse(ending, 'undecodable') }
      const decoded = await decode(coding, bytes, options)
      ending = worse(ending, decoded.ending)
      if (decoded.bytes.length === 0 && decoded.ending !== 'complete') break
      bytes = decoded.bytes
    }
    return { bytes, ending }
  }
}

const endings: readonly Decoded['ending'][] = ['complete', 'undecodable', 'capped']

/** What was more than is read may look broken for that. */
function worse(one: Decoded['ending'], other: Decoded['ending']): Decoded['ending'] {
  return endings.indexOf(one) > endings.indexOf(other) ? one : other
}
