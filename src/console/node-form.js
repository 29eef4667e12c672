// @ts-check
import { asText, isObject } from './json.js'

/**
 * What the form shows of a node. A node may hold anything: the form shows what it can, and changes only what a person changes.
 * @typedef {Record<string, unknown>} Node
 * @typedef {{ name: string, source: string, value: string }} Row `source` is a part of the payload, `value` for a text or
 *   template, or `literal` for JSON.
 * @typedef {'default' | 'status' | 'string' | 'other'} ResponseKind
 */

/** The sources of a value that a row can have. */
export const rowSources = [
  ['value', 'text'],
  ['profile', 'profile'],
  ['event', 'event'],
  ['instance', 'instance'],
  ['flow', 'flow'],
  ['vars', 'vars'],
  ['literal', 'JSON as it is'],
]

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
export const contentTypes = ['application/json', 'application/x-www-form-urlencoded']

/** The members that the form shows. All others are in the JSON only. */
const shown = [
  'id',
  'connection',
  'method',
  'url',
  'query',
  'headers',
  'body',
  'timeoutMs',
  'expect',
  'onError',
  'branches',
]

/** @param {Node} node */
export function listOtherMembers(node) {
  return Object.keys(node).filter((name) => !shown.includes(name))
}

/** @param {Node} node @param {string} name */
export function readText(node, name) {
  return asText(node[name])
}

/**
 * Empty: the member goes.
 * @param {Node} node @param {string} name @param {unknown} value @returns {Node}
 */
export function setMember(node, name, value) {
  if (value !== '' && value !== undefined) return { ...node, [name]: value }
  return Object.fromEntries(Object.entries(node).filter(([own]) => own !== name))
}

/**
 * A number if the text is one, else the text, which the service then refuses by name.
 * @param {string} text
 */
export function readNumber(text) {
  const value = Number(text)
  return text.trim() !== '' && Number.isSafeInteger(value) ? value : text
}

/** @param {unknown} list @returns {Row[]} */
export function readRows(list) {
  return Array.isArray(list) ? list.map(readRow) : []
}

/** @param {unknown} field @returns {Row} */
function readRow(field) {
  if (!isObject(field)) return { name: '', source: 'literal', value: asText(field) }
  const name = asText(field.name)
  if (Object.hasOwn(field, 'literal')) return { name, source: 'literal', value: asText(field.literal) }
  if (Object.hasOwn(field, 'source'))
    return { name, source: asText(field.source), value: asText(field.field) }
  return { name, source: 'value', value: asText(field.value) }
}

/**
 * Changes one row. What the form does not show of it stays.
 * @param {unknown} list @param {number} at @param {Partial<Row>} change @returns {unknown[]}
 */
export function changeRow(list, at, change) {
  const fields = Array.isArray(list) ? list : []
  return fields.map((field, index) => (index === at ? changeField(field, change) : field))
}

/** @param {unknown} field @param {Partial<Row>} change */
function changeField(field, change) {
  const named = change.name === undefined ? {} : { name: change.name }
  /** @type {Record<string, unknown>} */
  const own = { name: '', ...(isObject(field) ? field : {}), ...named }
  if (change.source === undefined && change.value === undefined) return own
  const { source, value } = { ...readRow(field), ...change }
  const { source: _source, field: _field, value: _value, literal: _literal, ...rest } = own
  if (source === 'literal') return { ...rest, literal: value }
  return source === 'value' ? { ...rest, value } : { ...rest, source, field: value }
}

/** @param {unknown} list @returns {unknown[]} */
export function addRow(list) {
  return [...(Array.isArray(list) ? list : []), { name: '', value: '' }]
}

/** @param {unknown} list @param {number} at @returns {unknown[]} */
export function removeRow(list, at) {
  return (Array.isArray(list) ? list : []).filter((_field, index) => index !== at)
}

/**
 * The structure of the body; empty if there is none.
 * @param {Node} node
 */
export function readStructure({ body }) {
  return isObject(body) ? asText(body.structure) : ''
}

/**
 * @param {Node} node @param {string} structure @returns {Node}
 */
export function setStructure(node, structure) {
  const before = isObject(node.body) ? node.body : {}
  const type = contentTypes.includes(asText(before.contentType)) ? { contentType: before.contentType } : {}
  if (structure === '') return setMember(node, 'body', undefined)
  if (structure === 'simple')
    return setMember(node, 'body', { structure, ...type, fields: before.fields ?? [] })
  if (structure === 'full') return setMember(node, 'body', { structure, ...type })
  if (structure === 'json')
    return setMember(node, 'body', { structure, ...type, content: before.content ?? {} })
  return setMember(node, 'body', { structure, contentType: 'text/plain', content: '' })
}

/** @param {Node} node @param {string} name */
export function readBodyMember({ body }, name) {
  return isObject(body) ? body[name] : undefined
}

/** @param {Node} node @param {string} name @param {unknown} value @returns {Node} */
export function setBodyMember(node, name, value) {
  return { ...node, body: setMember(isObject(node.body) ? node.body : {}, name, value) }
}

/**
 * How the response decides.
 * @param {Node} node @returns {{ kind: ResponseKind, value: string }}
 */
export function readResponse({ expect }) {
  if (expect === undefined) return { kind: 'default', value: '' }
  if (!isObject(expect)) return { kind: 'other', value: '' }
  if (expect.type === 'status') return { kind: 'status', value: [expect.value].flat().map(asText).join(', ') }
  if (expect.type === 'string') return { kind: 'string', value: asText(expect.value) }
  return { kind: 'other', value: '' }
}

/** @param {Node} node @param {ResponseKind} kind @param {string} value @returns {Node} */
export function setResponse(node, kind, value) {
  if (kind === 'default') return setMember(node, 'expect', undefined)
  if (kind === 'other') return node
  const { expect } = node
  const rest = isObject(expect) && expect.type === kind ? expect : {}
  return { ...node, expect: { ...rest, type: kind, value: kind === 'status' ? writeStatuses(value) : value } }
}

/** @param {string} text */
function writeStatuses(text) {
  const statuses = text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d{3}$/.test(part) ? Number(part) : part))
  return statuses.length === 1 ? statuses[0] : statuses
}

/**
 * The engine's names for the outputs.
 * @param {Node} node @returns {{ success: string, error: string, exit: string }}
 */
export function readBranches({ branches }) {
  const names = isObject(branches) ? branches : {}
  const name = (/** @type {string} */ own) => (Object.hasOwn(names, own) ? asText(names[own]) : own)
  return { success: name('success'), error: name('error'), exit: name('exit') }
}

/**
 * All outputs that the node can take, each once: those of every node, then those of its cases.
 * @param {Node} node
 */
export function listOutputs(node) {
  const names = readBranches(node)
  const cases = Array.isArray(node.cases)
    ? node.cases.filter(isObject).map(({ branch }) => asText(branch))
    : []
  const own = cases.map((branch) =>
    Object.hasOwn(names, branch) ? names[/** @type {'exit'} */ (branch)] : branch,
  )
  return [...new Set([names.success, names.error, names.exit, ...own])].filter((branch) => branch !== '')
}

/**
 * The messages for a member, and with `inside` also for what is in it.
 * @template {{ path: string | null }} T
 * @param {readonly T[]} messages @param {string} path @param {boolean} [inside] @returns {T[]}
 */
export function messagesAt(messages, path, inside = true) {
  return messages.filter(
    (message) => message.path === path || (inside && message.path?.startsWith(`${path}/`)),
  )
}
