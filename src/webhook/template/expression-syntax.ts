import { LiquidError, Tokenizer } from 'liquidjs'
import { suggest } from '../values/suggest.ts'
import { listWords } from '../values/text.ts'
import { findFilterElsewhere } from './elsewhere/filters-elsewhere.ts'
import { dateLetters } from './filters/date-letters.ts'
import { insteadOfMore, mostArguments, neededArguments } from './filters/filter-arguments.ts'
import { callsElsewhere, findSyntaxHint, type HintPlace } from './syntax-hint.ts'

/** A variable in an expression. */
export interface VariablePath {
  /** The first name; null if it is computed. */
  readonly root: string | null
  /** The names after the first one; null for a computed one. */
  readonly members: readonly (string | null)[]
  /** The names between quotes. Messages do not quote them, because one may be a credential. */
  readonly quoted: ReadonlySet<string>
  /** The constant that the variable is compared with, if any. */
  readonly compared?: ComparedConstant
  /** Whether the expression uses only the truth of the variable. */
  readonly isJudged?: true
  /** Whether the variable stands behind an operator, where a text is usual. */
  readonly isCompared?: true
  /** Whether the variable stands in the condition of a filter such as `where_exp`. */
  readonly isOfItem?: true
}

/** A constant text or number in a comparison. */
interface ComparedConstant {
  readonly operator: string
  readonly kind: 'string' | 'number'
}

/** A well-formed expression, or the problem with it. */
export type CheckedExpression =
  | {
      readonly ok: true
      readonly variables: readonly VariablePath[]
      /** Names of the variables that the tag defines. */
      readonly made: readonly string[]
      /** Whether a computed text is used as a condition, which may name any variable. */
      readonly readsMore: boolean
      /** Whether the expression has a filter `default`. */
      readonly hasDefault: boolean
      /** The variable, if the expression consists of one variable; else null. */
      readonly only: VariablePath | null
      /** The constants that `when` compares with the subject of its `case`. */
      readonly compared: readonly ComparedConstant[]
    }
  | { readonly ok: false; readonly problem: string }

/** The form of an expression: between braces, as a condition, or as the arguments of a tag. */
export type ExpressionForm = 'value' | 'condition' | TagForm

/** The syntax of the arguments of a tag. */
type TagForm = 'nothing' | 'anything' | 'name' | 'assign' | 'capture' | 'for' | 'tablerow' | 'when' | 'cycle'

/**
 * Checks an expression against the grammar of Liquid. LiquidJS silently ignores the rest of an expression that it cannot
 * parse (`a b c`, `x >> 5`, `== "y`), and it reads some expressions in an unexpected way (`a contains b == false`,
 * `a == b | upcase`). A message about an expression between quotes does not quote its words, because one may be a credential.
 */
export function checkExpression(
  text: string,
  form: ExpressionForm,
  filters: ReadonlySet<string>,
  { isQuoted = false } = {},
): CheckedExpression {
  const reader = new ExpressionReader(text, filters, isQuoted)
  try {
    reader.read(form)
    const { variables, made, readsMore, hasDefault, only, compared } = reader
    return { ok: true, variables, made, readsMore, hasDefault, only, compared }
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ok: false, problem: error.message }
    throw error
  }
}

class SyntaxProblem extends Error {}

type TokenKind = 'string' | 'number' | 'word' | 'operator' | 'mark' | 'unreadable' | 'end'

interface Token {
  readonly kind: TokenKind
  readonly text: string
}

const end: Token = { kind: 'end', text: '' }

/** Of most variables no name is quoted. */
const noNames: ReadonlySet<string> = new Set()

/** White space in LiquidJS. All other characters outside ASCII except two quotes can be part of a name. */
const blank = String.raw`[\t-\r \xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`
const letter = String.raw`(?:[\w?-]|(?!${blank}|[\u201c\u201d\ufeff])[\x80-\uffff])`

