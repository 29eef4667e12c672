import { type TagToken, Tokenizer, type TopLevelToken, TypeGuards } from 'liquidjs'
import { engine } from './liquid-engine.ts'
import type { TextPlace } from './secret-shape.ts'
import { quoted } from './tag-rules.ts'

/** Where an error arose. */
export interface Located {
  /** The placeholder or tag, its line and column, and the loop around it. Null if they are unknown. */
  readonly where: string | null
  readonly isInLoop: boolean
}

/** Locates an error of LiquidJS in its template. It reads the template again, so it is for failures only. */
export function locate(error: unknown, place: TextPlace): Located {
  const { token } = error as { readonly token?: CodeToken }
  if (!TypeGuards.isOutputToken(token) && !TypeGuards.isTagToken(token)) return nowhere
  const code = token as unknown as CodeToken
  const tokens = readTokens(code.input)
  const position = place === 'url' || tokens.length === 1 ? '' : describePosition(code)
  const loop = findLoop(tokens, code.begin)
  const isLoop = isTag(code) && loops.has(code.name)
  const within =
    loop === null
      ? ''
      : `, in the loop ${quoted(loop.content)}${place === 'url' ? '' : describePosition(loop)}`
  return {
    where: `${quoted(describeCode(code))}${position}${within}`,
    isInLoop: loop !== null || isLoop,
  }
}

const nowhere: Located = { where: null, isInLoop: false }

type CodeToken = Pick<TagToken, 'content' | 'begin' | 'input' | 'getPosition'>

const loops: ReadonlySet<string> = new Set(['for', 'tablerow'])

function isTag(token: object): token is TagToken {
  return TypeGuards.isTagToken(token)
}

/** A reference to a secret is a tag of our own. */
function describeCode(code: CodeToken): string {
  return code.content.replace(/^secret (\w+) (?:delimited|open)$/, 'secrets.$1')
}

/** Columns of a URL would count from behind its authority, so it has none. */
function describePosition(token: CodeToken): string {
  const [line, column] = token.getPosition()
  return ` at line ${line}, column ${column}`
}

function readTokens(template: string): readonly TopLevelToken[] {
  return new Tokenizer(template, engine.options.operators, undefined, undefined, true).readTopLevelTokens(
    engine.options,
  )
}

/** The innermost loop around a place. */
function findLoop(tokens: readonly TopLevelToken[], at: number): TagToken | null {
  const open: TagToken[] = []
  for (const token of tokens) {
    if (token.begin >= at) break
    if (!isTag(token)) continue
    if (loops.has(token.name)) open.push(token)
    else if (loops.has(token.name.replace(/^end/, ''))) open.pop()
  }
  return open.at(-1) ?? null
}
