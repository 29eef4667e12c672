import { callElsewhere } from './calls.ts'
import { NotRewritten } from './not-rewritten.ts'
import { writeDate } from './times.ts'
import type { Condition, Given, Value } from './tree.ts'
import { type Argument, now, type Written } from './written.ts'

/**
 * Writes trees in Liquid. A value with filters that goes on, as in `(a | split: "@")[1]`, becomes a variable. Texts that may be
 * credentials become an ellipsis.
 */
export class LiquidWriter {
  /** The expressions in what is written, which must be valid. */
  readonly values: string[] = []
  readonly conditions: string[] = []
  readonly #assigned: string[] = []

  template(value: Value): string {
    const written = this.#output(this.#write(value))
    return this.#assigned.join('') + written
  }

  /** A condition alone, which can have no variables. */
  loneCondition(condition: Condition): string {
    const written = this.#condition(condition)
    if (this.#assigned.length > 0) throw new NotRewritten()
    return written
  }

  #write(value: Value): Written {
    switch (value.kind) {
      case 'text':
        return { kind: 'text', value: `"${showText(value.text)}"`, text: value.text }
      case 'pieces':
        return { kind: 'markup', value: value.pieces.map((piece) => this.#piece(piece)).join('') }
      case 'number':
      case 'path':
        return { kind: value.kind, value: value.written }
      case 'now':
        return now
      case 'group':
        return this.#group(this.#write(value.inner))
      case 'member':
        return this.#member(this.#write(value.of), value.name === 'length' ? '.size' : `.${value.name}`)
      case 'index':
        return this.#index(this.#write(value.of), this.#write(value.at))
      case 'call':
        return this.#call(value)
      case 'helper':
        return this.#helper(value)
      case 'choice':
        return this.#choice(value)
      case 'default':
        return this.#pipeWith(this.#write(value.value), 'default', value.otherwise)
      case 'sum':
        return this.#sum(value)
      case 'calculation':
        return this.#calculation(value)
      case 'truth':
        return { kind: 'truth', value: this.#condition(value.condition) }
    }
  }

  #piece(piece: string | Value): string {
    if (typeof piece === 'string') return showText(piece)
    const writer = new LiquidWriter()
    const written = writer.template(piece)
    this.values.push(...writer.values)
    this.conditions.push(...writer.conditions)
    return written
  }

  #group(written: Written): Written {
    return written.kind === 'truth' ? { kind: 'truth', value: `(${written.value})` } : written
  }

  #index(written: Written, { kind, value }: Written): Written {
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

  #call({ name, subject, given }: Extract<Value, { kind: 'call' }>): Written {
    const written = subject === null ? null : this.#write(subject)
    const all = given.map((each) => this.#argument(each))
    if (written !== null) return this.#apply(name, written, all)
    const [first = null, ...others] = all
    if (first !== null && !isWritten(first)) throw new NotRewritten()
    return this.#apply(name, first, others)
  }

  #argument(given: Given): Argument {
    if (given.kind === 'duration') return given
    if (given.kind !== 'arrow') return this.#write(given)
    return { ...given, operand: given.operand === null ? null : this.#operand(this.#write(given.operand)) }
  }

  #helper({ name, given }: Extract<Value, { kind: 'helper' }>): Written {
    const all = given.map((each) => this.#write(each))
    const isLast = name === 'default' && all[0]?.kind === 'text'
    const [subject = null, ...others] = isLast ? all.toReversed() : all
    return this.#apply(name, subject, others)
  }

  #apply(name: string, subject: Written | null, given: readonly Argument[]): Written {
    return callElsewhere(name, subject, given, {
      pipe: (written, filter) => this.#pipe(written, filter),
      operand: (written) => this.#operand(written),
    })
  }

  #choice({ condition, yes, no }: Extract<Value, { kind: 'choice' }>): Written {
    const test = this.#condition(condition)
    const first = this.#output(this.#write(yes))
    const other = this.#write(no)
    const last = other.kind === 'text' && other.text === '' ? '' : `{% else %}${this.#output(other)}`
    this.conditions.push(test)
    return { kind: 'markup', value: `{% if ${test} %}${first}${last}{% endif %}` }
  }

  #sum({ parts, isText }: Extract<Value, { kind: 'sum' }>): Written {
    const all = parts.map((part) => this.#write(part))
    if (isText || all.some(({ kind }) => kind === 'text' || kind === 'markup'))
      return { kind: 'markup', value: all.map((part) => this.#output(part)).join('') }
    if (!all.some(({ kind }) => kind === 'number')) throw new NotRewritten()
    return all.reduce((sum, part) => this.#pipe(sum, `plus: ${this.#operand(part)}`))
  }

  #calculation({ left, filter, right }: Extract<Value, { kind: 'calculation' }>): Written {
    const written = this.#write(left)
    if (written.kind === 'text') throw new NotRewritten()
    return this.#pipeWith(written, filter, right)
  }

  #condition(condition: Condition): string {
    switch (condition.kind) {
      case 'or':
        return condition.parts
          .map((part) => this.#condition(part))
          .map((part) => (/ and /.test(part) ? `(${part})` : part))
          .join(' or ')
      case 'and':
        return condition.parts.map((part) => this.#condition(part)).join(' and ')
      case 'not':
        return `not ${this.#condition(condition.condition)}`
      case 'comparison':
        return `${this.#inCondition(condition.left)} ${condition.sign} ${this.#inCondition(condition.right)}`
      case 'between': {
        const value = this.#inCondition(condition.value)
        return `${value} >= ${this.#inCondition(condition.low)} and ${value} <= ${this.#inCondition(condition.high)}`
      }
      case 'value':
        return this.#inCondition(condition.value)
    }
  }

  #inCondition(value: Value): string {
    const written = withFormat(this.#write(value))
    if (written.kind === 'markup') throw new NotRewritten()
    return written.kind === 'piped' ? `(${written.value})` : written.value
  }

  #pipeWith(written: Written, filter: string, argument: Value): Written {
    return this.#pipe(written, `${filter}: ${this.#operand(this.#write(argument))}`)
  }

  #pipe(written: Written, filter: string): Written {
    if (written.kind === 'markup' || written.kind === 'truth') throw new NotRewritten()
    return { kind: 'piped', value: `${written.value} | ${filter}` }
  }

  /** A value as the argument of a filter, which has no filters itself. */
  #operand(written: Written): string {
    const { kind, value } = withFormat(written)
    if (kind === 'markup' || kind === 'truth') throw new NotRewritten()
    return kind === 'piped' ? this.#assign({ kind, value }) : value
  }

  #assign({ value }: Written): string {
    const name = this.#assigned.length === 0 ? 'found' : `found${this.#assigned.length + 1}`
    this.values.push(value)
    this.#assigned.push(`{% assign ${name} = ${value} %}`)
    return name
  }

  #output(written: Written): string {
    const { kind, value, text } = withFormat(written)
    if (kind === 'markup') return value
    if (kind === 'text') return showText(text ?? '')
    this.values.push(value)
    return `{{ ${value} }}`
  }
}

function withFormat(written: Written): Written {
  return written.isDate === true ? writeDate(written, null) : written
}

function isWritten(argument: Argument): argument is Written {
  return argument.kind !== 'arrow' && argument.kind !== 'duration'
}

/** A text, if it is so short and plain that it is no credential. */
function showText(text: string): string {
  return /^[ ,.:;@/|_+-]{0,3}$/.test(text) ? text : '…'
}
