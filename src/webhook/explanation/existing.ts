import { spread } from './credential.ts'

/** Whether words say that the target has the record, or a value of which there is one only, already. */
export function saysExisting(words: string): boolean {
  return ofExisting.test(spread(words))
}

const ofExisting =
  /\balready (?:exists?|a(?: list)? member|been (?:taken|used|registered)|taken|in use|associated|used|registered|subscribed)\b|\bduplicate (?:key|entry|record|value|email)\b|\bduplicates? (?:detected|found)\b|\b(?:not|must be) unique\b/i