/** The kinds of tokens in the order in which they are tried. Tests make no arrays and copies, as matches would. */
const tokenPatterns: readonly (readonly [kind: TokenKind, pattern: RegExp])[] = [
  ['string', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy],
  ['number', new RegExp(String.raw`[+-]?\d+(?:\.\d+)?(?!${letter})`, 'y')],
  ['word', new RegExp(`${letter}+`, 'y')],
  ['operator', /[=!]=|[<>]=?/y],
  ['mark', /\.\.|[|:,.()[\]=]/y],
]

const blanks = new RegExp(`${blank}*`, 'y')

const wordOperators = new Set(['and', 'or', 'contains'])
const maxNesting = 20

/**
 * The kind of result of a part. A constant beside `and` or `or` is usually half of a comparison. A `choice` joins values by
 * `and` or `or`: other languages return one of the values, Liquid returns true or false.
 */
type Gives = 'text' | 'number' | 'value' | 'truth' | 'choice'

/** A part of an expression. */
interface Part {
  readonly gives: Gives
  /** Whether the part has operators or filters without parentheses around them. */
  readonly isOpen: boolean
  /** The index in the list of all variables, if the part is a variable; else null. */
  readonly index: number | null
}

const truth: Part = { gives: 'truth', isOpen: true, index: null }
const choice: Part = { ...truth, gives: 'choice' }
const someValue: Part = { gives: 'value', isOpen: false, index: null }
const trueOrFalse: Part = { ...someValue, gives: 'truth' }
const nothing: Part = { ...someValue }

/** The words that are constants. */
const literals: ReadonlyMap<string, Part> = new Map([
  ['true', trueOrFalse],
  ['false', trueOrFalse],
  ...['nil', 'null', 'empty', 'blank'].map((word) => [word, nothing] as const),
])

const constants = {
  string: { ...someValue, gives: 'text' },
  number: { ...someValue, gives: 'number' },
} as const

/** The variables of LiquidJS for the loop within its block. */
const loopNames = { for: 'forloop', tablerow: 'tablerowloop' } as const

const loopOptions = { for: ['limit', 'offset', 'reversed'], tablerow: ['limit', 'offset', 'cols'] } as const

const hintPlaces: Readonly<Partial<Record<ExpressionForm, HintPlace>>> = {
  condition: 'condition',
  value: 'value',
  assign: 'assign',
  for: 'loop',
  tablerow: 'loop',
}

class ExpressionReader {
  readonly variables: VariablePath[] = []
  readonly made: string[] = []
  readsMore = false
  hasDefault = false
  only: VariablePath | null = null
  readonly compared: ComparedConstant[] = []
  readonly #filters: ReadonlySet<string>
  #place: HintPlace = 'other'
  readonly #tokens: readonly Token[]
  #at = 0
  #nesting = 0
  readonly #isQuoted: boolean

  constructor(text: string, filters: ReadonlySet<string>, isQuoted: boolean) {
    this.#filters = filters
    this.#isQuoted = isQuoted
    this.#tokens = tokenize(text)
  }

