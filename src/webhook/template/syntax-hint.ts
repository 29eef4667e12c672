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
  if (token === '|') return hintForBar(before, at, place)
  if (isSign(before) && isSign(token)) return hintForSigns(before + token)
  const isReadable = tokens[at]?.kind !== 'unreadable'
  if (tokens[at - 2]?.text === '|' && isReadable && isArgument(token))
    return hintForArgument(before, token === '=' ? next : token, isQuoted)
  if (isOperator(token) && tokens.slice(0, at).some(({ text }) => text === '|'))
    return hintBehindFilter(token, place)
  if (token === '=') return hintForEquals(before, next, at, place)
  if (token === '==' && place === 'assign' && at === 1) return 'write "="'
  if (before.toLowerCase() === 'not' && before !== 'not') return 'write "not"'
  return hintForWord(token, next.toLowerCase(), place)
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
}

function hintForEquals(before: string, next: string, at: number, place: HintPlace): string | null {
  if (next === '<' || next === '>') return hintForSigns(`=${next}`)
  if (place === 'assign' && at === 0) return 'the name is missing, as in assign name = profile.name'
  if (place === 'loop') return `write ${before}: ${isQuotable(next) ? next : '…'}`
  return 'write "=="'
}

/** Advice about a word of another language. Its position tells it from a name. */
function hintForWord(word: string, next: string, place: HintPlace): string | null {
  const known = word.toLowerCase()
  if (word === '??') return 'write a | default: b'
  if (word === '?') return place === 'condition' ? null : 'write {% if a %}b{% else %}c{% endif %}'
  if (known === 'is' && next === 'not') return 'write "!="'
  if (known === 'not' && next === 'in') return 'write not list contains value'
  if (known === 'not' && next === 'contains') return 'write not a contains b'
  const right = wordsElsewhere.get(known)
  return right === undefined || right === `write "${word}"` ? null : right
}

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
  ['in', 'swap the two sides: list contains value'],
  ['includes', 'write "contains"'],
  ['like', 'write "contains"'],
  ['matches', 'write "contains"'],
  ['"&"', 'write "and"'],
  ['"!"', 'write "not"'],
  ['"+"', 'write a | plus: b'],
  ['"-"', 'write a | minus: b'],
  ['"*"', 'write a | times: b'],
  ['"/"', 'write a | divided_by: b'],
  ['"%"', 'write a | modulo: b'],
  ['"$"', 'write profile.email instead of $profile.email'],
  ['"“"', 'write straight quotes'],
  ['"”"', 'write straight quotes'],
])

/** The names of filters in other tools. */
const filtersElsewhere: Readonly<Record<string, string>> = {
  trim: 'strip',
  ltrim: 'lstrip',
  rtrim: 'rstrip',
  trimstart: 'lstrip',
  trimend: 'rstrip',
  length: 'size',
  len: 'size',
  count: 'size',
  tojson: 'json',
  stringify: 'json',
  jsonencode: 'json',
  tostring: 'append: ""',
  string: 'append: ""',
  str: 'append: ""',
  tonumber: 'plus: 0',
  number: 'plus: 0',
  float: 'plus: 0',
  toint: 'to_integer',
  int: 'to_integer',
  lower: 'downcase',
  lowercase: 'downcase',
  tolowercase: 'downcase',
  upper: 'upcase',
  uppercase: 'upcase',
  touppercase: 'upcase',
  title: 'capitalize',
  titlecase: 'capitalize',
  substring: 'slice',
  substr: 'slice',
  replaceall: 'replace',
  urlencode: 'url_encode',
  encodeuricomponent: 'url_encode',
  urldecode: 'url_decode',
  base64: 'base64_encode',
  b64encode: 'base64_encode',
  b64decode: 'base64_decode',
  dateformat: 'date: "%Y-%m-%d"',
  formatdate: 'date: "%Y-%m-%d"',
  strftime: 'date: "%Y-%m-%d"',
  format: 'date: "%Y-%m-%d"',
  fallback: 'default',
  ifempty: 'default',
  pluck: 'map',
  filter: 'where',
  select: 'where',
  unique: 'uniq',
  distinct: 'uniq',
  htmlescape: 'escape',
  add: 'plus',
  sub: 'minus',
  subtract: 'minus',
  multiply: 'times',
  multipliedby: 'times',
  divide: 'divided_by',
  mod: 'modulo',
}

/** The filter that corresponds to a filter of another tool, or null. */
export function findFilterElsewhere(name: string): string | null {
  const key = name.toLowerCase().replaceAll('_', '')
  return Object.hasOwn(filtersElsewhere, key) ? (filtersElsewhere[key] ?? null) : null
}
