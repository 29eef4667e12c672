import { callElsewhere, writeDate } from './calls-elsewhere.ts'
import { type Argument, lengthOf, NotRewritten, type Written } from './written-value.ts'

/** An expression of another tool in Liquid, with the expressions in it that must be valid. */
export interface RewrittenValue {
  readonly written: string
  readonly values: readonly string[]
  readonly conditions: readonly string[]
}

/** Longer expressions are not rewritten, nor are those that nest deeper. */
const maxCharacters = 500
const maxDepth = 12
/** Nor are those that become longer. */
const maxWritten = 500

/**
 * A value of JavaScript, n8n, Make, FEEL, Jinja or Go templates in the words of Liquid: `profile.email.split("@")[1]` becomes
 * `{% assign list = profile.email | split: "@" %}{{ list[1] }}`. Null where no filters do the same. Texts that may be
 * credentials become an ellipsis. `hasResponse`: whether unknown names are parts of the response.
 */
export function rewriteValue(text: string, hasResponse: boolean): RewrittenValue | null {
  // Salesforce begins every reference with the two signs.
  if (text.length > maxCharacters || text.trim().startsWith('!$')) return null
  return orNull(() => {
    const rewriter = new Rewriter(text, hasResponse)
    const written = rewriter.write()
    const { values, conditions } = rewriter
    // A name alone may be meant otherwise.
    const isPath =
      /^\{\{ [\w.[\]"…]* \}\}$/.test(written) &&
      /^[$!\d]/.test(text.trim()) &&
      !/\.(?!first|last|all|item)\w{1,30}\(/.test(text)
    return isPath || written === '' || written.length > maxWritten ? null : { written, values, conditions }
  })
}

/** A condition in the words of Liquid; null where it cannot be written as one expression. */
export function rewriteToCondition(text: string, hasResponse: boolean): string | null {
  return orNull(() => new Rewriter(text, hasResponse).writeCondition())
}

function orNull<T>(write: () => T): T | null {
  try {
    return write()
  } catch (error) {
    if (error instanceof NotRewritten) return null
    throw error
  }
}

const token =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\d+__\w+|\d+(?:\.\d+)?(?![\w.])|[$A-Za-z_][\w$]*|\d+|=>|\?\?|\?\.(?!\d)|\|\||&&|===?|!==?|<>|[<>]=?|\S/g

const comparators: ReadonlyMap<string, string> = new Map([
  ...['==', '!=', '<', '>', '<=', '>='].map((same) => [same, same] as const),
  ['===', '=='],
  ['=', '=='],
  ['!==', '!='],
  ['<>', '!='],
])

const wordsOfComparison: ReadonlyMap<string, string> = new Map([
  ...['eq', 'equals', 'is'].map((word) => [word, '=='] as const),
  ...['ne', 'neq'].map((word) => [word, '!='] as const),
  ...['contains', 'includes'].map((word) => [word, 'contains'] as const),
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
])

const arithmetic: ReadonlyMap<string, string> = new Map([
  ['*', 'times'],
  ['/', 'divided_by'],
  ['%', 'modulo'],
  ['-', 'minus'],
])

const signsOfTruth: ReadonlySet<string> = new Set([
  ...comparators.keys(),
  ...['&&', '!', 'and', 'not', 'contains'],
])

const constants = /^(?:true|false|nil|null|empty|blank|undefined)$/
const own = /^(?:profile|event|instance|flow|vars|node|execution)$/
/** Names that other tools have before a value. */
const around =
  /^(?:\$(?:json|input|item|items|node)|json|inputData|item|data|body|output|payload|record|contact|lead|user|customer|person|bundle|msg|this)$/
/** Those before a part of the response. Any other may be a part of it. */
const aroundResponse = /^(?:json|item|body)$/
/** Names of other tools that stand for no value of the payload. */
const noValues =
  /^\$(?:execution|env|secrets|credentials|parameter|prevNode|runIndex|itemIndex|position|guid|timestamp|isoTimestamp|random\w*|fromAI|binary)$/
/** The parts of a response by their names elsewhere. */
const parts: ReadonlyMap<string, string> = new Map([
  ...['status', 'statusCode', 'code'].map((name) => [name, 'status'] as const),
  ...['json', 'data'].map((name) => [name, 'json'] as const),
  ...['body', 'text'].map((name) => [name, 'body'] as const),
  ['headers', 'headers'],
])
const namespaces = /^(?:Math|Object|JSON|Number|String|Array|DateTime|Date|Boolean|_|moment|dayjs)$/
const helpers =
  /^(?:lower|upper|lowercase|uppercase|trim|default|capitalize|toUpperCase|toLowerCase|json|toJson|length|len|title|urlquery|formatDate|round|add|multiply|join|split|replace|concat)$/

class Rewriter {
  readonly values: string[] = []
  readonly conditions: string[] = []
  readonly #tokens: readonly string[]
  readonly #hasResponse: boolean
  readonly #assigned: string[] = []
  #at = 0
  #depth = 0

  constructor(text: string, hasResponse: boolean) {
    this.#tokens =
      text
        .trim()
        .replace(/^=(?!=)/, '')
        .replace(/;$/, '')
        .match(token) ?? []
    this.#hasResponse = hasResponse
  }

  write(): string {
    const written = this.#output(this.#expression())
    if (this.#at < this.#tokens.length) throw new NotRewritten()
    return this.#assigned.join('') + written
  }

  writeCondition(): string {
    this.#take('if', 'when')
    const written = this.#condition()
    if (this.#at < this.#tokens.length || this.#assigned.length > 0) throw new NotRewritten()
    return written
  }

  get #next(): string {
    return this.#tokens[this.#at] ?? ''
  }

  #take(...texts: readonly string[]): boolean {
    const taken = texts.includes(this.#next)
    if (taken) this.#at++
    return taken
  }

  #expect(...texts: readonly string[]): void {
    if (!this.#take(...texts)) throw new NotRewritten()
  }

  /** The index of a token that stands in no parentheses, before what ends the expression; -1 without one. */
  #find(isMeant: (text: string) => boolean): number {
    let open = 0
    for (let at = this.#at; at < this.#tokens.length; at++) {
      const text = this.#tokens[at] ?? ''
      if (/^[([{]$/.test(text)) open++
      else if (/^[)\]}]$/.test(text) && open-- === 0) return -1
      else if (open === 0 && /^(?:[,;:]|then|else)$/.test(text)) return -1
      else if (open === 0 && isMeant(text)) return at
    }
    return -1
  }

  #expression(): Written {
    if (++this.#depth > maxDepth) throw new NotRewritten()
    const written = this.#choice()
    this.#depth--
    return written
  }

  #choice(): Written {
    if (this.#next === 'if' && this.#tokens[this.#at + 1] !== '(') return this.#ifThen()
    if (this.#find((text) => text === '?') !== -1) {
      const condition = this.#condition()
      this.#expect('?')
      const yes = this.#expression()
      this.#expect(':')
      return this.#branches(condition, yes, this.#expression())
    }
    if (this.#next !== 'if' && this.#find((text) => text === 'if') !== -1) return this.#ifBehind()
    if (this.#find((text) => signsOfTruth.has(text)) !== -1)
      return { kind: 'truth', value: this.#condition() }
    return this.#alternatives()
  }

  #ifThen(): Written {
    this.#at++
    const condition = this.#condition()
    this.#expect('then')
    const yes = this.#expression()
    this.#expect('else')
    return this.#branches(condition, yes, this.#expression())
  }

  /** `a if b else c` of Jinja. */
  #ifBehind(): Written {
    const yes = this.#alternatives()
    this.#expect('if')
    const condition = this.#condition()
    const no: Written = this.#take('else') ? this.#expression() : { kind: 'text', value: '', text: '' }
    return this.#branches(condition, yes, no)
  }

  #branches(condition: string, yes: Written, no: Written): Written {
    this.conditions.push(condition)
    const last = no.kind === 'text' && no.text === '' ? '' : `{% else %}${this.#output(no)}`
    return { kind: 'markup', value: `{% if ${condition} %}${this.#output(yes)}${last}{% endif %}` }
  }

  #condition(): string {
    const groups = [this.#conjunction()]
    while (this.#take('||', 'or', 'OR')) groups.push(this.#conjunction())
    return groups.length === 1
      ? (groups[0] ?? '')
      : groups.map((group) => (/ and /.test(group) ? `(${group})` : group)).join(' or ')
  }

  #conjunction(): string {
    const parts = [this.#negation()]
    while (this.#take('&&', 'and', 'AND')) parts.push(this.#negation())
    return parts.join(' and ')
  }

  #negation(): string {
    if (++this.#depth > maxDepth) throw new NotRewritten()
    const isNegated = this.#take('!', 'not')
    const written = isNegated ? `not ${this.#negation()}` : this.#comparison()
    this.#depth--
    return written
  }

  #comparison(): string {
    const left = this.#inCondition(this.#sum())
    const sign = comparators.get(this.#next) ?? wordsOfComparison.get(this.#next.toLowerCase())
    if (sign !== undefined) {
      this.#at++
      const isNegated = sign === '==' && this.#take('not')
      if (sign === '==' && this.#take('defined')) return `${left} ${isNegated ? '==' : '!='} nil`
      if (sign === '==' && this.#take('none', 'None')) return `${left} ${isNegated ? '!=' : '=='} nil`
      return `${left} ${isNegated ? '!=' : sign} ${this.#bareText() ?? this.#inCondition(this.#sum())}`
    }
    if (this.#take('exists')) return `${left} != nil`
    if (!this.#take('between', 'BETWEEN')) return left
    const low = this.#inCondition(this.#sum())
    this.#expect('and', 'AND')
    return `${left} >= ${low} and ${left} <= ${this.#inCondition(this.#sum())}`
  }

  /** A text without quotes behind an operator, as in `profile.plan == pro`. */
  #bareText(): string | null {
    const [word = '', behind = ''] = this.#tokens.slice(this.#at, this.#at + 2)
    if (!/^[A-Za-z]\w{1,40}$/.test(word) || constants.test(word) || own.test(word)) return null
    if (/^(?:new|now|not|today|response)$/i.test(word)) return null
    if (/^(?:\??\.|[([]|__)/.test(behind)) return null
    this.#at++
    return `"${word}"`
  }

  #inCondition(written: Written): string {
    const { kind, value } = this.#dated(written)
    if (kind === 'markup') throw new NotRewritten()
    return kind === 'piped' ? `(${value})` : value
  }

  #alternatives(): Written {
    let written = this.#sum()
    for (;;) {
      if (this.#take('??', '||', 'or'))
        written = this.#pipe(written, `default: ${this.#operand(this.#sum())}`)
      else if (this.#take('|')) written = this.#filter(written)
      else return written
    }
  }

  /** `| name("x")` of Jinja and Twig, `| name: "x"` of Liquid, `| name "x"`. */
  #filter(written: Written): Written {
    const name = this.#name()
    if (this.#next === '(') return this.#call(name, written)
    const given: Argument[] = []
    if (this.#take(':') || /^["'\d]/.test(this.#next))
      do given.push(this.#sum())
      while (this.#take(',', ':'))
    return this.#apply(name, written, given)
  }

  #sum(): Written {
    const parts = [this.#product()]
    let isText = false
    while (/^[+&~]$/.test(this.#next)) {
      isText ||= this.#next !== '+'
      this.#at++
      parts.push(this.#product())
    }
    const [first, ...others] = parts
    if (first === undefined || others.length === 0) return parts[0] as Written
    if (isText || parts.some(({ kind }) => kind === 'text' || kind === 'markup'))
      return { kind: 'markup', value: parts.map((part) => this.#output(part)).join('') }
    if (!parts.some(({ kind }) => kind === 'number')) throw new NotRewritten()
    return others.reduce((sum, part) => this.#pipe(sum, `plus: ${this.#operand(part)}`), first)
  }

  #product(): Written {
    let written = this.#postfix()
    for (let filter = arithmetic.get(this.#next); filter !== undefined; filter = arithmetic.get(this.#next)) {
      if (written.kind === 'text') throw new NotRewritten()
      this.#at++
      written = this.#pipe(written, `${filter}: ${this.#operand(this.#postfix())}`)
    }
    return written
  }

  #postfix(): Written {
    let written = this.#primary()
    for (;;) {
      if (this.#take('.', '?.')) {
        if (this.#next === '[') continue
        const name = this.#name()
        if (this.#next === '(') written = this.#call(name, written)
        else written = this.#member(written, name === 'length' ? '.size' : `.${name}`)
      } else if (this.#take('[')) written = this.#index(written)
      else return written
    }
  }

  #name(): string {
    const name = this.#next
    if (!/^[$A-Za-z_]/.test(name)) throw new NotRewritten()
    this.#at++
    return name
  }

  #index(written: Written): Written {
    const { kind, value } = this.#expression()
    this.#expect(']')
    if (kind === 'text') return this.#member(written, '["…"]')
    if (kind === 'number' && written.kind === 'piped' && value === '0') return this.#pipe(written, 'first')
    if (kind === 'number' && value === '-1') return this.#pipe(written, 'last')
    if (kind !== 'number' && kind !== 'path') throw new NotRewritten()
    return this.#member(written, `[${value}]`)
  }

  #member(written: Written, member: string): Written {
    if (written.kind === 'path') return { kind: 'path', value: written.value + member }
    if (written.kind !== 'piped') throw new NotRewritten()
    if (member === '.size') return this.#pipe(written, 'size')
    return { kind: 'path', value: this.#assign(written) + member }
  }

  #assign({ value }: Written): string {
    const name = this.#assigned.length === 0 ? 'found' : `found${this.#assigned.length + 1}`
    this.values.push(value)
    this.#assigned.push(`{% assign ${name} = ${value} %}`)
    return name
  }

  #primary(): Written {
    const text = this.#next
    this.#at++
    if (/^["']/.test(text)) return ofText(text.slice(1, -1))
    if (/^`.*`$/s.test(text)) return this.#pieces(text.slice(1, -1))
    if (/^\d+__/.test(text)) return this.#path(['profile', ...text.split('__').slice(1)])
    if (/^\d+(?:\.\d+)?$/.test(text))
      return this.#next === '.' ? this.#module() : { kind: 'number', value: text }
    if (text === '(') {
      const written = this.#expression()
      this.#expect(')')
      return written.kind === 'truth' ? { kind: 'truth', value: `(${written.value})` } : written
    }
    if (text === '.' && /^[A-Za-z_]/.test(this.#next)) return this.#path(['profile', this.#name()])
    if (text === '-' && /^\d/.test(this.#next))
      return { kind: 'number', value: `-${this.#tokens[this.#at++]}` }
    if (text === 'new' && this.#take('Date')) return this.#call('Date', null)
    if (!/^[$A-Za-z_]/.test(text)) throw new NotRewritten()
    return this.#word(text)
  }

  /** The texts and placeholders of a template literal of JavaScript. */
  #pieces(text: string): Written {
    const value = text.replaceAll(/\$\{([^{}]*)\}|[^$]+|\$/g, (all, inner?: string) => {
      if (inner === undefined) return showText(all)
      const inside = new Rewriter(inner, this.#hasResponse)
      const written = inside.write()
      this.values.push(...inside.values)
      this.conditions.push(...inside.conditions)
      return written
    })
    return { kind: 'markup', value }
  }

  /** A reference to a module of Make. Its lists begin with 1. */
  #module(): Written {
    const steps: string[] = []
    while (this.#next === '.' && this.#tokens[this.#at + 2] !== '(') {
      this.#at++
      steps.push(this.#name())
      if (!this.#take('[')) continue
      if (this.#take(']')) throw new NotRewritten()
      steps.push(`[${Math.max(0, Number(this.#tokens[this.#at++]) - 1)}]`)
      this.#expect(']')
    }
    const isWrapped = steps.length > 1 && around.test(steps[0] ?? '') && !steps[1]?.startsWith('[')
    return this.#path(['profile', ...steps.slice(isWrapped ? 1 : 0)])
  }

  #path([root = '', ...members]: readonly string[]): Written {
    const base = this.#hasResponse && root === 'profile' ? 'response.json' : root
    return {
      kind: 'path',
      value: base + members.map((name) => (name.startsWith('[') ? name : `.${name}`)).join(''),
    }
  }

  #word(text: string): Written {
    if (constants.test(text)) return { kind: 'number', value: text === 'undefined' ? 'nil' : text }
    if (text === 'is' && this.#take('defined')) return this.#call('exists', null)
    if (this.#hasResponse && /^(?:response|res|resp|\$response)$/.test(text)) return this.#response()
    if (this.#hasResponse && text === 'pm' && this.#take('.')) return this.#ofPostman()
    if (this.#hasResponse && /^(?:status|statusCode)$/.test(text) && this.#next !== '.')
      return { kind: 'path', value: 'response.status' }
    if (own.test(text)) return { kind: 'path', value: text }
    if (/^\$(?:now|today)$/.test(text) || (/^(?:now|today)$/i.test(text) && this.#next !== '('))
      return { kind: 'path', value: '"now"', isDate: true }
    if (namespaces.test(text) && this.#take('.')) return this.#call(this.#name(), null)
    if (this.#next === '(' && text !== '$' && !/^\$(?:node|input|item|items|json)$/.test(text))
      return this.#call(text.replace(/^\$/, ''), null)
    if (helpers.test(text) && /^["'.\w]/.test(this.#next) && !this.#isPathOnly()) return this.#helper(text)
    return this.#foreignPath(text)
  }

  /** `pm.response`, and `pm.expect(a).to.equal(b)`. */
  #ofPostman(): Written {
    if (this.#take('response')) return this.#response()
    this.#expect('expect')
    this.#expect('(')
    const value = this.#inCondition(this.#expression())
    this.#expect(')')
    while (this.#take('.', 'to', 'be', 'deep'));
    this.#expect('equal', 'equals', 'eql', 'eq')
    this.#expect('(')
    const other = this.#inCondition(this.#expression())
    this.#expect(')')
    return { kind: 'truth', value: `${value} == ${other}` }
  }

  /** A part of the response, whose body is `response.json` where it has members. */
  #response(): Written {
    const [dot, name = '', behind = '', next] = this.#tokens.slice(this.#at, this.#at + 4)
    const part = parts.get(name)
    if (!/^\??\.$/.test(dot ?? '') || part === undefined) throw new NotRewritten()
    // `json()` and `text()` of fetch and Postman.
    this.#at += behind === '(' && next === ')' ? 4 : 2
    const isJson = name === 'body' && /^(?:\??\.|\[)$/.test(behind) && !this.#isCalled()
    return { kind: 'path', value: `response.${isJson ? 'json' : part}` }
  }

  /** Whether a method of the body itself is called: `response.body.trim()`. */
  #isCalled(): boolean {
    const [name, open] = this.#tokens.slice(this.#at + 1, this.#at + 3)
    return open === '(' || name === 'length'
  }

  #isPathOnly(): boolean {
    return this.#next === '.' && /^[A-Za-z_]/.test(this.#tokens[this.#at + 1] ?? '')
  }

  /** `lower profile.name` of Handlebars and Go templates. */
  #helper(name: string): Written {
    const given: Written[] = []
    while (this.#at < this.#tokens.length && !/^[)|]$/.test(this.#next))
      given.push(/^["']/.test(this.#next) ? this.#primary() : this.#postfix())
    const isLast = name === 'default' && given[0]?.kind === 'text'
    const [subject, ...rest] = isLast ? given.toReversed() : given
    return this.#apply(name, subject ?? null, rest)
  }

  /** A path whose root is that of another tool. */
  #foreignPath(text: string): Written {
    if (text === '$' && this.#next === '.') return this.#path(['profile'])
    if (noValues.test(text) || (text === '$' && this.#next !== '(')) throw new NotRewritten()
    if (text === '$workflow' || text === '$vars')
      return { kind: 'path', value: text === '$vars' ? 'vars' : 'flow' }
    if (text === '$' || around.test(text)) {
      this.#skipWrapper()
      return this.#path([text === '$' || text === '$node' ? 'vars' : 'profile'])
    }
    // One letter stands for any name.
    if (text.length === 1 && this.#next !== '.') throw new NotRewritten()
    return this.#path(['profile', text.replace(/^\$/, '')])
  }

  /** Skips what n8n has before a value: `("x").item.json`, `["x"].json.body`, `.first().json`. */
  #skipWrapper(): void {
    for (;;) {
      const [dot, name = '', open, close] = this.#tokens.slice(this.#at, this.#at + 4)
      if (dot === '(' || (dot === '[' && /^["'\d]/.test(name) && this.#isBeforeJson())) this.#at += 3
      else if (dot !== '.' && dot !== '?.') return
      else if (/^(?:first|last|all)$/.test(name) && open === '(' && close === ')') this.#at += 4
      else if ((this.#hasResponse ? aroundResponse : around).test(name) && this.#isFollowedByName())
        this.#at += 2
      else return
    }
  }

  /** Whether the name behind the point has a member that is no method. */
  #isFollowedByName(): boolean {
    const [sign, name, open] = this.#tokens.slice(this.#at + 2, this.#at + 5)
    return sign === '[' || (/^\??\.$/.test(sign ?? '') && name !== 'length' && open !== '(')
  }

  /** Whether the text in brackets names a node. */
  #isBeforeJson(): boolean {
    return this.#tokens[this.#at + 3] === '.' && this.#tokens[this.#at + 4] === 'json'
  }

  #call(name: string, subject: Written | null): Written {
    if (!this.#take('(')) {
      if (name !== 'Date') throw new NotRewritten()
      return this.#apply(name, subject, [])
    }
    if (name.toLowerCase() === 'if') return this.#ifCall()
    const given: Argument[] = []
    while (!this.#take(')')) {
      // Make leaves the arguments empty that it does not need.
      if (this.#take(';')) continue
      given.push(this.#argument())
      if (this.#next !== ')') this.#expect(',', ';')
    }
    if (subject !== null) return this.#apply(name, subject, given)
    const [first = null, ...others] = given
    if (first !== null && first.kind !== 'path' && !isWritten(first)) throw new NotRewritten()
    return this.#apply(name, first, others)
  }

  #ifCall(): Written {
    const condition = this.#condition()
    this.#expect(',', ';')
    const yes = this.#expression()
    const no: Written = this.#take(',', ';') ? this.#expression() : ofText('')
    this.#expect(')')
    return this.#branches(condition, yes, no)
  }

  #argument(): Argument {
    if (this.#take('{')) return this.#duration()
    const arrow = this.#tokens.indexOf('=>', this.#at)
    // The arguments of Jinja have names.
    if (this.#next === 'attribute' && this.#tokens[this.#at + 1] === '=') this.#at += 2
    const isArrow =
      arrow === this.#at + 1 ||
      (this.#next === '(' && this.#tokens[this.#at + 2] === ')' && arrow === this.#at + 3)
    return isArrow ? this.#arrow(arrow) : this.#expression()
  }

  #duration(): Argument {
    let seconds = 0
    while (!this.#take('}')) {
      const unit = this.#name()
      this.#expect(':')
      seconds += Number(this.#tokens[this.#at++]) * lengthOf(unit)
      if (this.#next !== '}') this.#expect(',')
    }
    if (!Number.isFinite(seconds)) throw new NotRewritten()
    return { kind: 'duration', seconds }
  }

  /** `x => x.name`, with or without a comparison. */
  #arrow(at: number): Argument {
    const item = this.#tokens[at - 1] === ')' ? (this.#tokens[at - 2] ?? '') : (this.#tokens[at - 1] ?? '')
    this.#at = at + 1
    if (this.#name() !== item) throw new NotRewritten()
    const names: string[] = []
    while (this.#take('.', '?.')) names.push(this.#name())
    const sign = comparators.get(this.#next)
    if (sign !== undefined) this.#at++
    const operand = sign === undefined ? null : this.#operand(this.#postfix())
    return { kind: 'arrow', item, path: names.join('.'), sign: sign ?? null, operand }
  }

  #apply(name: string, subject: Written | null, given: readonly Argument[]): Written {
    return callElsewhere(name, subject, given, {
      pipe: (written, filter) => this.#pipe(written, filter),
      operand: (written) => this.#operand(written),
    })
  }

  #pipe(written: Written, filter: string): Written {
    if (written.kind === 'markup' || written.kind === 'truth') throw new NotRewritten()
    return { kind: 'piped', value: `${written.value} | ${filter}` }
  }

  /** A value as the argument of a filter, which has no filters itself. */
  #operand(written: Written): string {
    const { kind, value } = this.#dated(written)
    if (kind === 'markup' || kind === 'truth') throw new NotRewritten()
    return kind === 'piped' ? this.#assign({ kind, value }) : value
  }

  /** A time that has no format yet. */
  #dated(written: Written): Written {
    return written.isDate === true ? writeDate(written, null) : written
  }

  #output(written: Written): string {
    const { kind, value, text } = this.#dated(written)
    if (kind === 'markup') return value
    if (kind === 'text') return showText(text ?? '')
    this.values.push(value)
    return `{{ ${value} }}`
  }
}

function isWritten(argument: Argument): argument is Written {
  return argument.kind !== 'arrow' && argument.kind !== 'duration'
}

function ofText(text: string): Written {
  return { kind: 'text', value: `"${showText(text)}"`, text }
}

/** A text, if it is so short and plain that it is no credential. */
function showText(text: string): string {
  return /^[ ,.:;@/|_+-]{0,3}$/.test(text) ? text : '…'
}
