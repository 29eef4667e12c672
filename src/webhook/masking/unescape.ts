/** A half-open range: start and end index. */
export type Span = readonly [start: number, end: number]

/**
 * The bytes of a text without escapes, and their places in the text. It is made for searching: a value gives the same bytes
 * whether it is plain, percent-encoded, escaped as in JSON, JavaScript or XML, or in full width, nested to any depth and in
 * any mixture. For that, line breaks and tabs become the letters of their JSON escapes, and backslashes and NUL are dropped.
 */
export interface Unescaped {
  readonly bytes: Buffer
  /** The range of the text that a range of bytes came from. */
  locate(start: number, end: number): Span
}

/** Removes all escapes from UTF-8 in one pass, in time linear in the text. */
export function unescapeBytes(text: Buffer): Unescaped {
  return new Unescaper(text.length).read(text)
}

/**
 * Yields the text without escapes, and then, if it has line breaks or tabs, also without these and their escapes. Both use
 * the same memory: a result is valid only until the next one is taken.
 */
export function* unescapeBriefly(text: Buffer): Generator<Unescaped> {
  const unescaper = text.length <= pooled.capacity ? pooled : new Unescaper(text.length)
  yield unescaper.read(text)
  if (unescaper.hasControls) yield unescaper.unwrap()
}

const code = (character: string) => character.charCodeAt(0)
const backslash = code('\\')
const percent = code('%')
const letterU = code('u')
const letterX = code('x')
const ampersand = code('&')
const semicolon = code(';')
const openBrace = code('{')
const closeBrace = code('}')

const controls: ReadonlyMap<number, number> = new Map(
  Object.entries({ '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r' }).map(([from, to]) => [
    code(from),
    code(to),
  ]),
)
const controlLetters: ReadonlySet<number> = new Set(controls.values())

/** The first UTF-8 byte of full-width characters (U+FF01 to U+FF5E), and of some others. */
const wideLead = 0xef

/** 1 for bytes that mean themselves outside an escape. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0 || controls.has(byte) || [backslash, percent, ampersand, wideLead].includes(byte) ? 0 : 1,
)

/** The entities of HTML for ASCII characters. */
const entities: Readonly<Record<string, string>> = {
  ...{ amp: '&', AMP: '&', lt: '<', LT: '<', gt: '>', GT: '>', quot: '"', QUOT: '"', apos: "'" },
  ...{
    Tab: '\t',
    NewLine: '\n',
    nbsp: ' ',
    excl: '!',
    num: '#',
    dollar: '$',
    percnt: '%',
    lpar: '(',
    rpar: ')',
  },
  ...{
    ast: '*',
    midast: '*',
    plus: '+',
    comma: ',',
    hyphen: '-',
    dash: '-',
    period: '.',
    sol: '/',
    colon: ':',
  },
  ...{
    semi: ';',
    equals: '=',
    quest: '?',
    commat: '@',
    lsqb: '[',
    lbrack: '[',
    bsol: '\\',
    rsqb: ']',
    rbrack: ']',
  },
  ...{ Hat: '^', lowbar: '_', UnderBar: '_', grave: '`', DiacriticalGrave: '`', lcub: '{', lbrace: '{' },
  ...{ verbar: '|', vert: '|', VerticalLine: '|', rcub: '}', rbrace: '}' },
}
const longestEntity = '&DiacriticalGrave;'.length
const longestPercent = '%ff'.length
const longestEscape = 'u{10ffff}'.length

/** Marks letters of escapes whose backslash was dropped, and letters that stand for control characters. */
const escapeMark = 1
const controlMark = 2

/** An escape at the end of the bytes so far: its length in bytes, and the character that it means. */
interface Escape {
  readonly length: number
  readonly point: number
  /** Whether the escape means one byte of a character, as in percent-encoding. */
  readonly isByte: boolean
}

/**
 * Collects bytes. When their end becomes an escape, the escape is replaced by its meaning, which may complete another
 * escape. Runs of plain bytes are copied whole.
 */
class Unescaper implements Unescaped {
  readonly #bytes: Buffer
  /** The place in the text of each byte outside of runs. */
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  readonly #marks: Uint8Array
  /** Three numbers per run: its start in the bytes, its start in the text, and its length. */
  #runs: number[] = []
  #length = 0
  /** The number of bytes up to which an escape may still be open. */
  #openUntil = 0
  hasControls = false

  constructor(capacity: number) {
    this.#bytes = Buffer.alloc(capacity)
    this.#starts = new Uint32Array(capacity)
    this.#ends = new Uint32Array(capacity)
    this.#marks = new Uint8Array(capacity)
  }