  read(form: ExpressionForm): void {
    if (form === 'anything') return
    this.#place = hintPlaces[form] ?? 'other'
    ExpressionReader.#forms[form](this)
    if (this.#peek.kind !== 'end') throw this.#unexpected(null)
  }

  /** One table for all readers: an expression is read for each placeholder of a node. */
  static readonly #forms: Readonly<
    Record<Exclude<ExpressionForm, 'anything'>, (reader: ExpressionReader) => void>
  > = {
    value: (reader) => {
      const { index } = reader.#written()
      reader.only = index === null ? null : (reader.variables[index] ?? null)
    },
    condition: (reader) => {
      const part = reader.#filtered()
      if (reader.#peek.kind === 'end') reader.#judge(part, onlyConstant)
    },
    nothing: () => {},
    name: (reader) => reader.#name(),
    assign: (reader) => {
      reader.#name()
      reader.#mark('=')
      reader.#written()
    },
    capture: (reader) => {
      const { text } = reader.#peek
      if (reader.#take('string')) {
        refuseName(text.slice(1, -1))
        reader.made.push(text.slice(1, -1))
      } else reader.#name()
    },
    for: (reader) => reader.#loop('for'),
    tablerow: (reader) => reader.#loop('tablerow'),
    when: (reader) => {
      do reader.#compare(reader.#operand())
      while (reader.#takeMark(',') || reader.#takeWord('or'))
    },
    cycle: (reader) => {
      reader.#written()
      if (reader.#takeMark(':')) reader.#written()
      while (reader.#takeMark(',')) reader.#written()
    },
  }

  #name(): void {
    const name = this.#word('a name')
    refuseName(name)
    this.made.push(name)
  }

  #loop(tag: keyof typeof loopNames): void {
    this.#name()
    this.made.push(loopNames[tag])
    if (!this.#takeWord('in')) throw this.#unexpected('"in"')
    this.#value()
    while (this.#peek.kind !== 'end') {
      this.#takeMark(',')
      this.#loopOption(tag)
    }
  }

  #loopOption(tag: keyof typeof loopNames): void {
    const options: readonly string[] = loopOptions[tag]
    const option = this.#word(listWords(options, 'or'))
    if (!options.includes(option))
      throw new SyntaxProblem(`the loop has no option "${option}"; write ${listWords(options, 'or')}`)
    if (option === 'reversed') return
    this.#mark(':')
    // `offset: continue` starts where the previous loop over the same list ended.
    if (tag === 'for' && option === 'offset' && this.#takeWord('continue')) return
    this.#value()
  }

  #filtered(): Part {
    const part = this.#logical()
    if (!this.#isMark('|')) return part
    if (part.isOpen) this.#refuseBar(part)
    refuseChoice(part)
    while (this.#takeMark('|')) this.#filter()
    return { ...someValue, isOpen: true }
  }

  /** Explains the bar in `a == 1 || b` and `a == 1 | upcase`. */
  #refuseBar(part: Part): never {
    if (!this.#isMark('|', this.#at + 1)) throw new SyntaxProblem(filterBehindOperation)
    if (this.#place !== 'condition') refuseChoice(part)
    throw new SyntaxProblem('unexpected "|" (write "or")')
  }

  /** Reads a value that is stored, sent or compared. A choice is refused, because it would give true or false. */
  #written(): Part {
    const part = this.#filtered()
    refuseChoice(part)
    return part
  }

  #compare(part: Part): void {
    const kind = kindOfConstant(part)
    if (kind !== null) this.compared.push({ operator: '==', kind })
  }

  #value(): void {
    refuseChoice(this.#operand())
  }

  #filter(): void {
    const name = this.#word('a filter name')
    if (!this.#filters.has(name)) {
      const argument = this.#isMark(':') ? (this.#tokens[this.#at + 1]?.text ?? '') : ''
      throw new SyntaxProblem(unknownFilter(name, argument, this.#filters, this.#isQuoted))
    }
    this.hasDefault ||= name === 'default'
    if (!this.#takeMark(':')) {
      if (this.#peek.kind === 'end' || this.#isMark('|') || this.#isMark(')')) refuseTooFew(name, 0)
      return
    }
    const start = this.#at
    let count = 0
    do count += this.#argument(name, count === 0) ? 1 : 0
    while (this.#takeMark(','))
    refuseTooFew(name, count)
    refuseTooMany(name, count)
    if (name === 'date') refuseFormat(this.#tokens[start])
    if (name.endsWith('_exp')) this.#readTextOfCondition(name, start)
    if (pathFilters.has(name)) this.#readTextOfPath(name, start)
  }

  /** Returns whether the argument is positional. Only `default` has a named argument; other filters would get a list. */
  #argument(filter: string, isFirst: boolean): boolean {
    const { kind, text } = this.#peek
    if (kind === 'word' && this.#tokens[this.#at + 1]?.text === ':') {
      if (filter !== 'default' || text !== 'allow_false' || isFirst) refuseNamed(filter, text, this.#isQuoted)
      this.#at += 2
      this.#operand()
      return false
    }
    this.#value()
    return true
  }

  /** Filters such as `where_exp` have two texts as arguments: the name of an item and a condition. */
  #readTextOfCondition(filter: string, start: number): void {
    const [item, comma, condition, next] = this.#tokens.slice(start, start + 4)
    const isConstant = item?.kind === 'string' && comma?.text === ',' && condition?.kind === 'string'
    if (!isConstant || (next !== this.#tokens[this.#at] && next?.text !== ',')) {
      this.readsMore = true
      return
    }
    const checked = checkExpression(readContent(condition), formOfCondition(filter), this.#filters, {
      isQuoted: true,
    })
    if (!checked.ok)
      throw new SyntaxProblem(`the condition of the filter "${filter}" is invalid: ${checked.problem}`)
    this.readsMore ||= checked.readsMore
    for (const variable of checked.variables) {
      const { root, members } = variable
      const quoted = new Set([root, ...members].filter((name) => name !== null))
      if (root !== readContent(item)) this.variables.push({ ...variable, quoted, isOfItem: true })
    }
  }

  /** Filters such as `where` have a path as a text argument. LiquidJS ignores the part of it that it cannot parse. */
  #readTextOfPath(filter: string, start: number): void {
    const [path, next] = this.#tokens.slice(start, start + 2)
    if (path?.kind !== 'string' || (next !== this.#tokens[this.#at] && next?.text !== ',')) return
    if (!isPath(readContent(path)))
      throw new SyntaxProblem(
        `the path of the filter "${filter}" is invalid; write a name with spaces in brackets, as in "['a b']"`,
      )
  }

  #logical(): Part {
    const first = this.#comparison()
    const joint = this.#takeJoint()
    if (joint === null) return first
    this.#judge(first, besideJoint[joint])
    let isChoice = isValue(first)
    do {
      const next = this.#comparison()
      this.#judge(next, besideJoint[joint])
      isChoice ||= isValue(next)
    } while (this.#takeWord(joint))
    if (this.#takeJoint() !== null) throw new SyntaxProblem(mixedJoints)
    return isChoice ? choice : truth
  }

  #takeJoint(): 'and' | 'or' | null {
    if (this.#takeWord('and')) return 'and'
    return this.#takeWord('or') ? 'or' : null
  }

  #comparison(): Part {
    const isNegated = this.#takeNots()
    const left = this.#operand()
    const { text: operator } = this.#peek
    if (!this.#takeComparator()) {
      if (!isNegated) return left
      this.#judge(left, onlyConstant)
      return truth
    }
    if (this.#isWord('not')) throw new SyntaxProblem(notBehindComparator)
    const right = this.#operand()
    this.#noteCompared(right)
    refuseComparedTruth(left, right)
    refuseComparedTruth(right, left)
    this.#noteConstant(left, operator, right)
    if (operator !== 'contains') this.#noteConstant(right, operator, left)
    const negates = this.#isWord('false', this.#at + 1)
    if (this.#takeComparator()) throw new SyntaxProblem(negates ? chainWithFalse : chain)
    return truth
  }

  /** Records that the truth of a part decides. A constant is refused there. */
  #judge({ gives, index }: Part, problem: string): void {
    if (gives === 'text' || gives === 'number') throw new SyntaxProblem(problem)
    const variable = index === null ? undefined : this.variables[index]
    if (index !== null && variable !== undefined) this.variables[index] = { ...variable, isJudged: true }
  }

  #noteCompared({ index }: Part): void {
    const variable = index === null ? undefined : this.variables[index]
    if (index !== null && variable?.members.length === 0)
      this.variables[index] = { ...variable, isCompared: true }
  }

  #noteConstant({ index }: Part, operator: string, other: Part): void {
    const variable = index === null ? undefined : this.variables[index]
    const kind = kindOfConstant(other)
    if (index === null || variable === undefined || kind === null) return
    this.variables[index] = { ...variable, compared: { operator, kind } }
  }

  #takeNots(): boolean {
    const start = this.#at
    while (this.#takeWord('not')) {}
    return this.#at > start
  }

  #takeComparator(): boolean {
    return this.#take('operator') || this.#takeWord('contains')
  }

  #operand(): Part {
    if (++this.#nesting > maxNesting)
      throw new SyntaxProblem(`the expression is nested more than ${maxNesting} levels deep`)
    const start = this.#at
    const { kind } = this.#peek
    let ownQuoted: Set<string> | null = null
    const first = this.#first()
    if (typeof first === 'string' && this.#isBehindQuotes) ownQuoted = new Set([first])
    const members: (string | null)[] = []
    while (kind !== 'number' && (this.#isMark('.') || this.#isMark('['))) {
      const name = this.#property()
      members.push(name)
      if (name === null || !this.#isBehindQuotes) continue
      ownQuoted ??= new Set()
      ownQuoted.add(name)
    }
    const quoted = ownQuoted ?? noNames
    this.#nesting--
    if (typeof first === 'string' || first === null) {
      const index = this.variables.push({ root: first, members, quoted }) - 1
      return { ...someValue, index }
    }
    if (members.length === 0) return first
    if (first.gives === 'text') this.#refuseIndexOfArgument(start)
    refuseMembers(first, members)
    return someValue
  }

  /** The first name of a variable; null for a computed one; for a constant its kind. */
  #first(): string | null | Part {
    const { kind, text } = this.#peek
    if (this.#takeMark('(')) return this.#group()
    if (this.#isMark('[')) return this.#property()
    if (kind !== 'string' && kind !== 'number' && kind !== 'word') throw this.#unexpected('a value')
    if (kind === 'word' && (wordOperators.has(text) || text === 'not')) throw this.#unexpected('a value')
    // LiquidJS reads 1e3 and -x as names of variables.
    if (kind === 'word' && /^[\d?-]/.test(text)) throw this.#unexpected('a value')
    if (kind === 'word') this.#refuseDash(text)
    if (kind === 'string' && !this.#isSearched) refusePlaceholder(text)
    this.#at++
    if (kind !== 'word') return constants[kind]
    return literals.get(text) ?? text
  }

  /** Refuses `a | split: "," [1]`: the index would be that of the text. */
  #refuseIndexOfArgument(start: number): void {
    if (!this.#isMark(':', start - 1) || !this.#isMark('|', start - 3)) return
    throw new SyntaxProblem(
      'an index behind an argument belongs to the argument alone; write {% assign parts = profile.email | split: "@" %}{{ parts[1] }}, or a filter, as in | first',
    )
  }

  /** Whether a filter searches for this text, so that braces in it may be meant literally. */
  get #isSearched(): boolean {
    const [bar, filter, colon] = this.#tokens.slice(Math.max(0, this.#at - 3), this.#at)
    return bar?.text === '|' && colon?.text === ':' && searchFilters.has(filter?.text ?? '')
  }

  #group(): Part {
    const part = this.#filtered()
    if (this.#isMark('..') && !part.isOpen) {
      this.#at++
      refuseChoice(part)
      this.#value()
      this.#mark(')')
      return someValue
    }
    this.#mark(')')
    return { ...part, isOpen: false }
  }

  /** The name of a property; null if it is computed. */
  #property(): string | null {
    if (this.#takeMark('.')) return this.#dotted()
    this.#mark('[')
    const { kind, text } = this.#peek
    const start = this.#at
    this.#value()
    const isConstant = this.#at === start + 1 && (kind === 'string' || kind === 'number')
    this.#mark(']')
    if (!isConstant) return null
    return kind === 'number' ? text : text.slice(1, -1)
  }

  /** Whether the name that was just read stands between quotes. */
  get #isBehindQuotes(): boolean {
    return this.#isMark(']', this.#at - 1) && this.#tokens[this.#at - 2]?.kind === 'string'
  }

  #dotted(): string {
    const { text } = this.#peek
    // In LiquidJS a name may contain a minus, but no other sign.
    return !text.startsWith('+') && this.#take('number') ? text : this.#word('a member name')
  }

  get #peek(): Token {
    return this.#tokens[this.#at] ?? end
  }

  #take(kind: TokenKind): boolean {
    const taken = this.#peek.kind === kind
    if (taken) this.#at++
    return taken
  }

  #isMark(text: string, at = this.#at): boolean {
    const { kind, text: found } = this.#tokens[at] ?? end
    return kind === 'mark' && found === text
  }

  #isWord(text: string, at = this.#at): boolean {
    const { kind, text: found } = this.#tokens[at] ?? end
    return kind === 'word' && found === text
  }

  #takeMark(text: string): boolean {
    const taken = this.#isMark(text)
    if (taken) this.#at++
    return taken
  }

  #takeWord(text: string): boolean {
    const taken = this.#isWord(text)
    if (taken) this.#at++
    return taken
  }

  #mark(text: string): void {
    if (!this.#takeMark(text)) throw this.#unexpected(`"${text}"`)
  }

  #word(expected: string): string {
    const { kind, text } = this.#peek
    if (kind !== 'word') throw this.#unexpected(expected)
    this.#refuseDash(text)
    this.#at++
    return text
  }

