import { readArguments } from './arguments.ts'
import { pathOf, readModule, readPath, readResponse } from './names.ts'
import { NotRewritten } from './not-rewritten.ts'
import { arithmetic, findComparator, signsOfTruth } from './operators.ts'
import { Tokens } from './tokens.ts'
import type { Condition, Value } from './tree.ts'

/** Expressions that nest deeper are not read. */
const maxDepth = 12

const constants = /^(?:true|false|nil|null|empty|blank|undefined)$/
const own = /^(?:profile|event|instance|flow|vars|node|execution)$/
const namespaces = /^(?:Math|Object|JSON|Number|String|Array|DateTime|Date|Boolean|_|moment|dayjs)$/
const helpers =
  /^(?:lower|upper|lowercase|uppercase|trim|default|capitalize|toUpperCase|toLowerCase|json|toJson|length|len|title|urlquery|formatDate|round|add|multiply|join|split|replace|concat)$/

const nil: Value = { kind: 'number', written: 'nil' }
const emptyText: Value = { kind: 'text', text: '' }

/** Reads a value of any of the tools. `hasResponse`: whether unknown names are parts of the response. */
export function parseValue(text: string, hasResponse: boolean): Value {
  const tokens = new Tokens(text)
  return whole(tokens, new Parser(tokens, hasResponse).value())
}

export function parseCondition(text: string, hasResponse: boolean): Condition {
  const tokens = new Tokens(text)
  tokens.take('if', 'when')
  return whole(tokens, new Parser(tokens, hasResponse).condition())
}

function whole<T>(tokens: Tokens, tree: T): T {
  if (!tokens.isAtEnd) throw new NotRewritten()
  return tree
}

/** One method for each rule of the grammar, the loosest binding first. */
class Parser {
  readonly #tokens: Tokens
  readonly #hasResponse: boolean
  readonly #rules = { value: () => this.value(), operand: () => this.#postfix() }
  #depth = 0

  constructor(tokens: Tokens, hasResponse: boolean) {
    this.#tokens = tokens
    this.#hasResponse = hasResponse
  }

  value(): Value {
    return this.#nested(() => this.#choice())
  }

