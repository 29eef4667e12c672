import { noSecrets, type Scope } from '../../../src/webhook/template/render-context.ts'
import {
  type Condition,
  compileCondition,
  compileTemplate,
  type Template,
  type TemplatePlace,
} from '../../../src/webhook/template/template.ts'

/** A template that is known to be well formed. */
export function template(text: string, place: TemplatePlace = null): Template {
  const compiled = compileTemplate(text, place)
  if (!compiled.ok) throw new TypeError(compiled.problem)
  return compiled.template
}

/** A condition that is known to be well formed. */
export function condition(text: string): Condition {
  const compiled = compileCondition(text)
  if (!compiled.ok) throw new TypeError(compiled.problem)
  return compiled.template
}

/** What a template reads where the payload has a profile and nothing else. */
export function scopeWith(profile: unknown): Scope {
  return { variables: { profile }, secrets: noSecrets }
}

/** The value of a template, or the detail of its failure. */
export function evaluate(text: string, profile: unknown): unknown {
  const result = template(text).value(scopeWith(profile))
  return result.ok ? result.value : result.failure.detail
}

/** Every secret has this value. */
export const useSecret = () => ({ value: 's3cr3t', isStored: false, isHidden: true })
