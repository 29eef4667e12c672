import { type ForeignPlace, orOther, writeValue } from './advice.ts'
import { forms } from './foreign-forms.ts'
import { findMethod, listDefault, listFilters } from './guess-filters.ts'
import { guessPath } from './guess-path.ts'

/** A form is told by its beginning. */
const maxCharacters = 200

/**
 * Describes an expression of another tool and what to write instead; null if it is none that is known. It is asked about
 * expressions that are refused. `text` has no text literals, which may be credentials. `meant`: the expression in Liquid, if it
 * is known; else the path is guessed.
 */
export function describeForeignExpression(
  text: string,
  place: ForeignPlace,
  meant: string | null = null,
): string | null {
  const start = text.trim().slice(0, maxCharacters)
  const known = forms.find(({ form, isInBraces }) => !(isInBraces && place.isCondition) && form.test(start))
  if (known === undefined) return null
  const [named = ''] = start.slice(0, findMethod(start)?.index).split(/[|}<>]|==|\[\?/, 1)
  const { path, isGuess } = guessPath(start, named, place)
  if (meant !== null && !known.isInBraces)
    return `it is ${known.is}; write ${meant}${orOther(meant, isGuess && known.write === writeValue)}`
  const filters = known.write === writeValue ? [...listFilters(start), ...listDefault(start)] : []
  if (known.write === writeValue && !place.isCondition && /^[^|?]{1,100}[^?]\?\s[^:]{1,100}:/.test(start))
    return `it is ${known.is}; write {% if ${path} %}a{% else %}b{% endif %}`
  return `it is ${known.is}; ${known.write([path, ...filters].join(' | '), place, isGuess)}`
}