  get capacity(): number {
    return this.#bytes.length
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  read(text: Buffer): this {
    this.#runs = []
    this.#length = 0
    this.#openUntil = 0
    this.hasControls = false
    this.#marks.fill(0, 0, text.length)
    for (let at = this.#copyRun(text, 0); at < text.length; at = this.#copyRun(text, at))
      this.#push(text[at] as number, at, ++at)
    return this
  }

  locate(start: number, end: number): Span {
    return [this.#locateStart(start), end > start ? this.#locateEnd(end - 1) : this.#locateStart(start)]
  }

  /** Removes the marks of control characters, and closes the gaps. */
  unwrap(): this {
    const runs = this.#runs
    let kept = 0
    let at = 0
    for (let run = 0; run < runs.length; run += 3) {
      const begin = runs[run] as number
      kept = this.#moveOthers(at, begin, kept)
      at = begin + (runs[run + 2] as number)
      runs[run] = kept
      for (let from = begin; from < at; from++) this.#bytes[kept++] = this.#bytes[from] as number
    }
    this.#length = this.#moveOthers(at, this.#length, kept)
    return this
  }

  /** Moves the bytes between runs, without control characters. Returns the index after them. */
  #moveOthers(from: number, to: number, target: number): number {
    let kept = target
    for (let at = from; at < to; at++) {
      if (this.#marks[at] === controlMark) continue
      this.#bytes[kept] = this.#bytes[at] as number
      this.#starts[kept] = this.#starts[at] as number
      this.#ends[kept++] = this.#ends[at] as number
    }
    return kept
  }

  #locateStart(index: number): number {
    const inRun = this.#inRun(index)
    return inRun ?? (this.#starts[index] as number)
  }

  #locateEnd(index: number): number {
    const inRun = this.#inRun(index)
    return inRun === null ? (this.#ends[index] as number) : inRun + 1
  }

  /** The place in the text of a byte in a run; null for any other byte. */
  #inRun(index: number): number | null {
    let low = 0
    let high = this.#runs.length / 3
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#runs[middle * 3] as number) <= index) low = middle + 1
      else high = middle
    }
    if (low === 0) return null
    const [begin = 0, start = 0, length = 0] = this.#runs.slice(low * 3 - 3, low * 3)
    return index < begin + length ? start + index - begin : null
  }

  /** Copies plain bytes from an index on. Returns the index of the first byte that is not plain. */
  #copyRun(text: Buffer, from: number): number {
    if (this.#length < this.#openUntil) return from
    const bytes = this.#bytes
    const offset = this.#length - from
    let to = from
    for (; to < text.length && isPlain[text[to] as number] === 1; to++)
      bytes[to + offset] = text[to] as number
    if (to > from) this.#runs.push(this.#length, from, to - from)
    this.#length = to + offset
    return to
  }

  /** Adds a byte and resolves the escape that it ends. The result may end another escape, to any depth. */
  #push(byte: number, start: number, end: number): void {
    if (byte < 0x80) this.#takeAscii(byte, start, end)
    else this.#append(byte, byte >= 0xc0 ? this.#dropIntroducer(byte, start) : start, end)
    for (let ended = this.#endedEscape(); ended !== null; ended = this.#endedEscape()) {
      this.#drop(ended.length)
      const from = this.#starts[this.#length] as number
      if (ended.isByte && ended.point >= 0x80) this.#append(ended.point, from, end)
      else this.#takePoint(ended.point, from, end)
    }
  }

