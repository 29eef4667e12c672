import { createMasker, cutText, mask } from '../masking/mask.ts'
import { replaceSecrets, type WrittenSecret } from '../template/render-result.ts'
import { describePlace } from '../values/json-syntax.ts'
import type { BodyProblem } from './body-check.ts'
import type { RenderSession } from './render-session.ts'

/** A rendered body of which something is wrong. */
export interface BrokenBody {
  readonly wire: string
  /** Those that are masked where they stand. */
  readonly secrets: readonly WrittenSecret[]
  readonly carriesStored: boolean
}

const path = '/node/body/content'

/** Ends a rendering whose body is not what it has to be. */
export function failBody(body: BrokenBody, problem: BodyProblem, session: RenderSession): never {
  const { subject, detail, at, hint } = problem
  const view = at === null ? null : viewAt(body, at, session)
  const unseen = view === null ? null : whatIsUnseen(body, at, view)
  const said = unseen === null ? detail : `${subject} The place is ${unseen}.`
  const quoted = view === null ? '' : ` There it reads: ${quote(view)}`
  fail(body, said + quoted, hint, session)
}

/** What would be told with a place that nobody can see; null where it tells nothing. */
function whatIsUnseen(body: BrokenBody, at: number | null, { isHidden, before }: View): string | null {
  if (isHidden) return 'within a value that is not shown'
  // What is expected there tells how the value ends.
  if (before.endsWith(mask)) return 'right behind a value that is not shown'
  return isBehindUnknown(body, at) ? 'behind a secret of which a preview does not know the length' : null
}

function isBehindUnknown({ secrets }: BrokenBody, at: number | null): boolean {
  return at !== null && secrets.some(({ isUnknown, end }) => isUnknown === true && end <= at)
}

const charsetHint =
  'Take the character out, or send the body in another charset, such as UTF-8: see contentType.'

/** Ends a rendering whose body has a character that its charset lacks. */
export function failCharset(body: BrokenBody, at: number, charset: string, session: RenderSession): never {
  const view = viewAt(body, at, session)
  if (view.isHidden)
    fail(body, `A character of a value that is not shown is not in ${charset}.`, charsetHint, session)
  const code = body.wire.codePointAt(at) ?? 0
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  const character = visible(String.fromCodePoint(code))
  const place = isBehindUnknown(body, at) ? '' : ` at ${describePlace(body.wire, at)}`
  const detail = `The character "${character}" (${name})${place} is not in ${charset}. There it reads: ${quote(view)}`
  fail(body, detail, charsetHint, session)
}

function fail(body: BrokenBody, detail: string, hint: string | undefined, session: RenderSession): never {
  const display = replaceSecrets(body.wire, body.secrets, mask)
  const failure = { code: 'body_invalid', detail, path, ...(hint && { hint }) } as const
  return session.fail(failure, body.carriesStored, display)
}

interface View {
  readonly before: string
  readonly behind: string
  /** Whether the place is within something that is masked. */
  readonly isHidden: boolean
}

/** The text around a place as it may be shown: masked whole, and then cut. */
function viewAt({ wire, secrets }: BrokenBody, at: number, session: RenderSession): View {
  const masked = createMasker(session.valuesToMask.client)
  const whole = masked(replaceSecrets(wire, secrets, mask))
  const own = secrets.find(({ start, end }) => start <= at && at < end)
  const head = own?.start ?? at
  const passed = secrets.filter(({ end }) => end <= head)
  const before = masked(replaceSecrets(wire.slice(0, head), passed, mask), { isCut: own === undefined })
  const place = commonLength(whole, before)
  const isBehindSecret = passed.at(-1)?.end === head
  // What is masked at the end of the text before may go on behind the place.
  const isBegun = own === undefined && !isBehindSecret && place === before.length && before.endsWith(mask)
  const cut = isBegun ? place - mask.length : place
  const isHidden = own !== undefined || isBegun || whole.startsWith(mask, place)
  return { before: whole.slice(0, cut), behind: whole.slice(cut), isHidden }
}

function commonLength(one: string, other: string): number {
  let length = 0
  while (length < other.length && one[length] === other[length]) length++
  return length
}

const quotedCharacters = 20

/** About forty characters in one line, with a mark at the place. */
function quote({ before, behind }: View): string {
  const start =
    before.length > quotedCharacters ? `…${before.slice(-quotedCharacters).toWellFormed()}` : before
  const end = behind.length > quotedCharacters ? `${cutText(behind, quotedCharacters)}…` : behind
  return `${visible(start)}▸${visible(end)}`
}

/** What cannot be seen, or turns a line around, is written as an escape. */
function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => escapes[character] ?? escapeCharacter(character),
  )
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
