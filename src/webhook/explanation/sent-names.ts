import { readPointer } from '../../contract/config-error.ts'
import type { CompiledBody, NamedValue } from '../request/compiled-body.ts'
import { listContentNames } from '../request/content-names.ts'
import { parseJson } from '../values/json.ts'
import { isEmpty, valueAt } from '../values/lookup.ts'
import type { ExplainedNode, SentRequest } from './explained-node.ts'
import { listTextValues } from './sent-values.ts'
import { listXmlValues } from './xml-values.ts'

/** Names of a request that are compared at most. */
const maxNames = 200
/** A name, with its place, that is longer was written by no person, and is compared with nothing: each is, many times. */
const maxPlace = 1_000
/** A larger body of a payload is not parsed again for its names. */
const maxParsed = 65_536

/** Lists the names that a node sends: fields of the body first, then parameters, then headers, then what its URL has. */
export function listSentNames(
  { body, query, headers, auth }: ExplainedNode,
  { request, leftOut }: SentRequest,
): readonly NamedValue[] {
  const own = body === null ? [] : (body.listNames() ?? listTextNames(body, request?.body ?? null))
  const parameters = request === null ? [] : listUrlNames(request.target, auth)
  const all: readonly NamedValue[] = [
    ...own.slice(0, maxNames),
    ...query.slice(0, maxNames),
    ...headers,
    ...parameters,
  ]
  const names = all.filter(
    ({ name, path, within = '' }) => name.length + path.length + within.length <= maxPlace,
  )
  return leftOut.length === 0 ? names : withoutLeftOut(names, leftOut)
}

function withoutLeftOut(
  names: readonly NamedValue[],
  leftOut: SentRequest['leftOut'],
): readonly NamedValue[] {
  const keys = new Set(leftOut.map(({ name, path }) => `${path} ${name}`))
  return names.filter(({ name, path }) => !keys.has(`${path} ${name}`))
}

/** The names of the parameters in the URL. Those of `query` are listed before under their own place; a key that `auth` adds stands last. */
function listUrlNames(target: string, auth: ExplainedNode['auth']): readonly NamedValue[] {
  const start = target.indexOf('?')
  if (start === -1) return []
  const parameters = [...new URLSearchParams(target.slice(start + 1))].slice(0, maxNames)
  const key = auth?.isInUrl ? parameters.at(-1) : undefined
  return parameters.map((one) => ({
    name: one[0],
    path: one === key && auth !== null ? auth.origin.path : '/node/url',
    isEmpty: one[1] === '',
  }))
}

/** The names of a body that the payload or a text gives: they stand at one place of the node. */
function listTextNames(body: CompiledBody, bytes: Buffer | null): readonly NamedValue[] {
  if (bytes === null || bytes.length > maxParsed) return []
  const { valuesPath: path } = body
  const withOrigin = (names: readonly string[]) => {
    const origin = body.originOf?.(names)
    return origin === undefined ? { path } : { path, origin }
  }
  const text = bytes.toString('utf8')
  const parsed = parseJson(text, { maxDepth: 20 })
  if (!parsed.ok)
    return listOtherNames(text).map(({ name, value }) => ({
      ...withOrigin([name]),
      name,
      isEmpty: value === '',
    }))
  return listContentNames(parsed.plain, '').map(({ name, path: place }) => {
    const names = readPointer(place)
    return { ...withOrigin(names), name, within: place, isEmpty: isEmpty(valueAt(parsed.plain, names)) }
  })
}

/** XML has names of elements within which others stand, too. */
function listOtherNames(text: string): readonly { readonly name: string; readonly value: string | null }[] {
  return (/^\s*</.test(text) ? listXmlValues(text) : listTextValues(text)).slice(0, maxNames)
}
