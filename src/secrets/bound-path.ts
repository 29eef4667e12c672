/** A path prefix that a secret is bound to, or the problem of its entry. */
export type ParsedPath =
  | { readonly ok: true; readonly prefix: string }
  | { readonly ok: false; readonly problem: string }

/**
 * Reads an entry of `paths`. The prefix has the form in which it is sent, ends with a whole segment and has no slash
 * at its end.
 */
export function parseBoundPath(entry: string): ParsedPath {
  const problem = findProblem(entry)
  return problem === null ? { ok: true, prefix: entry.replace(/\/$/, '') } : { ok: false, problem }
}

function findProblem(entry: string): string | null {
  if (!entry.startsWith('/')) return 'must begin with "/"'
  if (/[?#]/.test(entry)) return 'must not contain "?" or "#": only the path is compared'
  if (/[^!-~]|\\/.test(entry))
    return 'must be written as it is sent: with white space, control characters, "\\" and characters beyond ASCII percent-encoded'
  if (entry.includes('//')) return 'must not have an empty segment'
  const made = unescapeWhole(entry)
  if (made === null || made.split(/[/\\]/).some(isDots))
    return 'must not have "." or ".." as a segment, escaped or not'
  return null
}

/**
 * Whether a rendered path is the prefix or below it, however the target decodes escapes. A path is refused if its
 * part after the prefix may lead a server upwards. NUL, the placeholder of a secret, ends a segment: the secret may
 * begin with a separator.
 */
export function isWithin(prefix: string, path: string): boolean {
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return false
  return path.slice(prefix.length).split(/[/\0]/).every(isPlain)
}

function isPlain(segment: string): boolean {
  const made = unescapeWhole(segment)
  return made !== null && !endsInDisguise.test(made) && !isDots(made)
}

/**
 * What ends a segment for some server: separators, NUL, and possible disguises of a separator, such as overlong
 * UTF-8, whose first byte is C0 or C1 and which nothing else begins with.
 */
const endsInDisguise = /[/\\\0\xc0\xc1]|%u[\da-f]{4}/i

/** Some servers drop parameters after a semicolon, white space and control characters before they interpret dots. */
function isDots(segment: string): boolean {
  return /^\.{1,2}(?:[;?#]|$)/.test(segment.replaceAll(/[\0- \x7f]/g, ''))
}

/** Several servers in a row may each decode the path. More than four are not realistic. */
const maxRounds = 4

/** Decodes a text until it no longer changes. Null if that takes too many rounds. */
function unescapeWhole(text: string): string | null {
  let made = text
  for (let round = 0; round < maxRounds; round++) {
    const next = made.replaceAll(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (next === made) return made
    made = next
  }
  return null
}
