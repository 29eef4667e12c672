// @ts-check
import { asText, readJson, readObject, writeJson } from './json.js'

/**
 * @typedef {{ name: string, value: string }} Secret
 * @typedef {{ choice: string, status: string, body: string }} Simulation `choice`: nothing, a status, `other` for `status`, or a
 *   failure code.
 * @typedef {{ node: string, payload: string, secrets: Secret[], tenant: string, simulation: Simulation }} Draft
 */

/** @type {Draft} What a first visitor sees. */
export const firstDraft = {
  node: writeJson({
    id: 'my-node',
    method: 'POST',
    url: 'https://api.example.com/v1/leads',
    body: {
      structure: 'simple',
      contentType: 'application/json',
      fields: [{ name: 'email', source: 'profile', field: 'email' }],
    },
  }),
  payload: writeJson({ profile: { email: 'ada@example.com' } }),
  secrets: [],
  tenant: '',
  simulation: { choice: '', status: '', body: '' },
}

/** What a target may do, and what a preview calls it. */
export const outcomes = /** @type {const} */ ([
  ['', 'not asked'],
  ['200', 'answers 200'],
  ['201', 'answers 201'],
  ['404', 'answers 404'],
  ['409', 'answers 409'],
  ['500', 'answers 500'],
  ['response_timeout', 'times out'],
  ['connect_refused', 'refuses the connection'],
  ['dns_not_found', 'does not exist'],
])

/**
 * The members of a request as JSON, with the texts as they were typed, so that no number is rounded. Null if one is no JSON.
 * @param {Draft} draft @returns {{ text: string } | { problem: string }}
 */
export function composeRequest({ node, payload, secrets, tenant }) {
  const readNode = readObject(node)
  if (!readNode.ok) return { problem: `The node is no JSON object. ${readNode.message}` }
  const members = [`"node":${node}`]
  if (payload.trim() !== '') {
    const read = readJson(payload)
    if (!read.ok) return { problem: `The payload is no JSON. ${read.message}` }
    members.push(`"payload":${payload}`)
  }
  const named = secrets.filter(({ name }) => name !== '')
  if (named.length > 0)
    members.push(
      `"secrets":${JSON.stringify(Object.fromEntries(named.map(({ name, value }) => [name, value])))}`,
    )
  if (tenant !== '') members.push(`"tenant":${JSON.stringify(tenant)}`)
  return { text: members.join(',') }
}

/** @param {Simulation} simulation */
export function composeSimulation({ choice, status, body }) {
  const text = choice === 'other' ? status : choice
  if (text === '') return ''
  const outcome = /^\d+$/.test(text)
    ? { status: Number(text), ...(body === '' ? {} : { body }) }
    : { failure: text }
  return `,"simulate":${JSON.stringify(outcome)}`
}

/** @param {any} example A body of the API. */
export function readExample({ node, payload, secrets = {}, tenant = '', simulate = {} }) {
  const choice = asText(simulate.failure ?? simulate.status ?? '')
  const isListed = outcomes.some(([own]) => own === choice)
  return {
    node: writeJson(node),
    payload: payload === undefined ? '' : writeJson(payload),
    secrets: Object.entries(secrets).map(([name, value]) => ({ name, value: asText(value) })),
    tenant,
    simulation: {
      choice: isListed ? choice : 'other',
      status: isListed ? '' : choice,
      body: asText(simulate.body),
    },
  }
}
