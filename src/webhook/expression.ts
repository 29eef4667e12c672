import { nearest } from './nearest.ts'

/** A variable as an expression names it. */
export interface VariablePath {
  /** The first name, or null where it is computed. */
  readonly root: string | null
  readonly text: string
}

/** An expression that follows the grammar, or what is wrong with it. */
export type CheckedExpression =
  | { readonly ok: true; readonly variables: readonly VariablePath[] }
  | { readonly ok: false; readonly problem: string }

/** The places of an expression: between braces, as a condition, or as the arguments of a tag. */
export type ExpressionForm = 'value' | TagForm

/** How the arguments of a tag are written. */
export type TagForm = 'nothing' | 'anything' | 'name' | 'assign' | 'capture' | 'for' | 'when' | 'cycle'

/**
 * Checks an expression against the grammar of Liquid. LiquidJS itself stops reading where it no longer
 * understands (`a b c`, `x >> 5`, `== "y`), so that half of what an author meant is ignored in silence.
 */
export function checkExpression(
  text: string,
  form: ExpressionForm,
  filters: ReadonlySet<string>,
): CheckedExpression {
  const reader = new ExpressionReader(text, filters)
  try {
    reader.read(form)
    return { ok: true, variables: reader.variables }
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

/** What LiquidJS skips, and what it takes as part of a name: all beyond ASCII but these and two quotes. */
const blank = String.raw`[\t-\r \xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`
const letter = String.raw`(?:[\w?-]|(?!${blank}|[\u201c\u201d\ufeff])[\x80-\uffff])`

const tokenPattern = new RegExp(
  `${blank}*(?:${[
    String.raw`(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`,
    String.raw`(?<number>[+-]?\d+(?:\.\d+)?(?!${letter}))`,
    `(?<word>${letter}+)`,
    '(?<operator>[=!]=|[<>]=?)',
    String.raw`(?<mark>\.\.|[|:,.()[\]=])`,
    '(?<end>$)',
  ].join('|')})`,
  'sy',
)

const wordOperators = new Set(['and', 'or', 'contains'])
const maxNesting = 20

class ExpressionReader {
  readonly variables: VariablePath[] = []
  readonly #filters: ReadonlySet<string>
  readonly #tokens: readonly Token[]
  #at = 0
  #nesting = 0

  constructor(text: string, filters: ReadonlySet<string>) {
    this.#filters = filters
    this.#tokens = tokenize(text)
  }

  read(form: ExpressionForm): void {
    if (form === 'anything') return
    this.#forms[form]()
    if (this.#peek.kind !== 'end') throw this.#unexpected('the end')
  }

  readonly #forms: Readonly<Record<Exclude<ExpressionForm, 'anything'>, () => void>> = {
    value: () => this.#filtered(),
    nothing: () => {},
    name: () => this.#word('a name'),
    assign: () => {
      this.#word('a name')
      this.#mark('=')
      this.#filtered()
    },
    capture: () => {
      if (!this.#take('string')) this.#word('a name')
    },
    for: () => this.#loop(),
    when: () => {
      do this.#operand()
      while (this.#takeMark(',') || this.#takeWord('or'))
    },
    cycle: () => {
      this.#filtered()
      if (this.#takeMark(':')) this.#filtered()
      while (this.#takeMark(',')) this.#filtered()
    },
  }

  #loop(): void {
    this.#word('a name')
    if (!this.#takeWord('in')) throw this.#unexpected('"in"')
    this.#operand()
    while (this.#peek.kind !== 'end') {
      this.#takeMark(',')
      const option = this.#word('limit, offset, cols or reversed')
      if (option === 'reversed') continue
      if (!['limit', 'offset', 'cols'].includes(option))
        throw new SyntaxProblem(`unknown option "${option}" of the loop`)
      this.#mark(':')
      this.#operand()
    }
  }

  #filtered(): void {
    this.#comparison()
    while (this.#takeMark('|')) this.#filter()
  }

  #filter(): void {
    const name = this.#word('the name of a filter')
    if (!this.#filters.has(name)) throw new SyntaxProblem(unknownFilter(name, this.#filters))
    if (!this.#takeMark(':')) return
    do this.#argument()
    while (this.#takeMark(','))
  }

  #argument(): void {
    if (this.#peek.kind === 'word' && this.#tokens[this.#at + 1]?.text === ':') this.#at += 2
    this.#operand()
  }

  #comparison(): void {
    this.#negatable()
    while (
      this.#peek.kind === 'operator' ||
      (this.#peek.kind === 'word' && wordOperators.has(this.#peek.text))
    ) {
      this.#at++
      this.#negatable()
    }
  }

  #negatable(): void {
    while (this.#peek.text === 'not' && this.#peek.kind === 'word') this.#at++
    this.#operand()
  }

  #operand(): void {
    if (++this.#nesting > maxNesting) throw new SyntaxProblem(`nested deeper than ${maxNesting} levels`)
    const start = this.#at
    const isNumber = this.#peek.kind === 'number'
    const root = this.#first()
    while (!isNumber && (this.#peek.text === '.' || this.#peek.text === '[')) this.#property()
    if (root !== undefined) this.variables.push({ root, text: this.#textSince(start) })
    this.#nesting--
  }

  /** The name that a variable begins with, null for a computed one, undefined where it is no variable. */
  #first(): string | null | undefined {
    const { kind, text } = this.#peek
    if (this.#takeMark('(')) return this.#group()
    if (kind === 'mark' && text === '[') return this.#bracketedRoot()
    if (kind !== 'string' && kind !== 'number' && kind !== 'word') throw this.#unexpected('a value')
    if (kind === 'word' && (wordOperators.has(text) || text === 'not')) throw this.#unexpected('a value')
    // LiquidJS reads 1e3 and -x as names of variables that nobody has.
    if (kind === 'word' && /^[\d?-]/.test(text)) throw this.#unexpected('a value')
    this.#at++
    return kind === 'word' && !literals.has(text) ? text : undefined
  }

  #group(): undefined {
    this.#filtered()
    if (this.#takeMark('..')) this.#operand()
    this.#mark(')')
  }

  #bracketedRoot(): string | null {
    const inside = this.#tokens[this.#at + 1]
    return inside?.kind === 'string' && this.#tokens[this.#at + 2]?.text === ']'
      ? inside.text.slice(1, -1)
      : null
  }

  #property(): void {
    if (this.#takeMark('[')) {
      this.#operand()
      this.#mark(']')
    } else {
      this.#mark('.')
      if (!this.#take('number')) this.#word('the name of a property')
    }
  }

  get #peek(): Token {
    return this.#tokens[this.#at] ?? end
  }

  #take(kind: TokenKind): boolean {
    const taken = this.#peek.kind === kind
    if (taken) this.#at++
    return taken
  }

  #takeMark(text: string): boolean {
    const taken = this.#peek.kind === 'mark' && this.#peek.text === text
    if (taken) this.#at++
    return taken
  }

  #takeWord(text: string): boolean {
    const taken = this.#peek.kind === 'word' && this.#peek.text === text
    if (taken) this.#at++
    return taken
  }

  #mark(text: string): void {
    if (!this.#takeMark(text)) throw this.#unexpected(`"${text}"`)
  }

  #word(expected: string): string {
    const { kind, text } = this.#peek
    if (kind !== 'word') throw this.#unexpected(expected)
    this.#at++
    return text
  }

  #textSince(start: number): string {
    return this.#tokens
      .slice(start, this.#at)
      .map(({ text }) => text)
      .join('')
  }

  #unexpected(expected: string): SyntaxProblem {
    return new SyntaxProblem(`expected ${expected} ${placeOf(this.#peek)}`)
  }
}

const literals = new Set(['true', 'false', 'nil', 'null', 'empty', 'blank'])

function tokenize(expression: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (true) {
    tokenPattern.lastIndex = at
    const groups = tokenPattern.exec(expression)?.groups
    if (groups?.end === '') return tokens
    const kind = (['string', 'number', 'word', 'operator', 'mark'] as const).find((name) => groups?.[name])
    if (kind === undefined) return [...tokens, unreadable(expression.slice(at).trimStart())]
    tokens.push({ kind, text: groups?.[kind] ?? '' })
    at = tokenPattern.lastIndex
  }
}

/** A token that no rule of the grammar takes, so that the reader complains about it where it stands. */
function unreadable(rest: string): Token {
  return { kind: 'unreadable', text: /^["']/.test(rest) ? 'a quote that is not closed' : `"${rest[0]}"` }
}

/** Where a token stands, for people. A text is not repeated: it may be a credential. */
function placeOf({ kind, text }: Token): string {
  if (kind === 'end') return 'at the end'
  if (kind === 'string') return 'before a text'
  if (kind === 'unreadable') return `before ${text}`
  return `before "${text}"`
}

function unknownFilter(name: string, filters: ReadonlySet<string>): string {
  const meant = nearest(name, filters)
  return `there is no filter "${name}"${meant === null ? '' : ` (did you mean "${meant}"?)`}`
}