  /** Refuses `{{ a- }}`, which is not `{{ a -}}`. */
  #refuseDash(name: string): void {
    if (!name.endsWith('-')) return
    throw new SyntaxProblem(
      `${this.#isQuoted ? 'a name' : `"${name}"`} ends with a dash; to trim white space, write the dash right before the closing braces; to use a name that ends with a dash, write it in brackets and quotes`,
    )
  }

  /** `expected`: null for the end of the expression. */
  #unexpected(expected: string | null): SyntaxProblem {
    const hint = findSyntaxHint(this.#tokens, this.#at, this.#place, this.#isQuoted)
    const advice = hint === null ? '' : ` (${hint})`
    return new SyntaxProblem(`${this.#complaint(expected)}${advice}`)
  }

  #complaint(expected: string | null): string {
    const token = this.#peek
    if (token.kind === 'end') return `expected ${expected} at the end`
    if (token.text === unclosedQuote) return unclosedQuote
    const found = describeToken(token, this.#isQuoted)
    return expected === null
      ? `unexpected ${found.replace(/^a /, '')}`
      : `expected ${expected} before ${found}`
  }
}

const chain = 'comparisons cannot be chained; join two of them with "and", as in a < b and b < c'

const chainWithFalse = 'comparisons cannot be chained; to negate one, write "not" before it'

