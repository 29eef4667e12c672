import type { SecretPlace } from './secret-lookup.ts'

/** The author's own text right before and right behind a secret: empty at an end of the template, null where none stands. */
export interface Surroundings {
  readonly before: string | null
  readonly behind: string | null
}

/**
 * Whether the author's own text delimits a secret, so that no target can be made to join it with something else: in a path
 * a whole segment, or the end of one that begins literally; in a body a whole value, or what stands between delimiters.
 */
export function isDelimited(place: SecretPlace | 'url', { before, behind }: Surroundings): boolean {
  if (place !== 'url' && place !== 'path' && place !== 'body') return true
  if (before === null || behind === null) return false
  if (place === 'body') return (before === '' && behind === '') || isBetweenDelimiters(before, behind)
  return before.includes('/') && /^(?:[/?#]|$)/.test(behind)
}

const closing: Readonly<Record<string, RegExp>> = { '>': /^</, '"': /^"/, "'": /^'/, '=': /^(?:&|$)/ }

/** Behind a backslash a delimiter is none. */
function isBetweenDelimiters(before: string, behind: string): boolean {
  const close = closing[before.at(-1) ?? '']
  return close !== undefined && before.at(-2) !== '\\' && close.test(behind)
}
