import type { ConfigError } from './config-error.ts'
import { rendered } from './rendered.ts'
import type { SecretPlace } from './secret-lookup.ts'
import {
  type Condition,
  compileCondition,
  compileTemplate,
  constantTemplate,
  type Template,
} from './template.ts'

/** Compiles the strings of one node and collects what is wrong with them, so that all is said in one reply. */
export class Compiler {
  readonly errors: ConfigError[] = []
  readonly templates: 'liquid' | 'none'
  /** Names of the secrets that the node refers to. */
  readonly secretNames = new Set<string>()

  constructor(templates: 'liquid' | 'none') {
    this.templates = templates
  }

  complain(path: string, message: string): void {
    this.errors.push({ path, message })
  }

  /** A string that is sent: a template, unless the node has none. Secrets may stand in it. */
  template(text: string, path: string, place: SecretPlace): Template {
    if (this.templates === 'none') return constantTemplate(text.toWellFormed())
    return this.#compiled(text, path, place)
  }

  /** A string that is not sent: always a template, and no place for secrets. */
  liquid(text: string, path: string): Template {
    return this.#compiled(text, path, null)
  }

  condition(text: string, path: string): Condition {
    const compiled = compileCondition(text)
    if (compiled.ok) return compiled.template
    this.complain(path, compiled.problem)
    return never
  }

  #compiled(text: string, path: string, place: SecretPlace | null): Template {
    const compiled = compileTemplate(text, place)
    if (compiled.ok) {
      for (const name of compiled.template.secretNames) this.secretNames.add(name)
      return compiled.template
    }
    this.complain(path, compiled.problem)
    return constantTemplate('')
  }
}

/** Stands in for a condition with an error; a node with errors is never executed. */
const never: Condition = {
  holds: () => rendered(false),
}
