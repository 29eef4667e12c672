import type { Socket } from 'node:net'

/**
 * Half for session tickets, key updates and similar messages, half for bytes that are read but not yet deciphered.
 * The overhead of records is counted separately.
 */
const maxBytesOfTls = 131_072

/**
 * Overhead allowed per byte of content. A record with one byte of content has about 25 bytes of overhead, but no real
 * server sends a whole response in such records.
 */
const tlsBytesPerByte = 16

/** The smallest overhead of a record: 5 bytes of header and 16 of authentication tag. */
const minRecordOverhead = 21

/**
 * Counts the bytes that a TLS connection receives, from a mark on. Node emits nothing for bytes that TLS keeps to
 * itself: handshakes, tickets, keys, padding, empty records and incomplete records.
 */
export class ReceivedBytes {
  readonly #stream: Socket
  #atMark = 0
  #handedOn = 0

  /** `stream` is what is under TLS. */
  constructor(stream: Socket) {
    this.#stream = stream
  }

  /** Restarts the count. */
  mark(): void {
    this.#atMark = this.#stream.bytesRead
    this.#handedOn = 0
  }

  get sinceMark(): number {
    return this.#stream.bytesRead - this.#atMark
  }

  /** Counts content that TLS has deciphered. */
  handOn(bytes: number): void {
    this.#handedOn += bytes
  }

  /** Whether the content began to arrive before the mark: fewer bytes arrived since than its records have. */
  get beganBeforeMark(): boolean {
    return this.sinceMark < this.#handedOn + minRecordOverhead
  }

  /** Whether TLS has consumed more bytes than allowed without content. */
  get isTooMuch(): boolean {
    return this.sinceMark > maxBytesOfTls + this.#handedOn * (1 + tlsBytesPerByte)
  }
}
