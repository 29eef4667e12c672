import { suggest } from '../values/suggest.ts'

/** The last part of a path that is no index: `email` of `contacts[0].email`. */
export function lastName(name: string): string {
  return name.split(/[.[\]/]/).findLast((part) => part !== '' && !/^\d+$/.test(part)) ?? name
}

/** Whether two names differ in writing only, or in one letter of a longer word. */
export function isOtherSpelling(one: string, other: string): boolean {
  const [own, wanted] = [withoutMarks(one), withoutMarks(other)]
  if (own === wanted) return true
  // Other words of four letters differ in one of them, as date and rate, and hardly by two that are swapped.
  const shortest = own.length === wanted.length && own.length < 5 && !haveSameLetters(own, wanted) ? 5 : 4
  return Math.min(own.length, wanted.length) >= shortest && isOneSlip(own, wanted)
}

/** Whether two names have the same letters in any order. */
export function haveSameLetters(one: string, other: string): boolean {
  return one.length === other.length && [...one].toSorted().join() === [...other].toSorted().join()
}

/** Whether one letter is more, less or another one, or two neighbours are swapped. */
export function isOneSlip(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false
  let start = 0
  while (start < one.length && one[start] === other[start]) start++
  let end = 0
  const most = Math.min(one.length, other.length) - start
  while (end < most && one.at(-1 - end) === other.at(-1 - end)) end++
  const [left, right] = [one.slice(start, one.length - end), other.slice(start, other.length - end)]
  const isSwapped = left.length === 2 && left[0] === right[1] && left[1] === right[0]
  return isSwapped || (left.length <= 1 && right.length <= 1)
}

/** Whether a name is another one with one letter less, and is not its singular. */
export function lacksLetter(own: string, wanted: string): boolean {
  return own.length > 2 && own.length + 1 === wanted.length && !wanted.endsWith('s') && isOneSlip(own, wanted)
}

/** A name in lower case, without hyphens, underscores and blanks. */
export function withoutMarks(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '')
}

/** Whether the words differ by misspellings only. `first_name` and `last_name` do not, and nor do names of three letters. */
export function areNear(words: readonly string[], others: readonly string[]): boolean {
  if (words.length !== others.length)
    return (
      words.join('').length > 3 &&
      suggest(words.join(''), [others.join('')]) !== null &&
      words.length + others.length <= 3
    )
  return words.every((word, index) => {
    const other = others[index] ?? ''
    return word === other || (word.length > 3 && suggest(word, [other]) !== null)
  })
}

export function isPartOf(words: readonly string[], others: readonly string[]): boolean {
  const [few, many] = words.length < others.length ? [words, others] : [others, words]
  return few.length < many.length && few.join('').length > 2 && few.every((word) => many.includes(word))
}

/** Whether two names consist of the same words in another order, as `idList` and `listId`. */
export function haveSameWords(one: string, other: string): boolean {
  const [own, others] = [splitWords(one), splitWords(other)]
  return own.length > 1 && own.toSorted().join() === others.toSorted().join()
}

/** The words of a name: `first` and `name` of `firstName`. */
export function splitWords(name: string): readonly string[] {
  return name
    .slice(0, 100)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[-_ ]+/)
}

/** Names with the same result are the same. */
export function foldName(name: string): string {
  return lastName(name).toLowerCase()
}