const notBehindComparator = '"not" after an operator needs parentheses, as in a == (not b)'

const mixedJoints = '"and" and "or" cannot be mixed without parentheses; write them, as in (a and b) or c'

const filterBehindOperation =
  'the filter would apply to the result of the operator; put the value and its filter in parentheses, as in (a | downcase) == "b"'

/** Explains `a contains "x" or "y"`, which is always true. */
const besideJoint = {
  and: constantBeside('and'),
  or: constantBeside('or'),
} as const

function constantBeside(joint: 'and' | 'or'): string {
  return `a text or a number beside "${joint}" is always true; repeat the comparison, as in a == 1 ${joint} a == 2`
}

const onlyConstant = 'a text or a number alone is always true; compare it with a value'

function kindOfConstant({ gives }: Part): ComparedConstant['kind'] | null {
  if (gives === 'text') return 'string'
  return gives === 'number' ? 'number' : null
}

/** Whether a part is a value, and not true or false. */
function isValue({ gives }: Part): boolean {
  return gives === 'value' || gives === 'choice'
}

/** Refuses `{{ a or b }}`: it gives true or false, but authors expect the first value that exists. */
function refuseChoice({ gives }: Part): void {
  if (gives !== 'choice') return
  throw new SyntaxProblem(
    '"and" and "or" return true or false, not one of the values beside them; for the first value that exists write a | default: b, for true or false {% if a or b %}true{% else %}false{% endif %}',
  )
}

