import { type ConfigError, maxListedErrors, pointer } from '../../contract/config-error.ts'
import { isListOrObject } from '../values/json.ts'
import { type KnownNames, requestNames, responseNames } from './known-names.ts'
import { onceForEachText } from './known-texts.ts'
import { rendered } from './render-result.ts'
import { noPaths } from './response-paths.ts'
import type { SecretPlace } from './secret-lookup.ts'
import type { TextPlace } from './secret-shape.ts'
import {
  type Compiled,
  type Condition,
  compileCondition,
  compileTemplate,
  constantTemplate,
  isTemplate,
  type Template,
  type TemplatePlace,
} from './template.ts'
import { findReferences, findSigns, type SentText, type UnrenderedReference } from './unrendered-reference.ts'

const compileKnownCondition = onceForEachText<Condition>(compileCondition)
const compileWithoutSecrets = onceForEachText<Template>((text, names) => compileTemplate(text, null, names))

/** Compiles the strings of one node and collects all mistakes, so that one reply can list them. */
export class Compiler {
  readonly errors: ConfigError[] = []
  readonly templates: 'liquid' | 'none'
  /** Names of the secrets that the node refers to. */
  readonly secretNames = new Set<string>()
  /** How many characters of the node are Liquid. */
  codeCharacters = 0
  /** How many placeholders, tags and conditions the node has. */
  codeParts = 0
  /** Constant texts that look like references in the syntax of another tool. */
  readonly references: UnrenderedReference[] = []
  readonly #names: KnownNames | null
  #referencesLeft = maxReferences
  #isFull = false

  /** `names`: variables in place of those of every node. */
  constructor(templates: 'liquid' | 'none', names: KnownNames | null = null) {
    this.templates = templates
    this.#names = names
  }

  complain(path: string, message: string): void {
    this.errors.push({ path, message })
  }

  /** Whether a string has placeholders or tags and this node renders templates. */
  isTemplate(text: string): boolean {
    return this.templates === 'liquid' && isTemplate(text)
  }

  /** Compiles a string of the request. It is a template unless the node has `templates: "none"`. It may contain secrets. */
  template(text: string, path: string, place: TextPlace): Template {
    if (this.templates === 'none') {
      this.#note({ text, pointer: path, place, isWhole: true, why: 'templates' })
      return constantTemplate(text.toWellFormed())
    }
    const template = this.#compiled(text, path, place, requestNames)
    const { staticText, isConstant } = template
    this.#note({ text: staticText, pointer: path, place, isWhole: isConstant, why: 'syntax' })
    if (!isConstant) this.#noteSigns(text, path)
    return template
  }

  /** Compiles a string that must be one reference to a secret, also with `templates: "none"`: it is no text to be sent. */
  reference(text: string, path: string, place: SecretPlace): Template {
    const known = this.errors.length
    const template = this.#compiled(text, path, place, requestNames)
    const isReference = template.secretNames.length === 1 && template.placeholders?.length === 1
    if (this.errors.length === known && (!isReference || template.staticText !== ''))
      this.complain(path, 'must be a reference to a secret and nothing else, as in {{ secrets.NAME }}')
    return template
  }

  /** Checks JSON that is not a template for unrendered references. */
  literal(value: unknown, path: string, place: TextPlace, why: 'literal' | 'nested' = 'literal'): void {
    if (typeof value === 'string') this.#note({ text: value, pointer: path, place, isWhole: true, why })
    else if (isListOrObject(value))
      for (const [name, member] of Object.entries(value))
        this.literal(member, pointer(path, name), place, 'nested')
  }

