import { type BodyProblem, describePlace } from './body-check.ts'
import { createMasker, cutText, mask } from './masking/mask.ts'
import { replaceSecrets, type WrittenSecret } from './rendered.ts'
import type { Rendering } from './rendering.ts'

/** A rendered body of which something is wrong. */
export interface BrokenBody {
  readonly real: string
  /** Those that are masked where they stand. */
  readonly secrets: readonly WrittenSecret[]
  readonly carriesStored: boolean
}

const path = '/node/body/content'

/** Ends a rendering whose body is not what it has to be. */
export function failBody(body: BrokenBody, { detail, at, hint }: BodyProblem, rendering: Rendering): never {
  const shown = replaceSecrets(body.real, body.secrets, mask)
  const quoted =
    at === null || body.carriesStored ? '' : ` There it reads: ${quote(viewAt(body, at, rendering))}`
  const failure = { code: 'body_invalid', detail: detail + quoted, path, ...(hint && { hint }) } as const
  rendering.fail(failure, body.carriesStored, shown)
}

/** Ends a rendering whose body has a character that its charset lacks. */
export function failCharset(body: BrokenBody, at: number, charset: string, rendering: Rendering): never {
  const hint = 'Take the character out, or send the body in another charset, such as UTF-8: see contentType.'
  const fail = (detail: string) =>
    rendering.fail(
      { code: 'body_invalid', detail, path, hint },
      body.carriesStored,
      replaceSecrets(body.real, body.secrets, mask),
    )
  const view = viewAt(body, at, rendering)
  if (view.behind.startsWith(mask))
    return fail(`A character of a value that is not shown is not in ${charset}.`)
  const code = body.real.codePointAt(at) ?? 0
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  const character = visible(String.fromCodePoint(code))
  const place = describePlace(body.real, at)
  return fail(
    `The character "${character}" (${name}) at ${place} is not in ${charset}. There it reads: ${quote(view)}`,
  )
}

interface View {
  readonly before: string
  readonly behind: string
}

/** The text around a place as it may be shown: masked whole, and then cut. */
function viewAt({ real, secrets }: BrokenBody, at: number, rendering: Rendering): View {
  const masked = createMasker(rendering.valuesToMask.client)
  const whole = masked(replaceSecrets(real, secrets, mask))
  const passed = secrets.filter(({ end }) => end <= at)
  const before = masked(replaceSecrets(real.slice(0, at), passed, mask), { isCut: true })
  const place = commonLength(whole, before)
  return { before: whole.slice(0, place), behind: whole.slice(place) }
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
    (character) => escapes[character] ?? escapeOf(character),
  )
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeOf(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
