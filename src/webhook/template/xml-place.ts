/** A place in an XML text. The two quotes stand for attribute values. */
type Place = 'content' | 'tag' | "'" | '"' | 'cdata' | 'comment' | 'instruction'

/** The marks that begin another place in the content of an element, the longest first. */
const openings: readonly (readonly [mark: string, place: Place])[] = [
  ['<![CDATA[', 'cdata'],
  ['<!--', 'comment'],
  ['<?', 'instruction'],
  ['<', 'tag'],
]

/** The mark that ends each place, and the next place. A tag is also searched for quotes. */
const endings: Readonly<Record<Exclude<Place, 'content' | 'tag'>, readonly [mark: string, next: Place]>> = {
  "'": ["'", 'tag'],
  '"': ['"', 'tag'],
  cdata: [']]>', 'content'],
  comment: ['-->', 'content'],
  instruction: ['?>', 'content'],
}

const none: readonly boolean[] = []

const splitEnd = ']]]]><![CDATA[>'
const reopened = ']]><![CDATA['

/** Tracks the place at the end of a growing XML text, and writes values for that place. */
export class XmlPlace {
  #place: Place = 'content'
  /** The end of the text, if it may begin a mark. */
  #tail = ''
  /** For each of the last brackets of a CDATA section, at most two, whether it comes from a value. */
  #brackets: readonly boolean[] = none
  #isValue = false

  /** Encodes a value for the end of the text. `isEscaped`: a filter has already escaped the value for XML. */
  encode(text: string, isEscaped: boolean): string {
    // An empty value does not reach `follow` in every tag.
    this.#isValue = text !== ''
    switch (this.#place) {
      case 'cdata':
        return this.#splitEnds(text)
      case 'comment':
        return (isEscaped ? text : escapeXml(text)).replace(/^-|-$|-(?=-)/g, '&#45;')
      case 'instruction':
        return (isEscaped ? text : escapeXml(text)).replace(/\?$/, '&#63;')
      case "'":
      case '"':
        return isEscaped ? text : escapeXml(text).replace(/[\t\n]/g, reference)
      default:
        return isEscaped ? text : escapeXml(text)
    }
  }

  /** Adds a piece and returns it as it must be written, so that a value and the author's text cannot form a mark together. */
  follow(piece: string): string {
    const isValue = this.#isValue
    this.#isValue = false
    const written = isValue || !this.#endsByAccident(piece) ? piece : reopened + piece
    this.#read(written)
    this.#noteBrackets(piece, isValue)
    return written
  }

  #splitEnds(text: string): string {
    const before = ']'.repeat(this.#brackets.length)
    return (before + text).replaceAll(']]>', splitEnd).slice(before.length)
  }

  /** Whether the author's text would end a CDATA section together with a bracket from a value. */
  #endsByAccident(piece: string): boolean {
    const brackets = this.#brackets
    if (this.#place !== 'cdata' || brackets.length === 0) return false
    if (piece.startsWith('>')) return brackets.length === 2 && brackets.includes(true)
    return piece.startsWith(']>') && brackets.at(-1) === true
  }

  #noteBrackets(piece: string, isValue: boolean): void {
    if (this.#place !== 'cdata' || !this.#tail.endsWith(']')) {
      this.#brackets = none
      return
    }
    const all = this.#tail === ']]' ? 2 : 1
    const own = Math.min(all, piece.length)
    const earlier = this.#brackets.slice(this.#brackets.length - (all - own))
    this.#brackets = [...earlier, ...Array<boolean>(own).fill(isValue)]
  }

  #read(piece: string): void {
    const text = this.#tail + piece
    this.#tail = ''
    for (let at = 0; at < text.length; ) {
      const next = this.#step(text, at)
      if (next === null) return
      at = next
    }
  }

  /** Reads to the next mark and returns the index after it; null if there is none. */
  #step(text: string, at: number): number | null {
    switch (this.#place) {
      case 'content':
        return this.#open(text, at)
      case 'tag':
        return this.#readTag(text, at)
      default:
        return this.#close(text, at, endings[this.#place])
    }
  }

  #open(text: string, from: number): number | null {
    const at = text.indexOf('<', from)
    if (at === -1) return null
    const rest = text.slice(at, at + '<![CDATA['.length)
    const [mark, place] = openings.find(([candidate]) => rest.startsWith(candidate)) ?? ['<', 'tag']
    if (place === 'tag' && openings.some(([candidate]) => candidate !== '<' && candidate.startsWith(rest))) {
      this.#tail = rest
      return null
    }
    this.#place = place
    return at + mark.length
  }

  #readTag(text: string, from: number): number | null {
    for (let at = from; at < text.length; at++) {
      const character = text[at]
      if (character === '>') this.#place = 'content'
      else if (character === '"' || character === "'") this.#place = character
      else continue
      return at + 1
    }
    return null
  }

  #close(text: string, from: number, [mark, next]: readonly [string, Place]): number | null {
    const at = text.indexOf(mark, from)
    if (at === -1) {
      this.#tail = mark.length === 1 ? '' : text.slice(Math.max(from, text.length - mark.length + 1))
      return null
    }
    this.#place = next
    return at + mark.length
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Escapes XML. A carriage return becomes a reference, because a parser would read it as a line feed. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => entities[character] ?? reference(character))
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`
}
