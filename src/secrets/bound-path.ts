import { isDots, pathProblem, unescapeWhole } from '../webhook/request/path-rules.ts'

/** A path prefix that a secret is bound to, or the problem of its entry. */
export type ParsedPath =
  | { readonly ok: true; readonly prefix: string }
  | { readonly ok: false; readonly problem: string }

/**
 * Reads an entry of `paths`. The prefix has the form in which it is sent, ends with a whole segment and has no slash
 * at its end.
 */
export function parseBoundPath(entry: string): ParsedPath {
  const problem = pathProblem(entry)
  return problem === null ? { ok: true, prefix: entry.replace(/\/$/, '') } : { ok: false, problem }
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
