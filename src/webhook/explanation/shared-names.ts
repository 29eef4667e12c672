import type { NamedValue } from '../request/compiled-body.ts'
import { foldName } from './name-likeness.ts'
import { maxText, saysMissing } from './named-field-words.ts'

/** The place that words name: `Query parameter 'plan' is invalid`. */
const places: readonly (readonly [pattern: RegExp, place: RegExp])[] = [
  [/\b(?:query|url|request)(?: string)? param/i, /^\/node\/(?:query|url)/],
  [/\bheader\b/i, /^\/node\/headers/],
  [/\b(?:request )?body\b/i, /^\/node\/body/],
]

/**
 * Of several fields with one name, those come first that stand where the words say: at the place, or below the object that they
 * name before it, as in `contact.email: invalid`.
 */
export function preferPlace(names: readonly NamedValue[], text: string): readonly NamedValue[] {
  const words = text.slice(0, maxText).toLowerCase()
  const place = places.find(([pattern]) => pattern.test(words))?.[1]
  const { first = [], others = [] } = Object.groupBy(names, (field) =>
    place?.test(field.path) || isPlaced(field, words) ? 'first' : 'others',
  )
  return [...first, ...others]
}

/** Whether words in lower case name what is around a field before it. */
function isPlaced({ path }: NamedValue, words: string): boolean {
  const [own = '', parent = ''] = path.toLowerCase().split('/').toReversed()
  return parent !== '' && parentJoints.some((joint) => words.includes(`${parent}${joint}${own}`))
}

/**
 * Of several fields with one name and no word for their place, the one that is meant: the only empty one where the target misses it, or
 * the one at the root. Else none is certain, and what is around all of them stands for it.
 */
export function settleShared(names: readonly NamedValue[], text: string): readonly NamedValue[] {
  const own = names.filter(({ path }) => path.startsWith(`${content}/`))
  const shared = [...Map.groupBy(own, ({ name }) => foldName(name)).values()].filter(
    ({ length }) => length > 1,
  )
  const isMissing = saysMissing.test(text)
  const words = text.slice(0, maxText).toLowerCase()
  return shared.flatMap((fields) => {
    const [first] = fields
    if (first === undefined || isPlaced(first, words)) return []
    const empty = isMissing ? fields.filter(({ isEmpty }) => isEmpty) : []
    const [only, other] = empty.length > 0 ? empty : fields.filter(isOfRoot)
    if (only !== undefined && other === undefined) return [only]
    return [{ name: first.name, path: findCommon(fields.map(({ path }) => path)) }]
  })
}

const content = '/node/body/content'

function isOfRoot({ path }: NamedValue): boolean {
  return path.lastIndexOf('/') === content.length
}

function findCommon(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/'))
  const end = first.findIndex((step, index) => others.some((other) => other[index] !== step))
  return first.slice(0, end).join('/')
}

const parentJoints = [' ', '.', '/', '[', "']['", '"]["', '->']
