// @ts-check
import { parseJson } from './json.js'

/**
 * @typedef {import('./latest.js').Problem} Problem
 * @typedef {import('./latest.js').Answer} Answer
 */

/** Where the service is: the page may be served below a path of a proxy. */
const base = new URL('../', import.meta.url)

const keyName = 'webhook-node.key'

/** The key that the reader has entered for this tab, or null. */
export function readKey() {
  return sessionStorage.getItem(keyName)
}

/** @param {string | null} key Null: forget it. */
export function keepKey(key) {
  if (key === null) sessionStorage.removeItem(keyName)
  else sessionStorage.setItem(keyName, key)
}

/** The event of the window that says that the service has refused the key, or asks for one. */
export const keyRefused = 'key-refused'

/**
 * The page that explains a code.
 * @param {string} code
 */
export function codePage(code) {
  return new URL(`errors/${encodeURIComponent(code.toWellFormed())}`, base).href
}

/**
 * A page of the service.
 * @param {string} path
 */
export function servicePage(path) {
  return new URL(path, base).href
}

/**
 * Calls the API, with the key of the reader.
 * @param {string} path Without a slash at its beginning.
 * @param {{ body?: string, signal?: AbortSignal }} [options] With a body, which is JSON, it is a POST.
 * @returns {Promise<Answer>}
 */
export async function call(path, { body, signal } = {}) {
  const key = readKey()
  try {
    const response = await fetch(new URL(path, base), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    })
    const text = await response.text()
    if (response.ok) return { ok: true, value: parseJson(text) }
    // The reader may have entered another key since.
    if (response.status === 401 && key === readKey()) window.dispatchEvent(new Event(keyRefused))
    return { ok: false, problem: readProblem(response.status, text) }
  } catch (error) {
    if (signal?.aborted === true) return { ok: null }
    const detail = error instanceof SyntaxError ? 'Its reply is no JSON.' : 'It did not reply.'
    return {
      ok: false,
      problem: { status: 0, code: null, title: 'The service cannot be reached', detail, errors: [] },
    }
  }
}

/**
 * Whether another answer may come without a change by the reader: not where the service refuses the key, or has no store.
 * @param {Answer} answer
 */
export function mayChange(answer) {
  return answer.ok !== false || ![400, 401, 403, 501].includes(answer.problem.status)
}

/**
 * @param {string} path
 * @param {Record<string, string>} parameters Empty ones are left out.
 */
export function withQuery(path, parameters) {
  const named = Object.entries(parameters).filter(([, value]) => value !== '')
  return named.length === 0 ? path : `${path}?${new URLSearchParams(named)}`
}

/**
 * The path of a part of the API that is named by an id. Null for the ids that a browser takes for steps in a path.
 * @param {string} collection @param {string} id @param {string} [rest]
 */
export function pathOf(collection, id, rest = '') {
  return id === '.' || id === '..' ? null : `${collection}/${encodeURIComponent(id.toWellFormed())}${rest}`
}

/** @param {number} status @param {string} text @returns {Problem} */
function readProblem(status, text) {
  try {
    const { code = null, title = '', detail = '', errors = [] } = parseJson(text)
    return { status, code, title: String(title), detail: String(detail), errors }
  } catch {
    return { status, code: null, title: `The service answered ${status}`, detail: '', errors: [] }
  }
}
