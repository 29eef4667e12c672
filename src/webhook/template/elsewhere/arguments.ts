import { NotRewritten } from './not-rewritten.ts'
import { comparators } from './operators.ts'
import { lengthOf } from './time-units.ts'
import type { Tokens } from './tokens.ts'
import type { Given, Value } from './tree.ts'

/** The rules of the grammar that arguments are made of. */
interface Rules {
  readonly value: () => Value
  /** A value without operators. */
  readonly operand: () => Value
}

/** Reads the arguments of a call, behind the parenthesis that opens. */
export function readArguments(tokens: Tokens, rules: Rules): readonly Given[] {
  const given: Given[] = []
  while (!tokens.take(')')) {
    // Make leaves the arguments empty that it does not need.
    if (tokens.take(';')) continue
    given.push(readArgument(tokens, rules))
    if (tokens.next !== ')') tokens.expect(',', ';')
  }
  return given
}

function readArgument(tokens: Tokens, rules: Rules): Given {
  if (tokens.take('{')) return readDuration(tokens)
  // The arguments of Jinja have names.
  if (tokens.next === 'attribute' && tokens.peek(1) === '=') tokens.skip(2)
  if (tokens.peek(1) === '=>') return readArrow(tokens.read(), tokens, rules)
  if (tokens.next !== '(' || tokens.peek(2) !== ')' || tokens.peek(3) !== '=>') return rules.value()
  const item = tokens.peek(1)
  tokens.skip(3)
  return readArrow(item, tokens, rules)
}

/** `{ days: 1, hours: 2 }`. */
function readDuration(tokens: Tokens): Given {
  let seconds = 0
  while (!tokens.take('}')) {
    const unit = tokens.readName()
    tokens.expect(':')
    seconds += Number(tokens.read()) * lengthOf(unit)
    if (tokens.next !== '}') tokens.expect(',')
  }
  if (!Number.isFinite(seconds)) throw new NotRewritten()
  return { kind: 'duration', seconds }
}

/** `x => x.name`, with or without a comparison, behind the name of the item. */
function readArrow(item: string, tokens: Tokens, { operand }: Rules): Given {
  tokens.expect('=>')
  if (tokens.readName() !== item) throw new NotRewritten()
  const names: string[] = []
  while (tokens.take('.', '?.')) names.push(tokens.readName())
  const path = names.join('.')
  const sign = comparators.get(tokens.next)
  if (sign === undefined) return { kind: 'arrow', item, path, sign: null, operand: null }
  tokens.skip(1)
  return { kind: 'arrow', item, path, sign, operand: operand() }
}
