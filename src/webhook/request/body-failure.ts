import { createMasker, cutText, mask } from '../masking/mask.ts'
import { replaceSecrets, type WrittenSecret } from '../template/render-result.ts'
import { describePlace } from '../values/json-syntax.ts'
import type { BodyProblem } from './body-check.ts'
import type { FoundPlaceholder } from './find-placeholder.ts'
import type { RenderSession } from './render-session.ts'

/** A rendered body with a problem. */
export interface BrokenBody {
  readonly wire: string
  /** The secrets in the body, with their places. */
  readonly secrets: readonly WrittenSecret[]
  readonly carriesStored: boolean
}

const path = '/node/body/content'

/** Finds the placeholder that wrote a place of the body. */
export type FindPlaceholder = (at: number) => FoundPlaceholder | null

function describeOrigin(found: FoundPlaceholder | null): string {
  if (found === null) return ''
  return found.isEmpty
    ? ` The placeholder ${found.name} wrote nothing there.`
    : ` The placeholder ${found.name} wrote it.`
}

/** Ends a rendering whose body violates its media type. */
export function failBody(
  body: BrokenBody,
  problem: BodyProblem,
  session: RenderSession,
  find: FindPlaceholder,
): never {
  const { subject, detail, at, hint } = problem
  const view = at === null ? null : viewAt(body, at, session)
  const unseen = view === null ? null : whatIsUnseen(body, at, view)
  const own =
    problem.own != null && view !== null && unseen === null && isSeen(problem.own, view) ? problem.own : null
  if (own !== null && at !== null && view !== null)
    fail(
      body,
      `${subject.replace(/\.$/, '')}: ${own.what} at ${describePlace(body.wire, at)}. There it reads: ${quote(view)}`,
      own.hint,
      session,
    )
  const said = unseen === null ? detail : `${subject} The place is ${unseen}.`
  const quoted = view === null ? '' : ` There it reads: ${quote(view)}`
  const from = at === null || unseen !== null ? '' : describeOrigin(find(at))
  fail(body, said + from + quoted, hint, session)
}

/** Whether the mark of a mistake belongs to the text that is shown, and not to a masked value. */
function isSeen({ mark, isBefore }: NonNullable<BodyProblem['own']>, { before, behind }: View): boolean {
  return isBefore ? before.trimEnd().endsWith(mark) : behind.startsWith(mark)
}

/** Why the place must not be named, since it would reveal a part of a hidden value; null if it may be named. */
function whatIsUnseen(body: BrokenBody, at: number | null, { isHidden, before }: View): string | null {
  if (isHidden) return 'within a value that is not shown'
  // The expected token would reveal how the value ends.
  if (before.endsWith(mask)) return 'right behind a value that is not shown'
  return isBehindUnknown(body, at) ? 'behind a secret of which a preview does not know the length' : null
}

function isBehindUnknown({ secrets }: BrokenBody, at: number | null): boolean {
  return at !== null && secrets.some(({ isUnknown, end }) => isUnknown === true && end <= at)
}

const charsetHint = 'Remove the character, or set another charset in contentType, such as UTF-8.'

/** Ends a rendering whose body has a character that its charset does not have. */
export function failCharset(
  body: BrokenBody,
  at: number,
  charset: string,
  session: RenderSession,
  find: FindPlaceholder,
): never {
  const view = viewAt(body, at, session)
  if (view.isHidden)
    fail(body, `A character of a value that is not shown is not in ${charset}.`, charsetHint, session)
  const code = body.wire.codePointAt(at) ?? 0
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  const character = visible(String.fromCodePoint(code))
  const place = isBehindUnknown(body, at) ? '' : ` at ${describePlace(body.wire, at)}`
  const detail = `The character "${character}" (${name})${place} is not in ${charset}.${describeOrigin(find(at))} There it reads: ${quote(view)}`
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
  /** Whether the place is within a masked value. */
  readonly isHidden: boolean
}

/** The text around a place as it may be shown. It is masked before it is cut, so that no part of a value remains. */
function viewAt({ wire, secrets }: BrokenBody, at: number, session: RenderSession): View {
  const masked = createMasker(session.valuesToMask.client)
  const whole = masked(replaceSecrets(wire, secrets, mask))
  const own = secrets.find(({ start, end }) => start <= at && at < end)
  const head = own?.start ?? at
  const passed = secrets.filter(({ end }) => end <= head)
  const before = masked(replaceSecrets(wire.slice(0, head), passed, mask), { isCut: own === undefined })
  const place = commonLength(whole, before)
  const isBehindSecret = passed.at(-1)?.end === head
  // A masked value at the end of `before` may continue after the place.
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

/** About forty characters in one line, with ▸ at the place. */
function quote({ before, behind }: View): string {
  const start =
    before.length > quotedCharacters ? `…${before.slice(-quotedCharacters).toWellFormed()}` : before
  const end = behind.length > quotedCharacters ? `${cutText(behind, quotedCharacters)}…` : behind
  return `${visible(start)}▸${visible(end)}`
}

/** Writes invisible characters and bidirectional controls as escapes. */
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
