/**
 * A text as bytes of UTF-8 without any escape, and where in the text each byte came from. Made for searching: the
 * same value, raw, percent-encoded, JSON-escaped or escaped as XML, each any number of times over and in any
 * mixture, comes to the same bytes. For that, line breaks and tabs are written like their JSON escapes without the
 * backslash, backslashes are left out and a plus is a space.
 */
export interface Unescaped {
  readonly bytes: Buffer
  /** For each byte, where in the text the character or escape begins that it came from. */
  readonly starts: Uint32Array
  /** For each byte, where in the text that character or escape ends. */
  readonly ends: Uint32Array
}

/** Takes all escapes out of a text, in one pass whose cost grows with the length of the text and nothing else. */
export function unescapeText(text: string): Unescaped {
  const unescaper = new Unescaper(Buffer.byteLength(text))
  for (
    let index = unescaper.pushPlain(text, 0);
    index < text.length;
    index = unescaper.pushPlain(text, index + 1)
  )
    unescaper.push(text.charCodeAt(index), index, index + 1)
  return unescaper.result()
}

const code = (character: string) => character.charCodeAt(0)
const backslash = code('\\')
const percent = code('%')
const plus = code('+')
const space = code(' ')
const letterU = code('u')
const ampersand = code('&')
const semicolon = code(';')

const plainControls: ReadonlyMap<number, number> = new Map(
  Object.entries({ '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r' }).map(([from, to]) => [
    code(from),
    code(to),
  ]),
)

/** What stands for itself wherever no escape is open. */
const isPlain = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  plainControls.has(unit) || [backslash, percent, plus, ampersand].includes(unit) ? 0 : 1,
)

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const longestEntity = '&#x10ffff;'.length

/** Keeps what was read so far; whenever its end has become an escape, the escape is replaced by what it stands for. */
class Unescaper {
  readonly #bytes: Buffer
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  /** Marks the letters of `\u`, which have lost their backslash. */
  readonly #isEscape: Uint8Array
  #length = 0
  /** The length up to which what comes next may end an escape. */
  #openUntil = 0

  constructor(capacity: number) {
    this.#bytes = Buffer.alloc(capacity)
    this.#starts = new Uint32Array(capacity)
    this.#ends = new Uint32Array(capacity)
    this.#isEscape = new Uint8Array(capacity)
  }

  result(): Unescaped {
    const length = this.#length
    return {
      bytes: this.#bytes.subarray(0, length),
      starts: this.#starts.subarray(0, length),
      ends: this.#ends.subarray(0, length),
    }
  }

  /** Takes units that stand for themselves, from a place on, and gives the place of the first one that may not. */
  pushPlain(text: string, from: number): number {
    let index = from
    if (this.#length < this.#openUntil) return index
    for (; isPlain[text.charCodeAt(index)] === 1; index++)
      this.#append(text.charCodeAt(index), index, index + 1)
    return index
  }

  /** Takes one unit of UTF-16. */
  push(unit: number, start: number, end: number): void {
    if (unit < 0x80) this.#pushAscii(unit, start, end)
    else this.#pushOther(unit, start, end)
  }

  #pushOther(unit: number, start: number, end: number): void {
    const from = this.#dropBackslash(start)
    const high = this.#takeHighSurrogate(unit)
    const point = high === null ? unit : 0x10000 + ((high.unit - 0xd800) << 10) + (unit - 0xdc00)
    for (const byte of utf8(point)) this.#append(byte, high === null ? from : high.start, end)
  }

  #pushAscii(unit: number, start: number, end: number): void {
    const from = this.#dropBackslash(start)
    const byte = unit === plus ? space : (plainControls.get(unit) ?? unit)
    this.#append(byte, from, end)
    if (byte === letterU) this.#isEscape[this.#length - 1] = from < start ? 1 : 0
    else if (byte === semicolon) this.#reduceEntity()
    else if (isHex(byte) && !this.#reduceUnicode()) this.#reducePercent()
  }

  #append(byte: number, start: number, end: number): void {
    this.#bytes[this.#length] = byte
    this.#starts[this.#length] = start
    this.#ends[this.#length] = end
    this.#isEscape[this.#length] = 0
    this.#length++
    if (byte === backslash || byte === percent || byte === ampersand)
      this.#openUntil = this.#length + longestEntity
  }

  /** A backslash belongs to what follows it. */
  #dropBackslash(start: number): number {
    if (this.#at(1) !== backslash) return start
    this.#length--
    return this.#starts[this.#length] ?? start
  }

  #reducePercent(): void {
    if (this.#at(3) === percent && isHex(this.#at(2))) this.#replace(3, [this.#hex(2)], true)
  }

  #reduceUnicode(): boolean {
    const found = this.#isEscape[this.#length - 5] === 1 && [2, 3, 4].every((back) => isHex(this.#at(back)))
    if (found) this.#replace(5, [this.#hex(4)], false)
    return found
  }

  #reduceEntity(): void {
    for (let back = 2; back <= Math.min(longestEntity, this.#length); back++) {
      if (this.#at(back) !== ampersand) continue
      const name = this.#bytes.toString('latin1', this.#length - back + 1, this.#length - 1)
      const character = characterOf(name) ?? ''
      const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      if (units.length > 0) this.#replace(back, units, false)
      return
    }
  }

  /** Puts what an escape stands for into the place of its bytes. */
  #replace(count: number, units: readonly number[], areBytes: boolean): void {
    const end = this.#ends[this.#length - 1] ?? 0
    this.#length -= count
    const start = this.#starts[this.#length] ?? 0
    for (const unit of units)
      if (areBytes && unit >= 0x80) this.#append(unit, start, end)
      else this.push(unit, start, end)
  }

  #takeHighSurrogate(unit: number): { readonly unit: number; readonly start: number } | null {
    const isLow = unit >= 0xdc00 && unit <= 0xdfff
    if (!isLow || this.#at(3) !== 0xed || this.#at(2) < 0xa0 || this.#at(2) > 0xaf) return null
    const high = 0xd000 | ((this.#at(2) & 0x3f) << 6) | (this.#at(1) & 0x3f)
    this.#length -= 3
    return { unit: high, start: this.#starts[this.#length] ?? 0 }
  }

  /** The byte so many places before the end; NaN beyond the beginning. */
  #at(back: number): number {
    return back > this.#length ? Number.NaN : (this.#bytes[this.#length - back] ?? Number.NaN)
  }

  #hex(digits: number): number {
    return Number.parseInt(this.#bytes.toString('latin1', this.#length - digits, this.#length), 16)
  }
}

function characterOf(entity: string): string | null {
  const [, hex, decimal] = /^#(?:[xX]([\da-fA-F]+)|(\d+))$/.exec(entity) ?? []
  if (hex === undefined && decimal === undefined)
    return Object.hasOwn(entities, entity) ? (entities[entity] ?? null) : null
  const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  return point > 0x10ffff ? null : String.fromCodePoint(point)
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

/** The bytes of a character; of half a surrogate pair, those that it would have. */
function utf8(point: number): number[] {
  const tail = (shift: number) => 0x80 | ((point >> shift) & 0x3f)
  if (point < 0x80) return [point]
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)]
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)]
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)]
}