/** Refuses a comparison of true or false with a text or a number, which are never equal. */
function refuseComparedTruth(part: Part, other: Part): void {
  const isTruth = part.gives === 'choice' || (part.gives === 'truth' && part !== trueOrFalse)
  if (!isTruth || (other.gives !== 'text' && other.gives !== 'number')) return
  throw new SyntaxProblem(
    'the expression in parentheses is true or false, which never equals a text or a number; repeat the comparison, as in a == 1 or b == 1',
  )
}

/** Refuses members of constants. In Liquid only a text has some: its size and its characters. */
function refuseMembers(part: Part, [name]: readonly (string | null)[]): void {
  const isOfText = name === null || /^(?:size|length|first|last|-?\d+)$/.test(name ?? '')
  if (part.gives === 'text' && isOfText) return
  if (part.gives === 'value' && part !== nothing) return
  throw new SyntaxProblem(
    part.gives === 'text'
      ? 'a text has no members except its size and its characters'
      : 'a constant such as true or nil has no members',
  )
}

/** The form of the condition of a filter. `group_by_exp` keeps its value; all other filters use its truth. */
export function formOfCondition(filter: string): ExpressionForm {
  return filter === 'group_by_exp' ? 'value' : 'condition'
}

/** Refuses `{{ a | default: "{{ b }}" }}`, which would send the braces. */
function refusePlaceholder(text: string): void {
  if (!isAround(text, '{{', '}}') && !isAround(text, '{%', '%}')) return
  throw new SyntaxProblem(
    'a placeholder or tag inside quotes is not rendered; write the value without braces and quotes, as in default: profile.name or "Hi " | append: profile.name',
  )
}