  /** Compiles a string that is always a template and must not contain secrets. `names` are the variables that it can use. */
  liquid(text: string, path: string, names: KnownNames = responseNames): Template {
    const template = this.#compiled(text, path, null, names)
    const { staticText, isConstant } = template
    if (isConstant)
      this.#note({
        text: staticText,
        pointer: path,
        place: 'headers',
        isWhole: true,
        why: 'syntax',
        isCaptured: true,
      })
    else this.#noteSigns(text, path)
    return template
  }

  /** Checks a string that is not a template for placeholders. `instead` is the advice in the message. */
  plain(text: string, path: string, instead: string): void {
    if (!this.isTemplate(text)) return
    this.complain(path, `must not contain a placeholder, because this text is not a template. ${instead}`)
  }

  /** Compiles a condition. `names` are the variables that it can use. */
  condition(text: string, path: string, names: KnownNames = requestNames): Condition {
    if (!this.#admits({ characters: text.length, longest: text.length, parts: 1 }, path)) return never
    const compiled = compileKnownCondition(text, this.#allNames(names))
    if (compiled.ok) return compiled.template
    this.complain(path, compiled.problem)
    return never
  }

  /** Compiles the part of the URL after the authority. */
  url(text: string): Compiled<Template> {
    const isNone = this.templates === 'none'
    const compiled: Compiled<Template> = isNone
      ? { ok: true, template: constantTemplate(text) }
      : this.#compile(text, '/node/url', 'url', requestNames)
    if (compiled.ok) {
      const why = isNone ? 'templates' : 'syntax'
      this.#note({
        text: compiled.template.staticText,
        pointer: '/node/url',
        place: 'url',
        isWhole: false,
        why,
      })
      if (!isNone) this.#noteSigns(text, '/node/url')
    }
    return compiled
  }

  #note(sent: SentText): void {
    if (this.#referencesLeft === 0) return
    this.#keep(findReferences(sent, this.#referencesLeft), sent.pointer)
  }

  #noteSigns(text: string, pointer: string): void {
    this.#keep(findSigns(text, pointer, this.#referencesLeft), pointer)
  }

  #keep(found: readonly UnrenderedReference[], pointer: string): void {
    this.#referencesLeft -= found.length
    const isHidden = pointer.startsWith('/node/auth/')
    this.references.push(...found.map((one) => ({ ...one, isHidden })))
  }

  #compiled(text: string, path: string, place: TemplatePlace, names: KnownNames): Template {
    const compiled = this.#compile(text, path, place, names)
    if (compiled.ok) return compiled.template
    const problems = [compiled.problem, ...(compiled.others ?? [])]
    for (const problem of new Set(place === 'auth' ? problems.map(withoutWords) : problems))
      this.complain(path, problem + (/^=(?!=)/.test(text) && problem.includes('of n8n') ? noSign : ''))
    return constantTemplate('')
  }

  #allNames(names: KnownNames): KnownNames {
    return this.#names ?? names
  }

  #compile(text: string, path: string, place: TemplatePlace, names: KnownNames): Compiled<Template> {
    if (!this.#admits(measureCode(text), path)) return { ok: true, template: constantTemplate('') }
    const known = this.#allNames(names)
    if (place === null) return compileWithoutSecrets(text, known)
    const compiled = compileTemplate(text, place, known)
    if (compiled.ok) for (const name of compiled.template.secretNames) this.secretNames.add(name)
    return compiled
  }

  /** Checks the limits before anything is parsed. Complains at most once. What no reply lists is not looked into. */
  #admits({ characters, longest, parts }: CodeSize, path: string): boolean {
    const wasFull = this.#isFull
    this.codeCharacters += characters
    this.codeParts += parts
    this.#isFull ||=
      longest > codeLimits.partCharacters ||
      this.codeCharacters > codeLimits.characters ||
      this.codeParts > codeLimits.parts
    if (this.#isFull && !wasFull) this.complain(path, tooMuchCode)
    // One error more tells the reply that it does not list all of them.
    return !this.#isFull && this.errors.length <= maxListedErrors
  }
}

const noSign = ' Leave out the "=" before the text, too: it would be sent.'

/** A problem of a credential. A word in braces that is no variable may be the credential itself. */
function withoutWords(problem: string): string {
  return unknownWords.test(problem)
    ? 'has a placeholder that is not valid: write {{ secrets.NAME }}, with the secret in "secrets" of the request or in the service, or an attribute such as {{ profile.token }}'
    : problem
}

const unknownWords = /^"(?!(?:profile|event|instance|flow|vars|node|execution|secrets|response)\b)/

/** The largest number of reported references: further ones would be more examples of the same mistake. */
const maxReferences = 20

/** The limits of the Liquid in a node. They bound the time of compiling, and lie far above what people write. */
const codeLimits = { parts: 5_000, characters: 131_072, partCharacters: 8_192 } as const

const tooMuchCode = `must not take the node beyond ${codeLimits.parts} placeholders, tags and conditions, each of at most ${codeLimits.partCharacters} characters and together of at most ${codeLimits.characters}`

/** The amount of Liquid in a text. */
interface CodeSize {
  readonly characters: number
  /** Characters of the longest placeholder or tag. */
  readonly longest: number
  readonly parts: number
}

/** Measures the Liquid in a text without parsing it. The result may be a few characters too high. */
function measureCode(text: string): CodeSize {
  let characters = 0
  let longest = 0
  let parts = 0
  for (let at = nextCode(text, 0); at !== -1; ) {
    const close = text.indexOf(text[at + 1] === '{' ? '}}' : '%}', at)
    const end = close === -1 ? text.length : close + 2
    characters += end - at
    longest = Math.max(longest, end - at)
    parts += 1 + countLines(text, at, end)
    at = nextCode(text, end)
  }
  return { characters, longest, parts }
}

/** The index of the next placeholder or tag; -1 if there is none. */
function nextCode(text: string, from: number): number {
  for (let at = text.indexOf('{', from); at !== -1; at = text.indexOf('{', at + 1))
    if (text[at + 1] === '{' || text[at + 1] === '%') return at
  return -1
}

/** Each line of a `liquid` tag is a tag. */
function countLines(text: string, from: number, to: number): number {
  let lines = 0
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === lineFeed) lines++
  return lines
}

const lineFeed = 0x0a

/** Replaces a condition with an error. A node with errors is never executed. */
const never: Condition = {
  responsePaths: noPaths,
  holds: () => rendered(false),
}
