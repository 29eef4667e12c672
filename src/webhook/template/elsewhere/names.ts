import { NotRewritten } from './not-rewritten.ts'
import type { Tokens } from './tokens.ts'
import type { Value } from './tree.ts'

type Path = Extract<Value, { kind: 'path' }>

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

/** A path of Liquid. `hasResponse`: whether what other tools have in a value is in the response. */
export function pathOf([root = '', ...members]: readonly string[], hasResponse: boolean): Path {
  const base = hasResponse && root === 'profile' ? 'response.json' : root
  return {
    kind: 'path',
    written: base + members.map((name) => (name.startsWith('[') ? name : `.${name}`)).join(''),
  }
}

/** A path whose root is that of another tool, which is read. */
export function readPath(root: string, tokens: Tokens, hasResponse: boolean): Path {
  if (root === '$' && tokens.next === '.') return pathOf(['profile'], hasResponse)
  if (noValues.test(root) || (root === '$' && tokens.next !== '(')) throw new NotRewritten()
  if (root === '$workflow' || root === '$vars')
    return { kind: 'path', written: root === '$vars' ? 'vars' : 'flow' }
  if (root === '$' || around.test(root)) {
    skipWrapper(tokens, hasResponse ? aroundResponse : around)
    return pathOf([root === '$' || root === '$node' ? 'vars' : 'profile'], hasResponse)
  }
  // One letter stands for any name.
  if (root.length === 1 && tokens.next !== '.') throw new NotRewritten()
  return pathOf(['profile', root.replace(/^\$/, '')], hasResponse)
}

/** A reference to a module of Make, behind its number. Its lists begin with 1. */
export function readModule(tokens: Tokens, hasResponse: boolean): Path {
  const steps: string[] = []
  while (tokens.next === '.' && tokens.peek(2) !== '(') {
    tokens.skip(1)
    steps.push(tokens.readName())
    if (!tokens.take('[')) continue
    if (tokens.take(']')) throw new NotRewritten()
    steps.push(`[${Math.max(0, Number(tokens.read()) - 1)}]`)
    tokens.expect(']')
  }
  const isWrapped = steps.length > 1 && around.test(steps[0] ?? '') && !steps[1]?.startsWith('[')
  return pathOf(['profile', ...steps.slice(isWrapped ? 1 : 0)], hasResponse)
}

/** A part of the response, whose body is `response.json` where it has members. */
export function readResponse(tokens: Tokens): Path {
  const [name, behind] = [tokens.peek(1), tokens.peek(2)]
  const part = parts.get(name)
  if (!/^\??\.$/.test(tokens.next) || part === undefined) throw new NotRewritten()
  // `json()` and `text()` of fetch and Postman.
  tokens.skip(behind === '(' && tokens.peek(3) === ')' ? 4 : 2)
  // A method of the body itself, as in `response.body.trim()`.
  const isCalled = tokens.peek(2) === '(' || tokens.peek(1) === 'length'
  const isJson = name === 'body' && /^(?:\??\.|\[)$/.test(behind) && !isCalled
  return { kind: 'path', written: `response.${isJson ? 'json' : part}` }
}

/** Skips what n8n has before a value: `("x").item.json`, `["x"].json.body`, `.first().json`. */
function skipWrapper(tokens: Tokens, wrappers: RegExp): void {
  for (;;) {
    const [dot, name] = [tokens.next, tokens.peek(1)]
    if (dot === '(' || (dot === '[' && /^["'\d]/.test(name) && isBeforeJson(tokens))) tokens.skip(3)
    else if (dot !== '.' && dot !== '?.') return
    else if (/^(?:first|last|all)$/.test(name) && tokens.peek(2) === '(' && tokens.peek(3) === ')')
      tokens.skip(4)
    else if (wrappers.test(name) && isFollowedByName(tokens)) tokens.skip(2)
    else return
  }
}

/** Whether the name behind the point has a member that is no method. */
function isFollowedByName(tokens: Tokens): boolean {
  const sign = tokens.peek(2)
  return sign === '[' || (/^\??\.$/.test(sign) && tokens.peek(3) !== 'length' && tokens.peek(4) !== '(')
}

/** Whether the text in brackets names a node. */
function isBeforeJson(tokens: Tokens): boolean {
  return tokens.peek(3) === '.' && tokens.peek(4) === 'json'
}
