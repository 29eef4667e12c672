import type { TextPlace } from './secret-shape.ts'

/**
 * Why a reference is not rendered. `nested`: it stands within a literal. `dollar`, `equals`: it is rendered, and a sign before
 * it is sent with the value.
 */
export type Unrendered = 'syntax' | 'literal' | 'nested' | 'templates' | 'dollar' | 'equals'

/** A constant text that looks like a reference to a value in the syntax of another tool. */
export interface UnrenderedReference {
  /** JSON Pointer to the text with the reference. */
  readonly pointer: string
  /** The reference as it is written. */
  readonly written: string
  /** The names that lead to the value, its source first. Without the source if `isShort`. */
  readonly path: readonly string[]
  /** Whether the source is left out, as in `{email}`. */
  readonly isShort?: boolean
  /** Whether its form can mean nothing else, so that it is reported even if it leads to no value. */
  readonly isCertain?: boolean
  readonly why: Unrendered
  /** Whether the text must not be shown, as with a credential. */
  readonly isHidden?: boolean
}

/** A constant text of the node. */
export interface SentText {
  readonly text: string
  readonly pointer: string
  readonly place: TextPlace
  /** Whether the text is the whole value. */
  readonly isWhole: boolean
  readonly why: Unrendered
  /** Whether the text stands in `capture`, where it may also refer to the response. */
  readonly isCaptured?: boolean
}

