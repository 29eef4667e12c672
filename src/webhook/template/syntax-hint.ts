import { findFilterElsewhere } from './elsewhere/filters-elsewhere.ts'
import { mostArguments, neededArguments } from './filters/filter-arguments.ts'

/** The place of an expression, as far as a hint depends on it. */
export type HintPlace = 'condition' | 'value' | 'assign' | 'loop' | 'other'

/** A token as it is written. */
interface Written {
  readonly kind: string
  readonly text: string
}

/** Advice about a syntax error at a token; null if there is none. */
export function findSyntaxHint(
  tokens: readonly Written[],
  at: number,
  place: HintPlace,
  isQuoted: boolean,
): string | null {
  const token = tokens[at]?.text ?? ''
  const [before, next] = [tokens[at - 1]?.text ?? '', tokens[at + 1]?.text ?? '']
  if (token === '"*"' && before === '[')
    return 'write one item, as in list[0], or all, as in (list | map: "name")'
  if (token === '"+"' && place !== 'condition') return `${joined}; for numbers write a | plus: b`
  if (token === '"&"' && place !== 'condition' && !tokens.slice(0, at).some(({ text }) => isSign(text)))
    return joined
  if (token === '"/"' && /^[:,(]$/.test(before))
    return 'there are no regular expressions; write the text itself in quotes, as in replace: "a", "b"'
  if (token === '"{"')
    return 'no placeholder stands within another; write a computed name in brackets, as in profile[event.name]'
  if (token === '"}"') return 'a placeholder ends with "}}", a tag with "%}"'
  if (token === 'of' && place === 'loop') return 'write "in" for "of"'
  if (token === 'then') return 'leave it out'
  if (token === '|') return hintForBar(before, at, place)
  if (token === '(') return hintForCall(tokens, at, place)
  if (next === '(' && (token === 'and' || token === 'or' || token === 'contains')) return `write a ${token} b`
  if (isSign(before) && isSign(token)) return hintForSigns(before + token)
  const isReadable = tokens[at]?.kind !== 'unreadable'
  if (tokens[at - 2]?.text === '|' && isReadable && isArgument(token))
    return hintForArgument(before, token === '=' ? next : token, isQuoted)
  if (isOperator(token) && tokens.slice(0, at).some(({ text }) => text === '|'))
    return hintBehindFilter(token, place)
  if (isMinus(tokens, at)) return calculated('minus', place)
  if (token === ',') return hintForComma(tokens, at, place)
  if (token === '=') return hintForEquals(before, next, at, place)
  if (token === '==' && place === 'assign' && at === 1) return 'write "="'
  if (before.toLowerCase() === 'not' && before !== 'not') return 'write "not"'
  return hintForWord(token, next.toLowerCase(), place) ?? hintForName(tokens, at)
}

const joined = 'texts are joined as in {{ a }} {{ b }} or a | append: b'

/** What to write for an operator of arithmetic. A condition needs parentheses around it. */
function calculated(filter: string, place: HintPlace): string {
  return place === 'condition' ? `write (a | ${filter}: b)` : `write a | ${filter}: b`
}

/** Whether a sign stands behind a value: alone, or at the beginning of a number or name. */
function isMinus(tokens: readonly Written[], at: number): boolean {
  const [before, token] = [tokens[at - 1], tokens[at]]
  const isBehindValue =
    before !== undefined &&
    /^(?:word|number|string)$|^mark$/.test(before.kind) &&
    !/^[|:,.([=]$/.test(before.text)
  return isBehindValue && /^(?:[-\u2013\u2212]|-[\w?-]+)$/.test(token?.text ?? '')
}

function hintForComma(tokens: readonly Written[], at: number, place: HintPlace): string | null {
  const [before, next] = [tokens[at - 1], tokens[at + 1]]
  if (before?.kind === 'number' && next?.kind === 'number')
    return 'write the number without a comma, as in 1000 or 0.5'
  if (tokens.slice(0, at).some(({ text }) => text === '[')) return noLists
  if (place === 'condition') return 'write "and" or "or" between two comparisons'
  return place === 'value' ? 'write one placeholder for each value, as in {{ a }}, {{ b }}' : null
}

const noLists = 'there are no lists in an expression; compare with each value, as in a == 1 or a == 2'

/** Advice about a name with a blank, and about a second word without an operator. */
function hintForName(tokens: readonly Written[], at: number): string | null {
  const [before, token] = [tokens[at - 1], tokens[at]]
  if (token?.text === '.' && tokens[at + 1]?.kind === 'number')
    return 'write the number with a digit before the point, as in 0.5'
  if (token?.text === '[' && before?.text === '.')
    return tokens[at - 2]?.text.endsWith('?') === true
      ? 'leave out "?.", and the point before the bracket'
      : 'leave out the point before the bracket'
  if (token?.kind === 'string' && before?.text === '.')
    return `${joined}; a name in quotes stands in brackets, as in profile["first name"]`
  if (before?.kind === 'string' && token?.kind === 'word')
    return 'write a text with a quote in it between quotes of the other kind, as in "it\'s"'
  const [dot, name, next] = tokens.slice(Math.max(0, at - 2), at + 1)
  if (at > 0 && name?.kind === 'word' && next?.kind === 'word' && mostArguments.has(next.text))
    return `a filter stands behind a bar: write | ${writeFilter(next.text) ?? next.text}`
  return at > 1 && dot?.text === '.' && name?.kind === 'word' && next?.kind === 'word'
    ? 'write a name with a blank in brackets and quotes, as in profile["first name"]'
    : null
}

function foldName(name: string): string {
  return name.toLowerCase().replaceAll('_', '')
}

/** A filter with arguments, under its name here or elsewhere; null if there is none. */
function writeFilter(name: string): string | null {
  const example = neededArguments.get(name)?.example
  if (example !== undefined) return `${name}: ${example}`
  const lower = name.toLowerCase()
  if (lower === 'round') return 'round: 2'
  return mostArguments.has(lower) ? lower : (findFilterElsewhere(name)?.filter ?? null)
}

function isOperator(text: string): boolean {
  return /^(?:[=!]=|[<>]=?|and|or|contains)$/.test(text)
}

function hintBehindFilter(operator: string, place: HintPlace): string {
  if (operator === 'or' && place !== 'condition') return 'write a | default: b | default: c'
  return 'put the value and its filter in parentheses, as in (a | size) > 1'
}

function isSign(text: string): boolean {
  return /^[=!<>]=?$/.test(text)
}

/** Advice about `upper(a)`, `a.trim()` and `a | default("b")`: Liquid has no calls. */
function hintForCall(tokens: readonly Written[], at: number, place: HintPlace): string {
  const [name, mark] = [tokens[at - 1]?.text ?? '', tokens[at - 2]?.text ?? '']
  if (mark === '|') return hintForArguments(name)
  const operator = callsElsewhere.get(foldName(name))
  if (operator !== undefined && (place === 'condition' || !operator.isOperator))
    return `write ${operator.text}`
  const filter = writeFilter(name)
  const none = `${mark === '.' ? 'values have no methods' : 'there are no functions'}, only filters behind a value`
  const elsewhere = findFilterElsewhere(name)?.advice ?? operator?.text
  if (filter === null)
    return elsewhere == null
      ? `${none}; docs/values.md lists them. The engine sends in the payload what none of them makes`
      : `${none}; ${elsewhere}`
  const example = `${filter === 'size' ? 'profile.list' : 'profile.name'} | ${filter}`
  return `${none}: write ${place === 'condition' ? `(${example})` : example}`
}

function hintForArguments(filter: string): string {
  if (mostArguments.get(filter) === 0) return 'leave out the parentheses'
  return `write the arguments behind a colon, as in ${optional.get(filter) ?? writeFilter(filter) ?? 'default: "text"'}`
}

/** Filters whose arguments may be left out, with some. */
const optional: ReadonlyMap<string, string> = new Map([
  ['date', 'date: "%Y-%m-%d"'],
  ['join', 'join: ", "'],
  ['round', 'round: 2'],
  ['sort', 'sort: "name"'],
  ['sum', 'sum: "price"'],
  ['truncate', 'truncate: 50'],
  ['truncatewords', 'truncatewords: 10'],
])

interface CallElsewhere {
  readonly text: string
  /** Whether it makes true or false, so that it stands in conditions. */
  readonly isOperator: boolean
}

const operator = (text: string): CallElsewhere => ({ text, isOperator: true })

/** Functions and methods of other languages that are no filters here, by their names in lower case. */
export const callsElsewhere: ReadonlyMap<string, CallElsewhere> = new Map([
  ['includes', operator('a contains b')],
  ['contains', operator('a contains b')],
  ['stringcontains', operator('a contains b')],
  ['indexof', operator('a contains b')],
  ['match', operator('a contains b: there are no regular expressions')],
  ['matches', operator('a contains b: there are no regular expressions')],
  ['test', operator('a contains b: there are no regular expressions')],
  ['startswith', operator('a contains b, or (a | slice: 0, 2) == "ab"')],
  ['endswith', operator('a contains b, or (a | slice: -2, 2) == "ab"')],
  ['equals', operator('a == b')],
  ['eql', operator('a == b')],
  ['and', operator('a and b')],
  ['or', operator('a or b')],
  ['not', operator('not a')],
  ['regexmatch', operator('a contains b: there are no regular expressions')],
  ['eq', operator('a == b')],
  ['equalsignorecase', operator('(a | downcase) == "b"')],
  ['ne', operator('a != b')],
  ['greater', operator('a > b')],
  ['greaterorequals', operator('a >= b')],
  ['less', operator('a < b')],
  ['lessorequals', operator('a <= b')],
  ['exists', operator('a != nil')],
  ['defined', operator('a != nil')],
  ['isset', operator('a != nil')],
  ['hasownproperty', operator('a != nil')],
  ['isnull', operator('a == nil')],
  ['empty', operator('a == empty')],
  ['isempty', operator('a == empty')],
  ['isblank', operator('a == blank')],
  ['isnumber', operator('a > 0')],
  ['some', operator('(a | has_exp: "item", "item.ok")')],
  ['any', operator('(a | has_exp: "item", "item.ok")')],
  ['get', { text: 'the path, as in profile.name', isOperator: false }],
  ['getvariable', { text: 'the path, as in vars.name', isOperator: false }],
  ['now', { text: '"now" | date: "%Y-%m-%d"', isOperator: false }],
  ['today', { text: '"today" | date: "%Y-%m-%d"', isOperator: false }],
  ['concat', { text: 'a | append: b', isOperator: false }],
  ['coalesce', { text: 'a | default: b', isOperator: false }],
])

/** Whether a token after the name of a filter may be meant as its argument. */
function isArgument(text: string): boolean {
  return /^(?:=|["'\w-].*)$/s.test(text) && !/^(?:and|or|contains|in|is)$/i.test(text)
}

function hintForArgument(filter: string, argument: string, isQuoted: boolean): string {
  return `write ${filter}: ${!isQuoted && isQuotable(argument) ? argument : '…'}`
}

/** Whether a message may quote a token. A text between quotes may be a credential. */
function isQuotable(text: string): boolean {
  return /^[\w.-]{1,40}$/.test(text)
}

function hintForBar(before: string, at: number, place: HintPlace): string {
  if (before === '|') return place === 'condition' ? 'write "or"' : 'write a | default: b'
  if (at === 0 || before === '=' || before === '(') return 'the value before the filter is missing'
  return 'put the value and its filter in parentheses, as in (a | split: ",")'
}

function hintForSigns(signs: string): string | null {
  const right = signsElsewhere[signs]
  return right === undefined ? null : `write "${right}"`
}

const signsElsewhere: Readonly<Record<string, string>> = {
  '===': '==',
  '!==': '!=',
  '=<': '<=',
  '=>': '>=',
  '<>': '!=',
  '>=': '>=',
  '<=': '<=',
  '==': '==',
  '=!': '!=',
}

function hintForEquals(before: string, next: string, at: number, place: HintPlace): string | null {
  if (next === '"~"') return 'write "contains": there are no regular expressions'
  if (next === '<' || next === '>') return hintForSigns(`=${next}`)
  if (place === 'assign' && at === 0) return 'the name is missing, as in assign name = profile.name'
  if (place === 'loop') return `write ${before}: ${isQuotable(next) ? next : '…'}`
  return 'write "=="'
}

/** Advice about a word of another language. Its position tells it from a name. */
function hintForWord(word: string, next: string, place: HintPlace): string | null {
  const known = word.toLowerCase()
  if (word === '??') return 'write a | default: b'
  if (word === '?')
    return place === 'condition'
      ? 'leave it out with what follows: the condition is true or false'
      : 'write {% if a %}b{% else %}c{% endif %}'
  if (/^\dxx$/.test(known)) return `write a >= ${word[0]}00 and a <= ${word[0]}99`
  if (/^\d+e\d+$/.test(known)) return 'write the number in digits, as in 1000'
  if (known === 'is' && next === 'not') return 'write "!="'
  if (known === 'if' && place !== 'condition') return 'write {% if a %}b{% else %}c{% endif %}'
  if (known === 'not' && next === 'in') return 'write not list contains value'
  if (known === 'not' && next === 'contains') return 'write not a contains b'
  if (word === '"%"' && /^(?:|and|or|\))$/.test(next))
    return 'leave it out behind a number, or write a | modulo: b'
  const arithmetic = arithmeticSigns.get(word)
  if (arithmetic !== undefined && place === 'condition') return calculated(arithmetic, place)
  const right = wordsElsewhere.get(known)
  return right === undefined || right === `write "${word}"` ? null : right
}

const arithmeticSigns: ReadonlyMap<string, string> = new Map([
  ['"+"', 'plus'],
  ['"*"', 'times'],
  ['"%"', 'modulo'],
])

const wordsElsewhere: ReadonlyMap<string, string> = new Map([
  ['and', 'write "and"'],
  ['or', 'write "or"'],
  ['not', 'write "not"'],
  ['contains', 'write "contains"'],
  ['is', 'write "=="'],
  ['eq', 'write "=="'],
  ['equals', 'write "=="'],
  ['ne', 'write "!="'],
  ['neq', 'write "!="'],
  ['gt', 'write ">"'],
  ['gte', 'write ">="'],
  ['ge', 'write ">="'],
  ['lt', 'write "<"'],
  ['lte', 'write "<="'],
  ['le', 'write "<="'],
  ['in', 'swap the two sides: list contains value; or repeat the comparison: a == 1 or a == 2'],
  ['between', 'write a >= 1 and a <= 9'],
  ['exists', 'write a != nil'],
  ['isnt', 'write "!="'],
  ['startswith', 'write (a | slice: 0, 2) == "ab"'],
  ['starts_with', 'write (a | slice: 0, 2) == "ab"'],
  ['endswith', 'write (a | slice: -2, 2) == "ab"'],
  ['ends_with', 'write (a | slice: -2, 2) == "ab"'],
  ['instanceof', 'compare the value itself'],
  ['includes', 'write "contains"'],
  ['like', 'write "contains"'],
  ['matches', 'write "contains": there are no regular expressions'],
  ['"~"', 'write a | append: b; there are no regular expressions'],
  ['";"', 'leave it out: a placeholder or condition is one expression'],
  ['"#"', 'leave it out: there are no comments in an expression'],
  ['"`"', 'write straight quotes'],
  ['"&"', 'write "and"'],
  ['"!"', 'write "not"'],
  ['"+"', 'write a | plus: b'],
  ['"-"', 'write a | minus: b'],
  ['"*"', 'write a | times: b'],
  ['"/"', 'write a | divided_by: b; there are no comments and no regular expressions'],
  ['"%"', 'write a | modulo: b'],
  ['"$"', 'write profile.email instead of $profile.email'],
  ['"“"', 'write straight quotes'],
  ['"”"', 'write straight quotes'],
])
