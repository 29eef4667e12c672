// @ts-check
import { call, mayChange, withQuery } from './api.js'
import { formatAge } from './format.js'
import { writeFragment } from './fragment.js'
import { Choice, CodeLink, Field, ProblemBox, useRepeated, Wide } from './parts.js'
import { RedriveForm } from './redrive-form.js'
import { html, useState } from './vendor/standalone.module.js'

const everyMs = 5_000

/** @typedef {{ state: string, nodeId: string, host: string, code: string, tenant: string, since: string }} Filter `since` is a time of the reader's zone. */

/** @type {Filter} */
const noFilter = { state: '', nodeId: '', host: '', code: '', tenant: '', since: '' }

/** @param {{ keyNumber: number }} props */
export function ExecutionsView({ keyNumber }) {
  const [filter, setFilter] = useState(noFilter)
  const [applied, setApplied] = useState(noFilter)
  const [first, setFirst] = useState(/** @type {import('./api.js').Answer | null} */ (null))
  const [older, setOlder] = useState(/** @type {import('../contract/durable.ts').ExecutionList[]} */ ([]))
  const [problem, setProblem] = useState(/** @type {import('./api.js').Problem | null} */ (null))
  const read = (/** @type {string} */ after, /** @type {AbortSignal} */ signal) =>
    call(withQuery('v1/executions', { ...applied, since: toMoment(applied.since), after }), { signal })
  useRepeated(
    async (signal) => {
      // Pages that a reader has asked for stay as they are: new executions would move them.
      if (older.length > 0) return true
      const next = await read('', signal)
      if (next.ok !== null) setFirst(next)
      return mayChange(next)
    },
    everyMs,
    [keyNumber, applied, older.length],
  )
  const pages =
    first?.ok === true
      ? [/** @type {import('../contract/durable.ts').ExecutionList} */ (first.value), ...older]
      : []
  const after = pages.at(-1)?.next ?? null
  const readOlder = async () => {
    if (after === null) return
    const next = await read(after, new AbortController().signal)
    if (next.ok === true) setOlder([...older, next.value])
    setProblem(next.ok === false ? next.problem : null)
  }
  const apply = (/** @type {Event} */ event) => {
    event.preventDefault()
    setOlder([])
    setFirst(null)
    setApplied(filter)
  }
  if (first?.ok === false && first.problem.code === 'store_missing')
    return html`<h1>Executions</h1><${WithoutStore} />`
  const executions = pages.flatMap((page) => page.executions)
  return html`<h1>Executions</h1>
    <${FilterForm} filter=${filter} onChange=${setFilter} onApply=${apply} />
    ${first?.ok === false ? html`<${ProblemBox} problem=${first.problem} />` : null}
    ${first === null ? html`<p role="status">The executions are being read …</p>` : null}
    ${
      first?.ok === true
        ? html`<p role="status">${executions.length === 0 ? 'There is none.' : `${executions.length === 1 ? 'One execution' : `${executions.length} executions`}${after === null ? '' : ', and older ones'}`}</p>
          ${executions.length === 0 ? null : html`<${ExecutionTable} executions=${executions} />`}
          ${after === null ? null : html`<p><button type="button" onClick=${readOlder}>Older ones</button></p>`}
          ${problem === null ? null : html`<${ProblemBox} problem=${problem} />`}
          <details><summary>Execute again what has failed</summary>
            <${RedriveForm} filter=${redriveFilter(applied)} />
          </details>`
        : null
    }`
}

/** What a redrive takes of a filter of the list. @param {Filter} filter */
function redriveFilter({ nodeId, host, code, tenant, since }) {
  const members = { nodeId, host, code, tenant, since: toMoment(since) }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''))
}

/** A time of the reader as RFC 3339. @param {string} local */
function toMoment(local) {
  const date = new Date(local)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

function WithoutStore() {
  return html`<div class="problem" role="status">
    <p><strong>This service has no store</strong>${' '}<${CodeLink} code="store_missing" /></p>
    <p>Durable executions need the setting <code>STORE_URL</code>, such as
      <code>STORE_URL=sqlite:/var/lib/webhook-node/store.db</code>. What <a href="#/nodes">the nodes</a> did can be seen without it.</p>
  </div>`
}

const states = [['', 'any'], ['waiting'], ['running'], ['succeeded'], ['failed'], ['withdrawn'], ['expired']]

/** @param {{ filter: Filter, onChange: (filter: Filter) => void, onApply: (event: Event) => void }} props */
function FilterForm({ filter, onChange, onApply }) {
  const text = (
    /** @type {string} */ label,
    /** @type {keyof Filter} */ name,
    type = 'text',
  ) => html`<${Field} label=${label}>
    <input type=${type} value=${filter[name]} autocomplete="off"
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onChange({ ...filter, [name]: currentTarget.value })} />
  <//>`
  return html`<form class="filters" role="search" aria-label="Filter" onSubmit=${onApply}>
    <${Field} label="State">
      <${Choice} value=${filter.state} options=${states} onChoose=${(/** @type {string} */ state) => onChange({ ...filter, state })} />
    <//>
    ${text('Node', 'nodeId')}${text('Host', 'host')}${text('Code', 'code')}${text('Tenant', 'tenant')}
    ${text('Accepted since', 'since', 'datetime-local')}
    <button type="submit">Filter</button>
  </form>`
}

/** @param {{ executions: readonly import('../contract/durable.ts').ExecutionSummary[] }} props */
function ExecutionTable({ executions }) {
  const now = Date.now()
  return html`<${Wide} label="Executions">
    <table>
      <thead><tr><th scope="col">Execution</th><th scope="col">State</th><th scope="col">Node</th><th scope="col">Target</th>
        <th scope="col">Code</th><th scope="col" class="number">Attempts</th><th scope="col">Accepted</th><th scope="col">Callback</th></tr></thead>
      <tbody>
        ${executions.map(
          ({
            executionId,
            state,
            nodeId,
            host,
            port,
            code,
            attempts,
            acceptedAt,
            callback,
          }) => html`<tr key=${executionId}>
            <th scope="row"><a href=${writeFragment({ view: 'execution', id: executionId })}><code>${executionId}</code></a></th>
            <td><span class=${`tag ${state}`}>${state}</span></td>
            <td>${nodeId ?? '–'}</td>
            <td>${host}:${port}</td>
            <td>${code === null ? '–' : html`<${CodeLink} code=${code} />`}</td>
            <td class="number">${attempts}</td>
            <td><time datetime=${acceptedAt}>${formatAge(acceptedAt, now)}</time></td>
            <td>${callback === null ? '–' : callback.state}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  <//>`
}