function isAround(text: string, open: string, close: string): boolean {
  const start = text.indexOf(open)
  return start !== -1 && text.includes(close, start + open.length)
}

/** Refuses `{% assign true = 1 %}`: no expression could refer to that variable. */
function refuseName(name: string): void {
  if (literals.has(name) || wordOperators.has(name) || name === 'not')
    throw new SyntaxProblem(`"${name}" is a reserved word of Liquid and cannot be the name of a variable`)
}

/** Refuses `date: "YYYY-MM-DD"`: without a percent sign every date becomes that text. */
function refuseFormat(argument: Token | undefined): void {
  const format = argument?.kind === 'string' ? readContent(argument) : '%'
  if (format.includes('%') || !/[YyMDdHhms]{2}/.test(format)) return
  const meant = format.replaceAll(
    /YYYY|yyyy|YY|yy|MM|DD|dd|HH|hh|mm|ss/g,
    (part) => dateLetters[part] ?? part,
  )
  const written = /^(?:%[YymdHIMS]|[-/.: T])+$/.test(meant) && meant.length < 40 ? meant : '%Y-%m-%d'
  throw new SyntaxProblem(`the format of the filter "date" has no "%"; write date: "${written}"`)
}

function refuseTooFew(filter: string, count: number): void {
  const needed = neededArguments.get(filter)
  if (needed === undefined || count >= needed.count) return
  const wanted = needed.count === 1 ? 'an argument' : `${needed.count} arguments`
  throw new SyntaxProblem(`the filter "${filter}" needs ${wanted}, as in ${filter}: ${needed.example}`)
}

function refuseTooMany(filter: string, count: number): void {
  const most = mostArguments.get(filter) ?? 0
  if (count <= most) return
  const taken = ['no argument', 'one argument'][most] ?? `${most} arguments`
  const instead = insteadOfMore.get(filter)
  const advice = instead === undefined ? '' : ` (did you mean ${instead}?)`
  throw new SyntaxProblem(
    `the filter "${filter}" takes ${most === 0 ? '' : 'at most '}${taken}, but got ${count}${advice}`,
  )
}

