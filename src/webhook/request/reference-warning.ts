import type { Unrendered, UnrenderedReference } from '../template/unrendered-reference.ts'
import { valueAt } from '../values/lookup.ts'
import { quoteName } from '../values/text.ts'
import type { RenderSession } from './render-session.ts'

/** Warns of unrendered references to values of this call. Any other text of that form may be meant literally. */
export function warnOfReferences(references: readonly UnrenderedReference[], session: RenderSession): void {
  for (const { pointer, written: text, path, why, isHidden } of references) {
    if (!leadsToValue(path, text, session)) continue
    const message = isHidden
      ? `has a reference to ${quoteName(path[0] ?? '')} that ${advice[why]('a placeholder with that path')}`
      : `${quoteName(text)} ${advice[why](placeholder(path))}`
    session.warn('placeholder_not_rendered', pointer, message)
  }
}

const ownRoots: ReadonlySet<string> = new Set(['node', 'execution'])

/** `response` does not exist yet. The name of a secret counts if its syntax is that of a reference, or if the request has it. */
function leadsToValue(path: readonly string[], written: string, { scope, input }: RenderSession): boolean {
  const [root = '', name = ''] = path
  if (root === 'response') return true
  if (root === 'secrets') return Object.hasOwn(input.secrets, name) || !/^[\w.]+$/.test(written)
  const value = valueAt(scope.variables, path)
  // Members of `node` and `execution` that have no value are null.
  return value !== undefined && !(value === null && ownRoots.has(root))
}

const advice: Readonly<Record<Unrendered, (placeholder: string) => string>> = {
  syntax: (right) => `is sent unchanged. To send the value, write ${right}.`,
  literal: (right) =>
    `is sent unchanged, because a "literal" is not a template. To send the value, write ${right} as "value".`,
  templates: (right) =>
    `is sent unchanged, because "templates" is "none". Without that, ${right} becomes the value.`,
}

function placeholder([source = '', ...names]: readonly string[]): string {
  const steps = names.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`))
  return `{{ ${source}${steps.join('')} }}`
}
