import { quoteName } from '../values/text.ts'
import type { Explanation } from './explained-node.ts'
import { haveSameLetters, isOneSlip, splitWords } from './name-likeness.ts'
import { saysMissing } from './named-field-words.ts'
import type { Situation } from './situation.ts'

/**
 * Explains a target that misses something and does not say which field has it, by the one field of the node whose name is a misspelt
 * word of many APIs: `Cannot send an empty message` where the node sends `contnet`. Null without one.
 */
export function explainMisspelt(situation: Situation): Explanation | null {
  const { words, answer, fields, names, node } = situation
  if (!situation.isOfValues || situation.status === 409 || node.body === null) return null
  if (!saysMissing.test(words) || fields.some(({ sent }) => sent !== null)) return null
  const found = names.flatMap(({ name, path }) => {
    const meant = path.startsWith('/node/body') ? correct(name) : null
    return meant === null ? [] : [{ name, path, meant }]
  })
  const [only, ...others] = found
  if (only === undefined || others.some(({ name }) => name !== only.name)) return null
  if (namesOther(words, only.meant)) return null
  return {
    hint: `${answer} The node sends ${quoteName(only.name)}, which is probably a misspelt ${quoteName(only.meant)}: rename it if so.`,
    path: only.path,
  }
}

/** Whether words say what is missing, and that it is something else. */
function namesOther(words: string, meant: string): boolean {
  const said = Array.from(words.slice(0, maxRead).toLowerCase().matchAll(subject), ([, one = '']) => one)
  const known = said.filter((word) => common.has(word))
  return known.length > 0 && !known.some((word) => meant.toLowerCase().includes(word))
}

const maxRead = 500
const subject = /\b([a-z]{3,20}) (?:is|are|was|must|cannot|can't|should|may)\b/g

/** A name with one misspelt word put right; null if none of its words is one, or if several are. */
function correct(name: string): string | null {
  const own = splitWords(name)
  const corrected = own.map((word) => (common.has(word) ? null : findMeant(word)))
  const [only, ...others] = corrected.filter((word) => word !== null)
  if (only == null || others.length > 0) return null
  const word = own[corrected.indexOf(only)] ?? ''
  const at = name.toLowerCase().indexOf(word)
  return name.slice(0, at) + only + name.slice(at + word.length)
}

function findMeant(word: string): string | null {
  if (word.length > maxLength || ordinary.has(word)) return null
  const near = [...common].filter((meant) => isSlip(word, meant))
  return near.length === 1 ? (near[0] ?? null) : null
}

const maxLength = 20

/** Whether a word is another one with a slip of the hand. Its plural is none, and short words are near to others. */
function isSlip(word: string, meant: string): boolean {
  if (word[0] !== meant[0] || `${word}s` === meant || `${meant}s` === word) return false
  if (!isOneSlip(word, meant)) return false
  return (
    haveSameLetters(word, meant) || (Math.min(word.length, meant.length) > 4 && word.length !== meant.length)
  )
}

/** Words that are near to one of those below, and are none of it misspelt. */
const ordinary: ReadonlySet<string> = new Set(['stats', 'contest', 'tile', 'tides', 'pone', 'prince'])

/** Words of which the names of fields are made in many APIs. */
const common: ReadonlySet<string> = new Set([
  ...['content', 'text', 'message', 'title', 'subject', 'body', 'name', 'email', 'mail', 'phone', 'mobile'],
  ...['first', 'last', 'description', 'summary', 'amount', 'currency', 'status', 'type', 'username', 'user'],
  ...['address', 'street', 'city', 'country', 'postcode', 'channel', 'recipient', 'sender', 'template'],
  ...['attachment', 'embed', 'block', 'event', 'property', 'properties', 'attribute', 'value', 'quantity'],
  ...['price', 'product', 'order', 'customer', 'company', 'account', 'contact', 'date', 'time', 'language'],
  ...[
    'birthday',
    'gender',
    'source',
    'category',
    'priority',
    'comment',
    'note',
    'label',
    'payload',
    'number',
  ],
])
