import type { Socket } from 'node:net'

/**
 * Tickets, new keys and the like may take half of it, beside what TLS adds to every record. The other half is what may
 * have been read at once and is not yet deciphered.
 */
const maxBytesOfTls = 131_072

/**
 * Every byte that TLS hands on pays for so many that it does not. A record of one byte has about 25 around it, but
 * nobody sends all of a response in such.
 */
const tlsBytesPerByte = 16

/** A record has at least so many bytes beside its text: head and checksum. */
const minRecordOverhead = 21

/**
 * Counts what comes in below TLS, from a mark on. Node tells nothing of what TLS keeps to itself: handshakes, tickets,
 * keys, padding, empty records, and a record that has come in part.
 */
export class ReceivedBytes {
  readonly #tcp: Socket
  #atMark = 0
  #handedOn = 0

  constructor(tcp: Socket) {
    this.#tcp = tcp
  }

  /** Counts anew. */
  mark(): void {
    this.#atMark = this.#tcp.bytesRead
    this.#handedOn = 0
  }

  get sinceMark(): number {
    return this.#tcp.bytesRead - this.#atMark
  }

  /** Tells of text that TLS has made of what came in. */
  handOn(bytes: number): void {
    this.#handedOn += bytes
  }

  /** Whether a part of the text had come before the mark: less came in since than it takes. */
  get beganBeforeMark(): boolean {
    return this.sinceMark < this.#handedOn + minRecordOverhead
  }

  /** Whether TLS has kept to itself more than it may. */
  get isTooMuch(): boolean {
    return this.sinceMark > maxBytesOfTls + this.#handedOn * (1 + tlsBytesPerByte)
  }
}
