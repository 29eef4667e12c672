/** Why a text cannot be the beginning of a path as it is sent, as the end of a sentence. Null if it can. */
export function pathProblem(text: string): string | null {
  if (!text.startsWith('/')) return 'must begin with "/"'
  if (/[?#]/.test(text)) return 'must not contain "?" or "#": only the path is compared'
  if (/[^!-~]|\\/.test(text))
    return 'must be written as it is sent: with white space, control characters, "\\" and characters beyond ASCII percent-encoded'
  if (text.includes('//')) return 'must not have an empty segment'
  const made = unescapeWhole(text)
  if (made === null || made.split(/[/\\]/).some(isDots))
    return 'must not have "." or ".." as a segment, escaped or not'
  return null
}

/**
 * Whether some server may read a path as one that leads upwards: it has a segment of dots, however many times the server
 * decodes escapes, or a disguise of dots or of a separator.
 */
export function mayLeadUpwards(path: string): boolean {
  if (!/[.%]/.test(path)) return false
  const made = unescapeWhole(path)
  return made === null || disguise.test(made) || made.split(/[/\\\0]/).some(isDots)
}

/** Overlong UTF-8, whose first byte is C0 or C1 and which nothing else begins with, and the escapes of old IIS. */
const disguise = /[\xc0\xc1]|%u[\da-f]{4}/i

/** Some servers drop parameters after a semicolon, white space and control characters before they interpret dots. */
export function isDots(segment: string): boolean {
  return /^\.{1,2}(?:[;?#]|$)/.test(segment.replaceAll(/[\0- \x7f]/g, ''))
}

/** Several servers in a row may each decode the path. More than four are not realistic. */
const maxRounds = 4

/** Decodes a text until it no longer changes. Null if that takes too many rounds. */
export function unescapeWhole(text: string): string | null {
  let made = text
  for (let round = 0; round < maxRounds; round++) {
    const next = made.replaceAll(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (next === made) return made
    made = next
  }
  return null
}
