import { listMissed } from './missed-names.ts'
import { foldName, splitWords } from './name-likeness.ts'
import { commonWords, maxText } from './named-field-words.ts'

/** Reads once what the target complains about. Returns whether it complains about a field of a name. */
export function readMentions(text: string, fields: readonly string[]): (name: string) => boolean {
  const named = new Set(listCandidates(text, fields).map(foldName))
  const words = new Set(readWords(text).map(foldName))
  // A name of one plain word may be any word of a sentence.
  const isDistinctive = (name: string) => /[_\d-]|[a-z][A-Z]/.test(name)
  return (name) => {
    const folded = foldName(name)
    return named.has(folded) || (isDistinctive(name) && words.has(folded))
  }
}

/** The names that a target gives as such, and those that its text makes names, the surest first. */
export function listCandidates(text: string, fields: readonly string[]): readonly string[] {
  return [
    ...fields,
    ...findQuotedNames(text),
    ...findLabels(text),
    ...findNamesInWords(text),
    ...findNamesOfValues(text),
    ...findNamesInCodes(text),
    ...listMissed(text),
    ...findNamesOfKinds(text),
  ]
}

/** Names before a colon, as in `Validation failed: emails: Expected array`. */
function findLabels(text: string): readonly string[] {
  const found = Array.from(text.slice(0, maxText).matchAll(label).take(maxFound), ([, name = '']) => name)
  return found.filter((name) => !splitWords(name).some((word) => ofErrors.test(word)))
}

const label = /(?<=^|[:;,.] )["'`\u2018\u201c]?([A-Za-z_][\w.[\]$-]{0,60})["'`\u2019\u201d]?:(?= \S)/g

const maxFound = 10

/** Names between quotation marks, as in `Unknown name "emial"`. */
export function findQuotedNames(text: string): readonly string[] {
  const quoted = text
    .slice(0, maxText)
    .matchAll(/(["'`\u2018\u201c])([A-Za-z_$][\w.$[\]/-]{0,60})["'`\u2019\u201d]/g)
  return Array.from(quoted.take(maxFound), ([, , name = '']) => name)
}

/** Names that stand between quotation marks, behind `param:`, or are written like a name of a program: `first_name`, `firstName`. */
export function findMarkedNames(text: string): readonly string[] {
  const tokens = readTokens(text)
  return [
    ...findQuotedNames(text),
    ...listMissed(text),
    ...Array.from(text.slice(0, maxText).matchAll(beginning).take(maxFound), ([, name = '']) => name),
    ...tokens.filter(
      (token, index) =>
        identifier.test(token) &&
        (/[_$]|[a-z][A-Z]|\w[./]\w/.test(token) || before.test(tokens[index - 1] ?? '')),
    ),
  ]
}

/** A sentence begins with a capital letter, unless it begins with a name. */
const beginning = /(?:^|[.;:,] )([a-z][\w-]{1,60}) (?:is|are|must|should|cannot|can't|may|has|field)\b/g

/** Names before a value between quotation marks: `The plan "gold" does not exist`. */
function findNamesOfValues(text: string): readonly string[] {
  const parts = text.slice(0, maxText).split(/["'`\u2018\u201c]/)
  const names = parts.slice(0, maxFound).map((part) => readWords(part).at(-1) ?? '')
  return names.filter(
    (name) =>
      identifier.test(name) && !before.test(name) && !/^names?$/i.test(name) && !commonWords.test(name),
  )
}

/** `Invalid email address` is about `email`. */
function findNamesOfKinds(text: string): readonly string[] {
  const found = text.slice(0, maxText).matchAll(ofKind).take(maxFound)
  return Array.from(found, ([, name = '']) => name)
}

const ofKind = /\b(?:in)?valid ([A-Za-z]\w{1,40}) (?:address|number|format|value|code|id)\b/gi

const before =
  /^(?:params?|parameters?|fields?|elements?|tags?|propert(?:y|ies)|attributes?|arguments?|columns?|keys?|feld(?:es)?|eigenschaft|attributs?|spalte|champs?|param[eè]tres?|campos?|kolom|pole|par[aá]metros?|atributos?|veld|parametri?)$/i
const behind =
  /^(?:is|are|was|must|can|cannot|can't|should|has|have|does|doesn't|isn't|required|missing|invalid|may|not|field|parameter|attribute|property)$/i
export const identifier = /^[/A-Za-z_$][\w.$/-]{0,60}$/

/**
 * Names that the words around them make one: `Missing required param: currency`, `email is invalid`, and lists of them:
 * `email and plan are required`.
 */
function findNamesInWords(text: string): readonly string[] {
  const words = readTokens(text)
  const isWord = (word: string | undefined) =>
    word !== undefined && identifier.test(word) && !commonWords.test(word)
  const isName = words.map(
    (word, index) =>
      isWord(word) && (before.test(words[index - 1] ?? '') || behind.test(words[index + 1] ?? '')),
  )
  const spread = (index: number, step: 1 | -1) => {
    if (!isName[index] || !joints.has(words[index + step]?.toLowerCase() ?? '')) return
    const next = joints.has(words[index + 2 * step]?.toLowerCase() ?? '')
      ? index + 3 * step
      : index + 2 * step
    if (isWord(words[next])) isName[next] = true
  }
  for (let index = 0; index < words.length; index++) spread(index, 1)
  for (let index = words.length - 1; index >= 0; index--) spread(index, -1)
  return words.filter((_word, index) => isName[index]).slice(0, maxFound)
}

const joints: ReadonlySet<string> = new Set([',', 'and', 'or', '&'])

/** Names within the name of an error: `missing_email`, `EMAIL_REQUIRED`, `invalidEmail`. */
function findNamesInCodes(text: string): readonly string[] {
  const found: string[] = []
  for (const word of readWords(text)) {
    if (found.length >= maxFound) break
    // Not a name of a program: `E-Mail-Adresse`.
    if (/[a-z]-[A-Z]/.test(word)) continue
    const words = splitWords(word)
    const start = words.findIndex((part) => !ofErrors.test(part))
    const end = words.findLastIndex((part) => !ofErrors.test(part)) + 1
    if (start === -1 || end - start === words.length) continue
    const own = words.slice(start, end)
    if (!own.every((part) => /^[a-z\d]+$/.test(part)) || commonWords.test(own.join('_'))) continue
    found.push(own.join('_'))
    if (own.length > 1) found.push(own.join(''))
  }
  return found
}

const ofErrors =
  /^(?:missing|invalid|required|empty|blank|bad|wrong|unknown|malformed|incorrect|duplicate|unsupported|no|not|is|found|exists?|already|taken|null|error|failed|format|must|be|too|long|short|err|e|code|value|val)$/

/** Words without the commas between them. */
export function readWords(text: string): readonly string[] {
  return readTokens(text).filter((word) => word !== ',')
}

/** Words, and the commas between them. */
function readTokens(text: string): readonly string[] {
  return text
    .slice(0, maxText)
    .replaceAll(',', ' , ')
    .split(/[\s"'`\u2018\u2019\u201c\u201d();:=<>[\]{}]+/)
    .map((word) => (word.endsWith('.') ? word.slice(0, -1) : word))
    .filter((word) => word !== '')
}
