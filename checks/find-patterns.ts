import {
  type CallExpression,
  type Expression,
  type NewExpression,
  type Node,
  NodeFlags,
  type SourceFile,
  SyntaxKind,
  type TemplateExpression,
} from 'typescript/unstable/ast'
import {
  isArrayLiteralExpression,
  isBinaryExpression,
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isNumericLiteral,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isRegularExpressionLiteral,
  isStringLiteral,
  isTaggedTemplateExpression,
  isTemplateExpression,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API, type Project, SymbolFlags } from 'typescript/unstable/sync'

/** The texts of source files by name. */
export type SourceTexts = Readonly<Record<string, string>>

/** A regular expression of the code. */
export interface Pattern {
  readonly file: string
  readonly line: number
  /** As written in the code. */
  readonly text: string
  /** Null if the pattern is known only at run time. */
  readonly regExp: { readonly source: string; readonly flags: string } | null
}

/** A comment that begins with `recheck:`. */
export interface Exception {
  readonly file: string
  /** The line of the comment. */
  readonly line: number
  /** The line in which its pattern begins: the same line, or the next one if the comment has its own line. */
  readonly patternLine: number
  readonly reason: string
}

/** The findings in order of the code. */
export interface Findings {
  readonly patterns: readonly Pattern[]
  readonly exceptions: readonly Exception[]
}

/**
 * Finds every literal and every `RegExp(…)`. The argument of the latter may be composed from constants, also of other
 * files. Uses the parser of the compiler, because only a parser can tell a pattern from a division.
 */
export function findPatterns(texts: SourceTexts): Findings {
  const names = Object.keys(texts)
  const compilerOptions = { allowJs: true, noLib: true, types: [], module: 'nodenext', target: 'esnext' }
  const config = JSON.stringify({ compilerOptions, files: names })
  const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [root + name, text]))
  const api = new API({ fs: createVirtualFileSystem({ ...files, [configFile]: config }) })
  try {
    const project = api.updateSnapshot({ openProjects: [configFile] }).getProject(configFile)
    if (project === undefined) throw new Error('the compiler opened no project')
    const finders = names.map((name) => new Finder(name, project))
    return {
      patterns: finders.flatMap(({ patterns }) => patterns),
      exceptions: finders.flatMap(({ exceptions }) => exceptions),
    }
  } finally {
    api.close()
  }
}

const root = '/'
const configFile = `${root}tsconfig.json`

class Finder {
  readonly patterns: Pattern[] = []
  readonly exceptions: readonly Exception[]
  readonly #file: SourceFile
  readonly #name: string
  readonly #project: Project
  /** String literals and patterns, which cannot contain comments. */
  readonly #literals: Node[] = []

  constructor(name: string, project: Project) {
    const file = project.program.getSourceFile(root + name)
    if (file === undefined) throw new Error(`the compiler did not read ${name}`)
    this.#name = name
    this.#file = file
    this.#project = project
    this.#visit(file)
    this.exceptions = [...file.text.matchAll(/\/\/ recheck:(.*)/g)]
      .filter(({ index }) => !this.#literals.some((node) => node.getStart() <= index && index < node.end))
      .map(({ index, 1: reason = '' }) => this.#exception(index, reason.trim()))
  }

  #visit(node: Node): void {
    if (literalKinds.has(node.kind)) this.#literals.push(node)
    if (isRegularExpressionLiteral(node)) this.#add(node, literalParts(node.text))
    else if (isConstruction(node)) this.#add(node, this.#constructed(node))
    node.forEachChild((child) => this.#visit(child))
  }

  #add(node: Node, regExp: Pattern['regExp']): void {
    const line = this.#lineOf(node.getStart())
    this.patterns.push({ file: this.#name, line, text: node.getText(), regExp })
  }

  #exception(index: number, reason: string): Exception {
    const line = this.#lineOf(index)
    const lineStart = this.#file.text.lastIndexOf('\n', index) + 1
    const standsAlone = this.#file.text.slice(lineStart, index).trim() === ''
    return { file: this.#name, line, patternLine: standsAlone ? line + 1 : line, reason }
  }

  #lineOf(position: number): number {
    return this.#file.getLineAndCharacterOfPosition(position).line + 1
  }

  #constructed({ arguments: given = [] as never }: NewExpression | CallExpression): Pattern['regExp'] {
    const [sourceNode, flagsNode] = given
    const source = sourceNode === undefined ? null : this.#constant(sourceNode)
    const flags = flagsNode === undefined ? '' : this.#constant(flagsNode)
    return source === null || flags === null ? null : { source, flags }
  }

  /** The constant text of an expression, or null. */
  #constant(node: Expression): string | null {
    if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) || isNumericLiteral(node))
      return node.text
    if (isParenthesizedExpression(node)) return this.#constant(node.expression)
    if (isTemplateExpression(node)) return this.#filledIn(node, (part) => part.text)
    if (isIdentifier(node)) return this.#constantOfName(node)
    if (isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.PlusToken)
      return joined([this.#constant(node.left), this.#constant(node.right)])
    if (isTaggedTemplateExpression(node) && node.tag.getText() === 'String.raw')
      return isTemplateExpression(node.template)
        ? this.#filledIn(node.template, rawText)
        : rawText(node.template)
    return isCallExpression(node) ? this.#constantOfJoin(node) : null
  }

  #filledIn(
    { head, templateSpans }: TemplateExpression,
    textOf: (part: TemplatePart) => string,
  ): string | null {
    const parts = templateSpans.flatMap(({ expression, literal }) => [
      this.#constant(expression),
      textOf(literal),
    ])
    return joined([textOf(head), ...parts])
  }

  #constantOfName(name: Node): string | null {
    const { checker } = this.#project
    const named = checker.getSymbolAtLocation(name)
    const symbol = named && named.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(named) : named
    const declaration = symbol?.valueDeclaration?.resolve(this.#project)
    if (declaration === undefined || !isVariableDeclaration(declaration)) return null
    const isConstant = (declaration.parent.flags & NodeFlags.Const) !== 0
    return isConstant && declaration.initializer ? this.#constant(declaration.initializer) : null
  }

  /** `[…].join('…')` */
  #constantOfJoin({ expression: callee, arguments: [separator] }: CallExpression): string | null {
    if (!isPropertyAccessExpression(callee) || callee.name.text !== 'join' || separator === undefined)
      return null
    if (!isArrayLiteralExpression(callee.expression)) return null
    const between = this.#constant(separator)
    return between === null
      ? null
      : joined(
          callee.expression.elements.map((one) => this.#constant(one)),
          between,
        )
  }
}

type TemplatePart = Node & { readonly text: string }

const literalKinds: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
])

function isConstruction(node: Node): node is NewExpression | CallExpression {
  if (!isNewExpression(node) && !isCallExpression(node)) return false
  const { expression: callee } = node
  const name = isPropertyAccessExpression(callee) ? callee.name : callee
  return isIdentifier(name) && name.text === 'RegExp'
}

function literalParts(text: string): Pattern['regExp'] {
  const end = text.lastIndexOf('/')
  return { source: text.slice(1, end), flags: text.slice(end + 1) }
}

/** The raw text of a part of a template, without delimiters. */
function rawText(part: TemplatePart): string {
  const opens = part.kind === SyntaxKind.TemplateHead || part.kind === SyntaxKind.TemplateMiddle
  return part.getText().slice(1, opens ? -2 : -1)
}

function joined(parts: readonly (string | null)[], separator = ''): string | null {
  return parts.every((part) => part !== null) ? parts.join(separator) : null
}
