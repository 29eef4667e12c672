import { isBase64Digit } from './base64.ts'
import type { Span } from './unescape.ts'
import type { View } from './view.ts'

/** Bytes, and for each of them its range of the text that was read. The order of the ranges is free. */
export interface Reading {
  readonly bytes: Uint8Array
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** The bytes of a view, each with its place. */
export function readBytes({ bytes, locate }: View): Reading {
  const reading = allocate(bytes.length)
  reading.bytes.set(bytes)
  for (let at = 0; at < bytes.length; at++) place(reading, at, locate(at, at + 1))
  return reading
}

/** The part of the text that a range of bytes comes from. */
export function locateIn({ starts, ends }: Reading, from: number, to: number): Span {
  let [start, end] = [starts[from] as number, ends[from] as number]
  for (let at = from + 1; at < to; at++) {
    start = Math.min(start, starts[at] as number)
    end = Math.max(end, ends[at] as number)
  }
  return [start, end]
}

/** The same from the end to the beginning. */
export function reversed({ bytes, starts, ends }: Reading): Reading {
  return { bytes: bytes.toReversed(), starts: starts.toReversed(), ends: ends.toReversed() }
}

/** Letters in lower case, without white space and the punctuation that stands between groups. */
export function folded(reading: Reading): Reading {
  const writer = new Writer(reading.bytes.length)
  for (let at = 0; at < reading.bytes.length; at++) {
    const byte = fold[reading.bytes[at] as number] as number
    if (byte !== 0) writer.add(byte, locateIn(reading, at, at + 1))
  }
  return writer.reading
}

/** The readings of folded bytes as hexadecimal numbers, with and without `0x`. What is none becomes NUL. */
export function decodedHex(reading: Reading): readonly Reading[] {
  const bare = withoutPrefixes(reading)
  const all = bare.bytes.length === reading.bytes.length ? [reading] : [reading, bare]
  return all.flatMap((digits) => [decodePairs(digits, 0), decodePairs(digits, 1)])
}

function decodePairs(digits: Reading, first: number): Reading {
  const { bytes } = digits
  const writer = new Writer(bytes.length)
  for (let at = first; at + 1 < bytes.length; at += 2) {
    const high = hexValues[bytes[at] as number] as number
    const low = hexValues[bytes[at + 1] as number] as number
    writer.add(high < 16 && low < 16 ? high * 16 + low : 0, locateIn(digits, at, at + 2))
  }
  return writer.reading
}

/** Leaves out `0x`. */
function withoutPrefixes(reading: Reading): Reading {
  const { bytes } = reading
  const writer = new Writer(bytes.length)
  for (let at = 0; at < bytes.length; at++)
    if (bytes[at] === zero && bytes[at + 1] === letterX) at++
    else writer.add(bytes[at] as number, locateIn(reading, at, at + 1))
  return writer.reading
}

/** The four readings as base64 or base64url, with white space between the digits. What is none becomes NUL. */
export function decodedBase64(reading: Reading): readonly Reading[] {
  const writer = new Writer(reading.bytes.length)
  for (let at = 0; at < reading.bytes.length; at++)
    if (!isSpace(reading.bytes[at] as number))
      writer.add(reading.bytes[at] as number, locateIn(reading, at, at + 1))
  const digits = writer.reading
  return [0, 1, 2, 3].map((first) => decodeGroups(digits, first))
}

/** Each byte of a group of four digits has bits of two neighbours. */
function decodeGroups(digits: Reading, first: number): Reading {
  const { bytes } = digits
  const writer = new Writer(bytes.length)
  for (let at = first; at + 1 < bytes.length; at++) {
    const inGroup = (at - first) % 4
    if (inGroup === 3) continue
    const [one, two] = [bytes[at] as number, bytes[at + 1] as number]
    const areDigits = isBase64Digit[one] === 1 && isBase64Digit[two] === 1
    const bits = ((base64Values[one] as number) << 6) | (base64Values[two] as number)
    writer.add(areDigits ? (bits >> (4 - inGroup * 2)) & 0xff : 0, locateIn(digits, at, at + 2))
  }
  return writer.reading
}

/** Decimal numbers as bytes, as in `[115,107]` and `&#115&#107`. */
export function decodedNumbers(reading: Reading): Reading {
  const { bytes } = reading
  const writer = new Writer(bytes.length)
  for (let at = 0; at < bytes.length; at++) {
    const from = at
    let number = 0
    for (; isDecimal(bytes[at]); at++) number = Math.min(1_000, number * 10 + (bytes[at] as number) - zero)
    if (at > from) writer.add(number < 256 ? number : 0, locateIn(reading, from, at))
  }
  return writer.reading
}

class Writer {
  readonly #reading: Reading
  #length = 0

  constructor(capacity: number) {
    this.#reading = allocate(capacity)
  }

  add(byte: number, span: Span): void {
    this.#reading.bytes[this.#length] = byte
    place(this.#reading, this.#length++, span)
  }

  get reading(): Reading {
    const { bytes, starts, ends } = this.#reading
    const length = this.#length
    return {
      bytes: bytes.subarray(0, length),
      starts: starts.subarray(0, length),
      ends: ends.subarray(0, length),
    }
  }
}

function allocate(length: number): Reading {
  return { bytes: new Uint8Array(length), starts: new Uint32Array(length), ends: new Uint32Array(length) }
}

function place({ starts, ends }: Reading, at: number, [start, end]: Span): void {
  starts[at] = start
  ends[at] = end
}

const zero = 0x30
const letterX = 0x78

function isDecimal(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= 0x39
}

function isSpace(byte: number): boolean {
  return byte <= 0x20
}

const between = ' -_.:,;|/\\=+~\'"`'

/** What a byte is folded to; 0 for bytes that are left out. */
const fold = Uint8Array.from({ length: 256 }, (_, byte) =>
  isSpace(byte) || between.includes(String.fromCharCode(byte))
    ? 0
    : byte >= 0x41 && byte <= 0x5a
      ? byte + 0x20
      : byte,
)

/** 16 for what is no digit. Letters are in lower case. */
const hexValues = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(byte))
  return value === -1 ? 16 : value
})

const base64Values = Uint8Array.from({ length: 256 }, (_, byte) =>
  isBase64Digit[byte] === 1 ? (Buffer.from(`${String.fromCharCode(byte)}A`, 'base64')[0] as number) >> 2 : 0,
)
