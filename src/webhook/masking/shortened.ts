import { mask } from './mask.ts'

/**
 * Masks the words of a text that look like a part of a credential: those that a target has shortened itself, as in
 * `sk_live_51H…` and `sk-abc123****wxyz`, and those that begin as the keys of well-known services do. It looks at no value, so it
 * confirms no guess.
 */
export function hideShortened(text: string): string {
  let shown = ''
  let at = 0
  for (const { 0: word, index } of text.matchAll(words)) {
    if (!looksCut(word, text, index + word.length) && !looksIssued(word)) continue
    shown += text.slice(at, index) + mask
    at = index + word.length
  }
  return shown + text.slice(at)
}

/** Whether a word begins as the keys of well-known services do. */
export function looksIssued(word: string): boolean {
  return issued.test(word)
}

/** A word of a credential. */
const words = /[\w+=~-](?:[\w+=~-]|\.(?=[\w+=~-]))*/g

const minLength = 8

/** Whether a word has a digit or more than one part, and signs of omission behind it. */
function looksCut(word: string, text: string, end: number): boolean {
  if (word.length < minLength || !/\d/.test(word)) return false
  return /^(?:…|\.\.|\*\*|\[…\]|\[\.\.)/.test(text.slice(end, end + 4))
}

/** How keys, tokens and JWTs begin. */
const issued =
  /^(?:(?:sk|pk|rk)[_-](?:live|test|proj|ant)[_-]|sk-|whsec_|gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|shp(?:at|ca|pa|ss)_|A[KS]IA[0-9A-Z]{4}|AIza|ya29\.|eyJ[\w-]{4}|SG\.|npm_|hf_|dop_v1_|pat[-_])[\w.+/=~-]{4}/