const mayRefer = /(?:profile|event|instance|flow|vars|node|execution|secrets|response)[.[]/
const reference =
  /(?<![\p{L}\p{N}_-]|[\p{L}\p{N}_]\.)(?:payload\.)?(profile|event|instance|flow|vars|node|execution|secrets|response)((?:\.[\p{L}\p{N}_-]{1,100}|\[\d{1,6}\]){1,20})/gu

/** Finds up to `limit` texts that look like references. */
export function findReferences(sent: SentText, limit: number): UnrenderedReference[] {
  const { text, pointer, why } = sent
  const found = findShort(sent, limit)
  if (!mayRefer.test(text)) return found
  for (const match of text.matchAll(reference)) {
    if (found.length >= limit) break
    const [own, source = '', rest = ''] = match
    if (source === 'response' && !sent.isCaptured) continue
    const around = surroundings(text, match.index, match.index + own.length)
    if (!isInCode(sent, match.index) && !looksMeant(sent, own, around)) continue
    const path = [source, ...rest.split(/[.[\]]+/).filter((name) => name !== '')]
    found.push({ pointer, written: written(own, around), path, why })
  }
  return found
}

/** A name in the marks of another tool, without a source. Single braces may be code in the middle of a text. */
const shortInText =
  /\$\{(?!(?:payload\.)?(?:profile|event|instance|flow|vars|node|execution|secrets|response)\.)(?:\w{1,60}\.){0,5}(\w{1,60})\}|\[\[ ?(\w{1,60}) ?\]\]|<%= ?(\w{1,60}) ?%>|\*\|(\w{1,60})\|\*|\{!(?!\$?(?:profile|event|instance|flow|vars|node|execution|secrets|response)\.)\$?(?:\w{1,60}\.){0,5}(\w{1,60})\}|@\{?(?:triggerBody|triggerOutputs|body|outputs|items?|variables|parameters|actions)\([^{}()]{0,60}\)(?:\??\[['\x22]\w{1,60}['\x22]\]){0,5}\??\[['\x22](\w{1,60})['\x22]\]\}?/g
const shortWhole =
  /^(?:\{(\w{1,60})\}|[#@]\{(\w{1,60})\}|%(\w{1,60})%|%%(\w{1,60})%%|=\s?([A-Za-z]\w{0,60})|\$\.(?!(?:payload\.)?(?:profile|event|instance|flow|vars|node|execution|secrets|response)\.)(?:\w{1,60}\.){0,5}([A-Za-z]\w{0,60})|@\{?variables\('(\w{1,60})'\)\}?)$/
/** Names and texts that FEEL joins, as in `=customer.name + " " + customer.city`: no source of ours is in them. */
const joinedWhole =
  /^=\s?(?!(?:payload\.)?(?:profile|event|instance|flow|vars|node|execution|secrets|response)\.)(?:"[^"]{0,100}"\s?\+\s?)?(?:[A-Za-z_]\w{0,60}\.){0,5}([A-Za-z_]\w{1,60})\s?\+(?=\s?["A-Za-z_])/
const shortInUrl = /(?<=\/)(?:\{(\w{1,60})\}|:([A-Za-z]\w{0,60}))(?=[/?#]|$)/g

function findShort(
  { text, pointer, place, isWhole, why, isCaptured }: SentText,
  limit: number,
): UnrenderedReference[] {
  if (isCaptured || !/[${[<*%/=@]/.test(text)) return []
  const whole = isWhole ? (shortWhole.exec(text.trim()) ?? joinedWhole.exec(text.trim())) : null
  const inUrl = place === 'url' ? [...text.matchAll(shortInUrl)] : []
  const read = (isCertain: boolean) => (match: RegExpMatchArray) => ({
    pointer,
    written: match[0],
    path: [match.slice(1).find((name) => name !== undefined) ?? ''],
    isShort: true,
    isCertain: isCertain || /^(?:\*\||@\{?\w+\(|=[^=]*\+)/.test(match[0]),
    why,
  })
  const likely = whole === null ? [...text.matchAll(shortInText)] : [whole]
  return [...inUrl.map(read(true)), ...likely.map(read(false))].slice(0, limit)
}

const dollarBefore =
  /\$\{\{-?\s*((?:profile|event|instance|flow|vars|node|execution|secrets)(?:\.\w{1,100}){1,20})\s*-?\}\}/g

const equalsBefore =
  /^=\s?(?!=)[^{}]{0,100}\{\{-?\s{0,3}((?:profile|event|instance|flow|vars|node|execution|secrets|response)(?:\.\w{1,100}){1,20})/

/** Placeholders with a sign of another tool, which is sent with the value: `${{ secrets.a }}`, `={{ profile.email }}`. */
export function findSigns(text: string, pointer: string, limit: number): UnrenderedReference[] {
  const [written, path = ''] = equalsBefore.exec(text) ?? []
  const equals: UnrenderedReference[] =
    written === undefined
      ? []
      : [{ pointer, written: '=', path: path.split('.'), isCertain: true, why: 'equals' }]
  return [...equals, ...findDollars(text, pointer, limit)].slice(0, limit)
}

function findDollars(text: string, pointer: string, limit: number): UnrenderedReference[] {
  if (!text.includes('${{') || /\{%-?\s*raw/.test(text)) return []
  return [...text.matchAll(dollarBefore)]
    .slice(0, limit)
    .map(([written, path = '']) => ({ pointer, written, path: path.split('.'), why: 'dollar' }))
}

interface Around {
  readonly before: string
  readonly behind: string
}

const aroundCharacters = 8

function surroundings(text: string, start: number, end: number): Around {
  return {
    before: text.slice(Math.max(0, start - aroundCharacters), start),
    behind: text.slice(end, end + aroundCharacters),
  }
}

const codeCharacters = 300

/** Whether a reference stands in an unrendered placeholder or tag. */
function isInCode({ text, why }: SentText, start: number): boolean {
  return why !== 'syntax' && /\{[{%][^{}]*$/.test(text.slice(Math.max(0, start - codeCharacters), start))
}

function looksMeant(
  { text, place, isWhole, why }: SentText,
  own: string,
  { before, behind }: Around,
): boolean {
  // In a template braces can only be literal between `raw` and `endraw`, where the author means them.
  if (why === 'syntax' && /\{\{-? ?$/.test(before)) return false
  if (marks.some(([opening, closing]) => opening.test(before) && closing.test(behind))) return true
  if (isWhole && /^\s*=(?!=)/.test(text)) return true
  if (isWhole && text.length <= own.length + aroundCharacters && isAlone(text, own)) return true
  return isBody(place) || place === 'url' ? isValue(before, behind) : false
}

/** The placeholder marks of other tools. */
const marks: readonly (readonly [opening: RegExp, closing: RegExp])[] = [
  [/\{[!=$@#-]? {0,3}$/, /^ {0,3}(?:-?\}|\|)/],
  [/\[\[ {0,3}$/, /^ {0,3}\]\]/],
  [/%$/, /^%/],
  [/<%[=-]? {0,3}$/, /^ {0,3}-?%>/],
  [/\$\( {0,3}$/, /^ {0,3}\)/],
  [/\*\|$/, /^\|\*/],
  [/(?:^|[^\w$])\$\.?$/, /^/],
  // A bracket that was not opened, a text that is joined, and the call of a function.
  [/$/, /^ {0,3}-?\}\}/],
  [/["'] {0,2}[+&] {0,2}$/, /^/],
  [/^/, /^ {0,2}[+&] {0,2}["']/],
  [/[A-Za-z]\( {0,3}$/, /^ {0,3}[,;)]/],
]

/** Whether the reference is the whole text. Some tools put an equals sign before it. */
function isAlone(text: string, own: string): boolean {
  const trimmed = text.trim()
  return trimmed === own || trimmed === `=${own}`
}

function isBody(place: TextPlace): boolean {
  return place.startsWith('raw')
}

/** Whether the reference stands alone between quotes or tags, or as the value of a parameter. */
function isValue(before: string, behind: string): boolean {
  if (before.endsWith('"')) return /^"(?!\s{0,4}:)/.test(behind)
  if (before.endsWith('>')) return behind.startsWith('<')
  return before.endsWith('=') && /^(?:[&#]|$)/.test(behind)
}

function written(own: string, { before, behind }: Around): string {
  // recheck: at most 8 characters
  const [opening = ''] = /[^\p{L}\p{N}\s"'>,;:&=]* {0,3}$/u.exec(before) ?? []
  const [closing = ''] = /^ {0,3}[}\]%>)|*-]*/.exec(behind) ?? []
  return `${opening}${own}${closing}`.trim()
}
