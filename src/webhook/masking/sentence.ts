import type { Masker, MaskOptions } from './mask.ts'

/**
 * Masks values in a sentence of the service, in which what comes from elsewhere stands between quotes. Its own words stay,
 * although a user may be called "target" and a password be "connection": a mask there would hide nothing.
 */
export function maskSentence(sentence: string, masked: Masker): string {
  const display = masked(sentence)
  return display === sentence ? sentence : masked(sentence, { findOwn: findOwnWords })
}

/** Tells whether a part of a sentence is plain words outside of quotes. */
function findOwnWords(sentence: string): ReturnType<NonNullable<MaskOptions['findOwn']>> {
  const quoted = markQuoted(sentence)
  return (start, end) =>
    quoted[start] === 0 &&
    endsWord.test(sentence.slice(Math.max(0, start - 1), start)) &&
    beginsWord.test(sentence.slice(end, end + 2)) &&
    words.test(sentence.slice(start, end))
}

const words = /^[A-Za-z]+(?:[ '-][A-Za-z]+)*$/
const endsWord = /^[\s(]?$/
const beginsWord = /^[.,:;)]?(?:$|\s)/

/** For each character, whether an odd number of quotes precedes it. */
function markQuoted(sentence: string): Uint8Array {
  const quoted = new Uint8Array(sentence.length)
  let isQuoted = 0
  for (let at = 0; at < sentence.length; at++) {
    if (sentence[at] === '"') isQuoted = 1 - isQuoted
    quoted[at] = isQuoted
  }
  return quoted
}