function refuseNamed(filter: string, name: string, isQuoted: boolean): never {
  if (filter === 'default' && name === 'allow_false')
    throw new SyntaxProblem('"allow_false" must follow the value, as in default: "text", allow_false: true')
  const only = filter === 'default' ? '; its only named argument is allow_false' : ''
  const named = isQuoted ? 'of that name' : `named "${name}"`
  throw new SyntaxProblem(`the filter "${filter}" has no argument ${named}${only}`)
}

/** Whether LiquidJS reads the whole text as the path to a property. */
function isPath(text: string): boolean {
  // LiquidJS recurses for each bracket.
  if (text.split(/[[(]/).length > maxNesting) return false
  const tokenizer = new Tokenizer(text)
  try {
    tokenizer.readScopeValue()
    tokenizer.skipBlank()
    return tokenizer.end()
  } catch (error) {
    if (LiquidError.is(error)) return false
    throw error
  }
}

/** The content of a text literal, as LiquidJS reads it. */
function readContent({ text }: Token): string {
  return new Tokenizer(text).readQuoted()?.content ?? ''
}

/** Filters whose first argument is a text to search for. */
const searchFilters: ReadonlySet<string> = new Set([
  ...['split', 'remove', 'remove_first', 'remove_last', 'replace', 'replace_first', 'replace_last'],
])

/** Filters that read a text as the path to a property of each item. */
const pathFilters: ReadonlySet<string> = new Set(['where', 'reject', 'find', 'find_index', 'has', 'group_by'])

function tokenize(expression: string): readonly Token[] {
  const tokens: Token[] = []
  for (let at = skip(blanks, expression, 0); at < expression.length; ) {
    const token = readToken(expression, at)
    tokens.push(token)
    if (token.kind === 'unreadable') break
    at = skip(blanks, expression, at + token.text.length)
  }
  return tokens
}

function readToken(expression: string, at: number): Token {
  for (const [kind, pattern] of tokenPatterns) {
    const behind = skip(pattern, expression, at)
    if (behind > at) return { kind, text: expression.slice(at, behind) }
  }
  return unreadable(expression.slice(at).trimStart())
}

/** The index behind what a sticky pattern matches at an index; the index itself if it matches nothing there. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** A token that no rule of the grammar accepts, so that the parser complains at its place. */
function unreadable(rest: string): Token {
  return { kind: 'unreadable', text: /^["']/.test(rest) ? unclosedQuote : `"${rest[0]}"` }
}

const unclosedQuote = 'a quote is not closed'

/** Describes a token for messages. Texts are not quoted, because one may be a credential. */
function describeToken({ kind, text }: Token, isQuoted: boolean): string {
  if (kind === 'string') return 'a text'
  if (isQuoted && kind === 'number') return 'a number'
  if (isQuoted && kind === 'word' && !wordOperators.has(text) && text !== 'not') return 'a word'
  return kind === 'unreadable' ? text : `"${text}"`
}

/** The form of a number in other tools, as in `"0.00"` and `"#,##0"`. */
const formOfNumber = /^["'][#0][#0.,]*["']$/

function unknownFilter(
  name: string,
  argument: string,
  filters: ReadonlySet<string>,
  isQuoted: boolean,
): string {
  const unknown = isQuoted ? 'there is no filter of that name' : `there is no filter "${name}"`
  if (formOfNumber.test(argument)) return `${unknown} (write round: 2)`
  const call = callsElsewhere.get(name.toLowerCase().replaceAll('_', ''))
  if (call !== undefined) return `${unknown} (write ${call.text})`
  const elsewhere = findFilterElsewhere(name)
  if (elsewhere !== null) return `${unknown} (${elsewhere.advice ?? `write ${elsewhere.filter}`})`
  const meant = suggest(name, filters)
  return `${unknown}${meant === null ? '' : ` (did you mean "${meant}"?)`}`
}