  condition(): Condition {
    return this.#joined('or', ['||', 'or', 'OR'], () =>
      this.#joined('and', ['&&', 'and', 'AND'], () => this.#negation()),
    )
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > maxDepth) throw new NotRewritten()
    const tree = parse()
    this.#depth--
    return tree
  }

  #choice(): Value {
    const tokens = this.#tokens
    if (tokens.peek(1) !== '(' && tokens.take('if')) return this.#branches('then', 'else')
    if (tokens.isAhead((text) => text === '?')) return this.#branches('?', ':')
    if (tokens.next !== 'if' && tokens.isAhead((text) => text === 'if')) return this.#ifBehind()
    if (tokens.isAhead((text) => signsOfTruth.has(text)))
      return { kind: 'truth', condition: this.condition() }
    return this.#alternatives()
  }

  /** A condition and two values, with the signs before the values. */
  #branches(before: string, between: string): Value {
    const condition = this.condition()
    this.#tokens.expect(before)
    const yes = this.value()
    this.#tokens.expect(between)
    return { kind: 'choice', condition, yes, no: this.value() }
  }

  /** `a if b else c` of Jinja. */
  #ifBehind(): Value {
    const yes = this.#alternatives()
    this.#tokens.expect('if')
    const condition = this.condition()
    return { kind: 'choice', condition, yes, no: this.#tokens.take('else') ? this.value() : emptyText }
  }

  #joined(kind: 'or' | 'and', signs: readonly string[], parse: () => Condition): Condition {
    const first = parse()
    const parts = [first]
    while (this.#tokens.take(...signs)) parts.push(parse())
    return parts.length === 1 ? first : { kind, parts }
  }

  #negation(): Condition {
    return this.#nested(() =>
      this.#tokens.take('!', 'not') ? { kind: 'not', condition: this.#negation() } : this.#comparison(),
    )
  }

  #comparison(): Condition {
    const tokens = this.#tokens
    const left = this.#sum()
    const sign = findComparator(tokens.next)
    if (sign !== undefined) {
      tokens.skip(1)
      const isNegated = sign === '==' && tokens.take('not')
      if (sign === '==' && tokens.take('defined'))
        return { kind: 'comparison', left, sign: isNegated ? '==' : '!=', right: nil }
      const right = sign === '==' && tokens.take('none', 'None') ? nil : (this.#bareText() ?? this.#sum())
      return { kind: 'comparison', left, sign: isNegated ? '!=' : sign, right }
    }
    if (tokens.take('exists')) return { kind: 'comparison', left, sign: '!=', right: nil }
    if (!tokens.take('between', 'BETWEEN')) return { kind: 'value', value: left }
    const low = this.#sum()
    tokens.expect('and', 'AND')
    return { kind: 'between', value: left, low, high: this.#sum() }
  }

  /** A text without quotes behind an operator, as in `profile.plan == pro`. */
  #bareText(): Value | null {
    const [word, behind] = [this.#tokens.next, this.#tokens.peek(1)]
    if (!/^[A-Za-z]\w{1,40}$/.test(word) || constants.test(word) || own.test(word)) return null
    if (/^(?:new|now|not|today|response)$/i.test(word)) return null
    if (/^(?:\??\.|[([]|__)/.test(behind)) return null
    this.#tokens.skip(1)
    return { kind: 'path', written: `"${word}"` }
  }

  #alternatives(): Value {
    let value = this.#sum()
    for (;;) {
      if (this.#tokens.take('??', '||', 'or')) value = { kind: 'default', value, otherwise: this.#sum() }
      else if (this.#tokens.take('|')) value = this.#filter(value)
      else return value
    }
  }

  /** `| name("x")` of Jinja and Twig, `| name: "x"` of Liquid, `| name "x"`. */
  #filter(subject: Value): Value {
    const name = this.#tokens.readName()
    if (this.#tokens.next === '(') return this.#call(name, subject)
    const given: Value[] = []
    if (this.#tokens.take(':') || /^["'\d]/.test(this.#tokens.next))
      do given.push(this.#sum())
      while (this.#tokens.take(',', ':'))
    return { kind: 'call', name, subject, given }
  }

  #sum(): Value {
    const first = this.#product()
    const parts = [first]
    let isText = false
    while (/^[+&~]$/.test(this.#tokens.next)) {
      isText = this.#tokens.read() !== '+' || isText
      parts.push(this.#product())
    }
    return parts.length === 1 ? first : { kind: 'sum', parts, isText }
  }

  #product(): Value {
    let left = this.#postfix()
    for (;;) {
      const filter = arithmetic.get(this.#tokens.next)
      if (filter === undefined) return left
      this.#tokens.skip(1)
      left = { kind: 'calculation', left, filter, right: this.#postfix() }
    }
  }

  #postfix(): Value {
    const tokens = this.#tokens
    let value = this.#primary()
    for (;;) {
      if (tokens.take('.', '?.')) {
        if (tokens.next === '[') continue
        const name = tokens.readName()
        value = tokens.next === '(' ? this.#call(name, value) : { kind: 'member', of: value, name }
      } else if (tokens.take('[')) {
        value = { kind: 'index', of: value, at: this.value() }
        tokens.expect(']')
      } else return value
    }
  }

  #primary(): Value {
    const tokens = this.#tokens
    const text = tokens.read()
    if (/^["']/.test(text)) return { kind: 'text', text: text.slice(1, -1) }
    if (/^`.*`$/s.test(text)) return this.#pieces(text.slice(1, -1))
    if (/^\d+__/.test(text)) return pathOf(['profile', ...text.split('__').slice(1)], this.#hasResponse)
    if (/^\d+(?:\.\d+)?$/.test(text))
      return tokens.next === '.' ? readModule(tokens, this.#hasResponse) : { kind: 'number', written: text }
    if (text === '(') {
      const inner = this.value()
      tokens.expect(')')
      return { kind: 'group', inner }
    }
    if (text === '.' && /^[A-Za-z_]/.test(tokens.next))
      return pathOf(['profile', tokens.readName()], this.#hasResponse)
    if (text === '-' && /^\d/.test(tokens.next)) return { kind: 'number', written: `-${tokens.read()}` }
    if (text === 'new' && tokens.take('Date')) return this.#call('Date', null)
    if (!/^[$A-Za-z_]/.test(text)) throw new NotRewritten()
    return this.#word(text)
  }

  /** The texts and placeholders of a template literal of JavaScript. */
  #pieces(text: string): Value {
    const pieces = Array.from(text.matchAll(/\$\{([^{}]*)\}|[^$]+|\$/g), ([all, inner]) =>
      inner === undefined ? all : parseValue(inner, this.#hasResponse),
    )
    return { kind: 'pieces', pieces }
  }

  #word(text: string): Value {
    const tokens = this.#tokens
    if (constants.test(text)) return text === 'undefined' ? nil : { kind: 'number', written: text }
    if (text === 'is' && tokens.take('defined')) return this.#call('exists', null)
    const part = this.#hasResponse ? this.#partOfResponse(text) : null
    if (part !== null) return part
    if (own.test(text)) return { kind: 'path', written: text }
    if (/^\$(?:now|today)$/.test(text) || (/^(?:now|today)$/i.test(text) && tokens.next !== '('))
      return { kind: 'now' }
    if (namespaces.test(text) && tokens.take('.')) return this.#call(tokens.readName(), null)
    if (tokens.next === '(' && text !== '$' && !/^\$(?:node|input|item|items|json)$/.test(text))
      return this.#call(text.replace(/^\$/, ''), null)
    const isPath = tokens.next === '.' && /^[A-Za-z_]/.test(tokens.peek(1))
    if (helpers.test(text) && /^["'.\w]/.test(tokens.next) && !isPath) return this.#helper(text)
    return readPath(text, tokens, this.#hasResponse)
  }

  #partOfResponse(text: string): Value | null {
    if (/^(?:response|res|resp|\$response)$/.test(text)) return readResponse(this.#tokens)
    if (text === 'pm' && this.#tokens.take('.')) return this.#ofPostman()
    const isStatus = /^(?:status|statusCode)$/.test(text) && this.#tokens.next !== '.'
    return isStatus ? { kind: 'path', written: 'response.status' } : null
  }

  /** `pm.response`, and `pm.expect(a).to.equal(b)`. */
  #ofPostman(): Value {
    const tokens = this.#tokens
    if (tokens.take('response')) return readResponse(tokens)
    tokens.expect('expect')
    const left = this.#inParentheses()
    while (tokens.take('.', 'to', 'be', 'deep'));
    tokens.expect('equal', 'equals', 'eql', 'eq')
    return {
      kind: 'truth',
      condition: { kind: 'comparison', left, sign: '==', right: this.#inParentheses() },
    }
  }

  #inParentheses(): Value {
    this.#tokens.expect('(')
    const value = this.value()
    this.#tokens.expect(')')
    return value
  }

  /** `lower profile.name` of Handlebars and Go templates. */
  #helper(name: string): Value {
    const tokens = this.#tokens
    const given: Value[] = []
    while (!tokens.isAtEnd && !/^[)|]$/.test(tokens.next))
      given.push(/^["']/.test(tokens.next) ? this.#primary() : this.#postfix())
    return { kind: 'helper', name, given }
  }

  #call(name: string, subject: Value | null): Value {
    const tokens = this.#tokens
    if (!tokens.take('(')) {
      if (name !== 'Date') throw new NotRewritten()
      return { kind: 'call', name, subject, given: [] }
    }
    if (name.toLowerCase() === 'if') return this.#ifCall()
    return { kind: 'call', name, subject, given: readArguments(tokens, this.#rules) }
  }

  #ifCall(): Value {
    const tokens = this.#tokens
    const condition = this.condition()
    tokens.expect(',', ';')
    const yes = this.value()
    const no = tokens.take(',', ';') ? this.value() : emptyText
    tokens.expect(')')
    return { kind: 'choice', condition, yes, no }
  }
}
