/** The beginning of a path that a secret is bound to, or what is wrong with the entry that names it. */
export type ParsedPath =
  | { readonly ok: true; readonly prefix: string }
  | { readonly ok: false; readonly problem: string }

/** Reads an entry of `paths`. The prefix is as it is sent and ends at a segment, so without a slash at its end. */
export function parseBoundPath(entry: string): ParsedPath {
  const problem = findProblem(entry)
  return problem === null ? { ok: true, prefix: entry.replace(/\/$/, '') } : { ok: false, problem }
}

function findProblem(entry: string): string | null {
  if (!entry.startsWith('/')) return 'must begin with "/"'
  if (/[?#]/.test(entry)) return 'must not contain "?" or "#": only the path is compared'
  if (/[^!-~]|\\/.test(entry))
    return 'must be written as it is sent: white space, controls, "\\" and what is not ASCII percent-encoded'
  if (entry.includes('//')) return 'must not have an empty segment'
  const made = unescapeWhole(entry)
  if (made === null || made.split(/[/\\]/).some(isDots))
    return 'must not have "." or ".." as a segment, escaped or not'
  return null
}

/**
 * Whether a rendered path is the prefix or below it, whatever its target makes of escapes. What stands behind the
 * prefix is refused where some server would find its way up in it. NUL, which stands for a secret, ends a segment:
 * it may turn out to begin with a separator.
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
 * What ends a segment for some server: separators, NUL, and what may be one of them, such as overlong UTF-8, which
 * begins with the bytes C0 and C1 as nothing else does.
 */
const endsInDisguise = /[/\\\0\xc0\xc1]|%u[\da-f]{4}/i

/** Some servers cut off what follows a semicolon, or drop white space and controls, before they look for dots. */
function isDots(segment: string): boolean {
  return /^\.{1,2}(?:[;?#]|$)/.test(segment.replaceAll(/[\0- \x7f]/g, ''))
}

/** Servers in a row may each unescape what they get. Nobody has more of them for a reason. */
const maxRounds = 4

/** The bytes of a text that is unescaped until nothing is left to do, or null where that takes too many rounds. */
function unescapeWhole(text: string): string | null {
  let made = text
  for (let round = 0; round < maxRounds; round++) {
    const next = made.replaceAll(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (next === made) return made
    made = next
  }
  return null
}
