import type { Unrendered, UnrenderedReference } from '../template/unrendered-reference.ts'
import { valueAt } from '../values/lookup.ts'
import { quoteName } from '../values/text.ts'
import type { RenderSession } from './render-session.ts'

/** Warns of unrendered references to values of this call. Any other text of that form may be meant literally. */
export function warnOfReferences(references: readonly UnrenderedReference[], session: RenderSession): void {
  for (const reference of references) {
    const path = reference.isShort ? findLong(reference, session) : reference.path
    if (path === null || !isMeant(reference, path, session)) continue
    const { pointer, written: text, why, isHidden } = reference
    const message =
      isHidden && why !== 'equals'
        ? `has a reference to ${quoteName(path[0] ?? '')} that ${advice[why]('a placeholder with that path')}`
        : `${quoteName(text)} ${advice[why](placeholder(path))}`
    session.warn('placeholder_not_rendered', pointer, message)
  }
}

const ownRoots: ReadonlySet<string> = new Set(['node', 'execution'])
const shortRoots = ['profile', 'event', 'vars', 'instance', 'flow'] as const

/** The whole path to a value whose source the author left out; null if no source has it. */
function findLong(
  { path, written, isHidden, isCertain }: UnrenderedReference,
  { scope, input }: RenderSession,
): readonly string[] | null {
  const [name = ''] = path
  for (const spelt of new Set([name, name.toLowerCase()])) {
    const root = shortRoots.find((each) => valueAt(scope.variables, [each, spelt]) !== undefined)
    if (root !== undefined) return [root, spelt]
  }
  if (isHidden && Object.hasOwn(input.secrets, name)) return ['secrets', name]
  // What a flow computes itself stands in variables elsewhere, too.
  return isCertain ? [/^@\{?variables\(/.test(written) ? 'vars' : 'profile', name] : null
}

function isMeant(reference: UnrenderedReference, path: readonly string[], session: RenderSession): boolean {
  if (reference.isCertain) return true
  if (reference.why === 'dollar')
    return path[0] === 'secrets' || !isAmount(valueAt(session.scope.variables, path))
  return leadsToValue(path, reference.written, session)
}

/** Before a number the sign may stand for a currency. */
function isAmount(value: unknown): boolean {
  return typeof value !== 'string' || /^[\d.,]*$/.test(value.trim())
}

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
  nested: (right) =>
    `is sent unchanged, because a "literal" is not a template. To send the value, write ${right} in a body of "structure": "json", or as the "value" of a field of its own.`,
  templates: (right) =>
    `is sent unchanged, because "templates" is "none". Without that, ${right} becomes the value.`,
  equals: (right) =>
    `stands before the value and is sent with it, as other tools mark an expression. To send the value alone, write ${right}.`,
  dollar: (right) => `is sent with its "$" before the value. To send the value alone, write ${right}.`,
}

function placeholder([source = '', ...names]: readonly string[]): string {
  const steps = names.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`))
  return `{{ ${source}${steps.join('')} }}`
}
