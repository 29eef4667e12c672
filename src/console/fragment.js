// @ts-check

/**
 * The node that a link holds; `omitted` are JSON Pointers to what the link leaves out.
 * @typedef {{ node: object, omitted: string[] } | 'unreadable' | null} Shared
 *
 * A place of the console.
 * @typedef {{ view: 'try', shared: Shared }
 *   | { view: 'nodes', search: Record<string, string> } | { view: 'node', id: string, tenant: string | null }
 *   | { view: 'executions', search: Record<string, string> } | { view: 'execution', id: string }
 *   | { view: 'unknown', path: string }} Place `search`: what the list is
 *   reduced to; none of its texts is empty.
 */

/** Links beyond this length are refused: programs that pass them on would cut them. */
export const maxLinkCharacters = 30_000

/**
 * The place that the fragment of an address names. None is the first view.
 * @param {string} hash @returns {Place}
 */
export function readFragment(hash) {
  const [, path = '', query = ''] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash) ?? []
  const [view, text = '', ...rest] = path.split('/')
  if (rest.length > 0) return { view: 'unknown', path }
  const name = decode(text)
  const parameters = new URLSearchParams(query)
  const search = readSearch(parameters)
  if (view === 'nodes')
    return name === '' ? { view, search } : { view: 'node', id: name, tenant: parameters.get('tenant') }
  if (view === 'executions') return name === '' ? { view, search } : { view: 'execution', id: name }
  if (view !== 'try' && view !== '') return { view: 'unknown', path }
  return { view: 'try', shared: text === '' ? null : readShared(text) }
}

/**
 * What stands twice is kept as one text of both, so that nothing of the address is lost unseen.
 * @param {URLSearchParams} parameters
 */
function readSearch(parameters) {
  /** @type {Map<string, string>} */
  const search = new Map()
  for (const [name, value] of parameters) {
    const before = search.get(name)
    if (value !== '') search.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(search)
}

/**
 * The parameters of an address that a list does not know, such as misspelt ones.
 * @param {Record<string, string>} search @param {readonly string[]} known
 */
export function listUnknown(search, known) {
  return Object.keys(search).filter((name) => !known.includes(name))
}

/** @param {Place} place @returns {string} */
export function writeFragment(place) {
  if (place.view === 'node') {
    const tenant = place.tenant === null ? '' : `?tenant=${encodeURIComponent(place.tenant.toWellFormed())}`
    return `#/nodes/${encodeURIComponent(place.id.toWellFormed())}${tenant}`
  }
  if (place.view === 'execution') return `#/executions/${encodeURIComponent(place.id.toWellFormed())}`
  if (place.view === 'unknown') return `#/${place.path}`
  if (place.view !== 'try') {
    const named = Object.entries(place.search).filter(([, value]) => value !== '')
    const query = named.map((pair) => pair.map((part) => encodeURIComponent(part.toWellFormed())).join('='))
    return `#/${place.view}${query.length === 0 ? '' : `?${query.join('&')}`}`
  }
  if (place.shared === null || place.shared === 'unreadable') return '#/try'
  return `#/try/${toBase64Url(JSON.stringify([place.shared.node, place.shared.omitted]))}`
}

/** @param {string} text */
function readShared(text) {
  try {
    const [node, omitted] = JSON.parse(fromBase64Url(text))
    if (typeof node !== 'object' || node === null || Array.isArray(node) || !Array.isArray(omitted))
      return 'unreadable'
    return { node, omitted: omitted.map(String) }
  } catch {
    return 'unreadable'
  }
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** @param {string} text */
function toBase64Url(text) {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte))
  return btoa(bytes.join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** @param {string} text */
function fromBase64Url(text) {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return decoder.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))
}
