import { nearestPath, valueAt } from '../values/lookup.ts'
import { quoteName } from '../values/text.ts'
import type { Explanation } from './explained-node.ts'
import type { Situation } from './situation.ts'

const ofUrl: ReadonlySet<number> = new Set([400, 404, 410, 422])

/**
 * Explains a target that does not find what the default of a placeholder names, where the attribute is misspelt: the default hides
 * that. Null if no attribute of the URL is near to one of the payload.
 */
export function explainDefaulted({ status, node, missed, said }: Situation): Explanation | null {
  if (!ofUrl.has(status) || node.url.kind !== 'fixed' || !node.url.tail.hasDefault) return null
  for (const placeholder of node.url.tail.placeholders ?? []) {
    const [, name = ''] = defaulted.exec(placeholder) ?? []
    const path = name.split('.')
    const meant =
      name === '' || valueAt(missed.variables, path) !== undefined
        ? null
        : nearestPath(missed.variables, path)
    if (meant === null) continue
    return {
      hint: `The payload has no ${quoteName(name)}, so the URL has the default of that placeholder: write {{ ${meant} }} if that is meant. The target answers ${status}${said}.`,
      path: '/node/url',
    }
  }
  return null
}

/** A placeholder as the author wrote it, with a default behind its attribute. */
const defaulted = /^"(?:\{\{-? ?)?(\w{1,60}(?:\.\w{1,60}){1,8}) ?\| ?default\b/
