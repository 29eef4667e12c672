import { maySay, type ReadableResponse } from './readable-response.ts'

/** A name from the target as it may be shown; null if it may not be shown. */
export function showName({ mayBeQuoted, maskers }: ReadableResponse, name: string): string | null {
  return mayBeQuoted && !oddCharacters.test(name) && maySay(maskers, name) ? name : null
}

/** Control characters, line breaks and bidirectional controls. */
const oddCharacters = /[\p{C}\p{Zl}\p{Zp}]/u
