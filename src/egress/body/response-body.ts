import type { BodyEnding } from '../../webhook/wire/outcome.ts'
import { BoundedBuffer } from './bounded-buffer.ts'
import { type Decoded, decode, isDecodable } from './content-coding.ts'

/** How a body ended on the wire. `misframed`: a chunk is malformed. `capped`: the service stopped reading. */
type WireEnding = 'complete' | 'broken' | 'misframed' | 'capped'

/** Collects a body as it arrives, up to a limit. */
export interface ResponseBody {
  write(chunk: Buffer): void
  end(ending: WireEnding): void
  /** Stops reading. Returns what has arrived so far, if it can be shown. */
  interrupt(): Interrupted
}

/** The part of a body at a timeout. */
interface Interrupted {
  readonly bytes: Buffer
  readonly ending: 'timed_out' | 'undecoded'
}

export interface ResponseBodyOptions {
  /** In bytes. Applies to the encoded and to the decoded body. */
  readonly limit: number
  /** Bodies of different keys take turns at decoding. */
  readonly key: string
  /** May be called from within `write` and `end`, and more than once: the first call counts. */
  readonly onEnd: (ending: BodyEnding, bytes: Buffer) => void
}

/** Servers use one coding, rarely two. Each may multiply the size of its input. */
const maxCodings = 3

/**
 * Expects the codings in the order of application. Decoding starts with the last coding and stops at an unknown one.
 * With too many codings nothing is decoded.
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
    // An empty body needs no decoding.
    const whenComplete = bytes.length === 0 ? 'complete' : this.#whenComplete
    this.#options.onEnd(ending === 'complete' ? whenComplete : ending, bytes)
  }

  interrupt(): Interrupted {
    return { bytes: this.#bytes.take(), ending: 'timed_out' }
  }
}

/**
 * A bomb may exceed the limit long before all of it has arrived. So the bytes so far are decoded at this size, and
 * again each time the size doubles: the total work stays linear.
 */
const firstLookBytes = 65_536

/** Collects the encoded bytes, and decodes them when all have arrived. */
class EncodedBody implements ResponseBody {
  /** The one applied last comes first. */
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

  /** Decoding would have to wait for its turn, and there is no time left. */
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
    // A truncated body fails to decode because it is truncated. A complete one that fails may be plain text with a
    // wrong Content-Encoding.
    else this.#end(wireEnding === 'complete' ? ending : wireEnding, bytes)
  }

  #end(ending: BodyEnding, bytes: Buffer): void {
    this.#isOver = true
    this.#options.onEnd(ending, bytes)
  }

  /** Decodes one coding after the other, each up to the limit. The output of a broken one is still passed on. */
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

/** Input that was cut at the limit may look undecodable for that reason alone. */
function worse(one: Decoded['ending'], other: Decoded['ending']): Decoded['ending'] {
  return endings.indexOf(one) > endings.indexOf(other) ? one : other
}