  #takePoint(point: number, start: number, end: number): void {
    if (point < 0x80) this.#takeAscii(point, start, end)
    else if (isFullWidth(point)) this.#takeAscii(point - wideOffset, start, end)
    else this.#takeOther(point, start, end)
  }

  #takeOther(unit: number, start: number, end: number): void {
    const from = this.#dropIntroducer(unit, start)
    const high = this.#takeHighSurrogate(unit)
    const point = high === null ? unit : 0x10000 + ((high.unit - 0xd800) << 10) + (unit - 0xdc00)
    for (const byte of utf8(point)) this.#append(byte, high === null ? from : high.start, end)
  }

  #takeAscii(byte: number, start: number, end: number): void {
    if (byte === 0) return
    const from = this.#dropIntroducer(byte, start)
    this.#append(controls.get(byte) ?? byte, from, end)
    this.#mark(byte, from < start)
  }

  #mark(byte: number, isEscaped: boolean): void {
    if (controls.has(byte) || (isEscaped && controlLetters.has(byte))) {
      this.hasControls = true
      this.#marks[this.#length - 1] = controlMark
    } else if (isEscaped && (byte === letterU || byte === letterX)) {
      this.#marks[this.#length - 1] = escapeMark
      this.#open(longestEscape)
    }
  }

  #append(byte: number, start: number, end: number): void {
    this.#bytes[this.#length] = byte
    this.#starts[this.#length] = start
    this.#ends[this.#length] = end
    this.#marks[this.#length] = 0
    this.#length++
    if (byte === backslash) this.#open(1)
    else if (byte === percent || byte === wideLead) this.#open(longestPercent)
    else if (byte === ampersand) this.#open(longestEntity)
  }

  #drop(count: number): void {
    for (let left = count; left > 0; left--) this.#marks[--this.#length] = 0
  }

  #open(length: number): void {
    this.#openUntil = Math.max(this.#openUntil, this.#length + length)
  }

  /** Drops a backslash before the next byte, and the percent sign of `%u0041`. */
  #dropIntroducer(byte: number, start: number): number {
    const last = this.#at(1)
    if (last !== backslash && !(last === percent && byte === letterU)) return start
    this.#length--
    return this.#starts[this.#length] as number
  }

  /** The escape at the end of the bytes so far, or null. */
  #endedEscape(): Escape | null {
    const last = this.#at(1)
    if (isHex(last)) return this.#endedHex()
    if (last === semicolon) return this.#endedEntity()
    if (last === closeBrace) return this.#endedBraces()
    return last >= 0x80 && this.#at(3) === wideLead ? this.#endedWide() : null
  }

  #endedHex(): Escape | null {
    if (this.#isEscape(5, letterU) && this.#areHex(4))
      return { length: 5, point: this.#hex(4), isByte: false }
    if (!this.#areHex(2)) return null
    if (this.#isEscape(3, letterX)) return { length: 3, point: this.#hex(2), isByte: false }
    return this.#at(3) === percent ? { length: 3, point: this.#hex(2), isByte: true } : null
  }

  /** `\u{1f600}` */
  #endedBraces(): Escape | null {
    for (let back = 3; back <= 8 && isHex(this.#at(back - 1)); back++)
      if (this.#at(back) === openBrace && this.#isEscape(back + 1, letterU))
        return toEscape(back + 1, Number.parseInt(this.#textBefore(back - 1), 16))
    return null
  }

  #endedEntity(): Escape | null {
    for (let back = 2; back <= Math.min(longestEntity, this.#length); back++)
      if (this.#at(back) === ampersand) return toEscape(back, decodeEntity(this.#textBefore(back - 1)))
    return null
  }

  /** A full-width character has three bytes in UTF-8. */
  #endedWide(): Escape | null {
    const point = 0xf000 | ((this.#at(2) & 0x3f) << 6) | (this.#at(1) & 0x3f)
    return isFullWidth(point) ? { length: 3, point: point - wideOffset, isByte: false } : null
  }

  #isEscape(back: number, letter: number): boolean {
    return this.#at(back) === letter && this.#marks[this.#length - back] === escapeMark
  }

  #areHex(digits: number): boolean {
    for (let back = digits; back > 1; back--) if (!isHex(this.#at(back))) return false
    return true
  }

  #takeHighSurrogate(unit: number): { readonly unit: number; readonly start: number } | null {
    const isLow = unit >= 0xdc00 && unit <= 0xdfff
    if (!isLow || this.#at(3) !== 0xed || this.#at(2) < 0xa0 || this.#at(2) > 0xaf) return null
    const high = 0xd000 | ((this.#at(2) & 0x3f) << 6) | (this.#at(1) & 0x3f)
    this.#length -= 3
    return { unit: high, start: this.#starts[this.#length] as number }
  }

  /** The byte `back` places before the end; NaN before the beginning. */
  #at(back: number): number {
    return back > this.#length ? Number.NaN : (this.#bytes[this.#length - back] as number)
  }

  #hex(digits: number): number {
    return Number.parseInt(this.#bytes.toString('latin1', this.#length - digits, this.#length), 16)
  }

  /** The last `back` characters without the last one. */
  #textBefore(back: number): string {
    return this.#bytes.toString('latin1', this.#length - back, this.#length - 1)
  }
}

/** Shared memory for texts up to 256 KiB that are only searched. */
const pooled = new Unescaper(262_144)

function toEscape(length: number, point: number | undefined): Escape | null {
  return point !== undefined && point <= 0x10ffff ? { length, point, isByte: false } : null
}

/** The code point of an entity, by its name. */
function decodeEntity(entity: string): number | undefined {
  const [, hex, decimal] = /^#(?:[xX]([\da-fA-F]+)|(\d+))$/.exec(entity) ?? []
  if (hex !== undefined) return Number.parseInt(hex, 16)
  if (decimal !== undefined) return Number(decimal)
  return Object.hasOwn(entities, entity) ? entities[entity]?.charCodeAt(0) : undefined
}

const wideOffset = 0xfee0

function isFullWidth(point: number): boolean {
  return point >= 0xff01 && point <= 0xff5e
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

/** The UTF-8 bytes of a code point. A lone surrogate is encoded in the same way. */
function utf8(point: number): number[] {
  const tail = (shift: number) => 0x80 | ((point >> shift) & 0x3f)
  if (point < 0x80) return [point]
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)]
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)]
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)]
}
