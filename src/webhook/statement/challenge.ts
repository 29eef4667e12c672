/** What a `WWW-Authenticate` says (RFC 9110, section 11.6.1; RFC 6750, section 3). */
export interface Challenge {
  /** The schemes that the target accepts, as it writes them. */
  readonly schemes: readonly string[]
  /** `error_description` or, without one, `error` of Bearer; null if neither is there. */
  readonly text: string | null
  /** The scope that the call needs (RFC 6750, section 3.1); null if none is named. */
  readonly scope: string | null
}

/** Longer headers are cut: a challenge is short. */
const maxLength = 4_096
const maxSchemes = 5

/** Parses the value of `WWW-Authenticate`, all of its challenges. */
export function parseChallenge(header: string): Challenge {
  const schemes: string[] = []
  const parameters = new Map<string, string>()
  const text = cutAtComma(header)
  let end = 0
  for (const { 0: whole, 1: word = '', 2: equals, 3: quoted, 4: plain, index } of text.matchAll(part)) {
    const isFirst = end === 0 || text.slice(end, index).includes(',')
    end = index + whole.length
    if (equals !== undefined) parameters.set(word.toLowerCase(), unescaped(quoted) ?? plain ?? '')
    else if (isFirst && schemes.length < maxSchemes && !schemes.includes(word)) schemes.push(word)
  }
  const described = parameters.get('error_description') || parameters.get('error') || null
  return { schemes, text: described, scope: parameters.get('scope') || null }
}

const part = /([\w!#$%&'*+.^`|~-]+)(?:(\s*=\s*)(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g

function unescaped(quoted: string | undefined): string | undefined {
  return quoted?.replace(/\\(.)/g, '$1')
}

/** A parameter that is cut could be the beginning of a value to mask. */
function cutAtComma(header: string): string {
  if (header.length <= maxLength) return header
  return header.slice(0, Math.max(0, header.lastIndexOf(',', maxLength)))
}

const maxMethods = 10

/** The methods that an `Allow` names (RFC 9110, section 10.2.1). Anything that cannot be a method is left out. */
export function parseAllow(header: string): readonly string[] {
  const names = cutAtComma(header)
    .split(',')
    .map((name) => name.trim())
  return [...new Set(names.filter((name) => /^[A-Z]{3,16}$/.test(name)))].slice(0, maxMethods)
}
