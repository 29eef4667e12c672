import { findFilterElsewhere } from './filters-elsewhere.ts'

/** More filters are not written. */
const maxFilters = 3

/** The filter for a value that stands in for a missing one. Texts are not shown. */
export function listDefault(text: string): readonly string[] {
  return /^[^|?]{1,100}\s(?:\|\||\?\?)\s/.test(text) ? ['default: "…"'] : []
}

/** A call of a method, such as `.map(x => x.name)`, whose result another tool takes from a value. */
const method = /\??\.([A-Za-z]\w{0,30})\((?:\s?\(?\w{1,20}\)?\s?=>\s?\w{1,20}\.(\w{1,40})\s?\))?/g

/** The first call of a method that is a filter here. */
export function findMethod(text: string): RegExpMatchArray | undefined {
  return text.matchAll(method).find(([, name = '']) => toFilter(name) !== null)
}

/** The filters for the methods of an expression. */
export function listFilters(text: string): readonly string[] {
  return Array.from(text.matchAll(method), ([, name = '', member]) =>
    name === 'map' && member !== undefined ? `map: "${member}"` : toFilter(name),
  )
    .filter((filter) => filter !== null)
    .slice(0, maxFilters)
}

function toFilter(name: string): string | null {
  return (
    methods.get(name) ??
    (/^(?:first|last|get)$/.test(name) ? null : (findFilterElsewhere(name)?.filter ?? null))
  )
}

/** Methods whose names are those of filters. */
const methods: ReadonlyMap<string, string> = new Map([
  ['map', 'map: "name"'],
  ['join', 'join: ","'],
  ['split', 'split: ","'],
  ['filter', 'where: "name", "x"'],
  ['slice', 'slice: 0, 10'],
  ['replace', 'replace: "a", "b"'],
  ['round', 'round'],
  ['reverse', 'reverse'],
  ['sort', 'sort'],
])
