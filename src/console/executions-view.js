// @ts-check
import { call, mayChange, readKey, withQuery } from './api.js'
import { formatAge, showUnseen } from './format.js'
import { listUnknown, writeFragment } from './fragment.js'
import { nothingYet, takeAnswer } from './latest.js'
import { Shown } from './latest-view.js'
import { MomentField } from './moment-field.js'
import { ActionButton, Choice, CodeLink, Field, Name, ProblemBox, useRepeated, Wide } from './parts.js'
import { describeFilter, RedriveForm } from './redrive-form.js'
import { html, useEffect, useMemo, useState } from './vendor/standalone.module.js'

const everyMs = 5_000

/** @typedef {{ state: string, nodeId: string, host: string, code: string, tenant: string, since: string }} Filter `since` is a moment. */

/** @param {Record<string, string>} search What the address says. @returns {Filter} */
function readFilter({ state = '', nodeId = '', host = '', code = '', tenant = '', since = '' }) {
  return { state, nodeId, host, code, tenant, since }
}

/** The parameters of the address. */
const known = Object.keys(readFilter({}))

/** @param {{ search: Record<string, string> }} props */
export function ExecutionsView({ search }) {
  const applied = useMemo(() => readFilter(search), [search])
  const unknown = useMemo(() => listUnknown(search, known), [search])
  const [filter, setFilter] = useState(applied)
  const [latest, setLatest] = useState(nothingYet)
  const [older, setOlder] = useState(/** @type {import('../contract/durable.ts').ExecutionList[]} */ ([]))
  const [problem, setProblem] = useState(/** @type {import('./api.js').Problem | null} */ (null))
  const read = (/** @type {string} */ after, /** @type {AbortSignal} */ signal) =>
    call(withQuery('v1/executions', { ...applied, after }), { signal })
  const begin = () => {
    setOlder([])
    setProblem(null)
    setLatest(nothingYet)
  }
  useEffect(() => {
    setFilter(applied)
    begin()
  }, [applied])
  useRepeated(
    async (signal) => {
      // Pages that a reader has asked for stay as they are: new executions would move them.
      if (older.length > 0) return true
      const next = await read('', signal)
      setLatest((before) => takeAnswer(before, next, Date.now()))
      return mayChange(next)
    },
    everyMs,
    [applied, older.length],
  )
  const readOlder = async (/** @type {string} */ after) => {
    const next = await read(after, new AbortController().signal)
    if (next.ok === true) setOlder([...older, next.value])
    setProblem(next.ok === false ? next.problem : null)
  }
  const apply = (/** @type {Event} */ event) => {
    event.preventDefault()
    const fragment = writeFragment({ view: 'executions', search: filter })
    // The same filter again reads again.
    if (fragment === location.hash) dispatchEvent(new Event('hashchange'))
    else location.hash = fragment
  }
  if (latest.problem?.code === 'store_missing') return html`<h1>Executions</h1><${WithoutStore} />`
  return html`<h1>Executions</h1>
    ${unknown.length === 0 ? null : html`<${Unknown} names=${unknown} />`}
    <${FilterForm} filter=${filter} onChange=${setFilter} onApply=${apply} />
    <${Shown} latest=${latest} what="The executions are">
      ${(/** @type {import('../contract/durable.ts').ExecutionList} */ first) => {
        const pages = [first, ...older]
        const after = pages.at(-1)?.next ?? null
        const executions = pages.flatMap((page) => page.executions)
        return html`<p role="status">${executions.length === 0 ? html`<${None} filter=${applied} />` : `${executions.length === 1 ? 'One execution' : `${executions.length} executions`}${after === null ? '' : ', and older ones'}`}</p>
          ${executions.length === 0 ? null : html`<${ExecutionTable} executions=${executions} />`}
          ${after === null ? null : html`<p><${ActionButton} act=${() => readOlder(after)}>Older ones<//></p>`}
          ${problem === null ? null : html`<${ProblemBox} problem=${problem} />`}
          ${
            unknown.length === 0 && ['', 'failed', 'withdrawn', 'expired'].includes(applied.state)
              ? html`<details><summary>Execute again what has failed</summary>
                <${RedriveForm} filter=${redriveFilter(applied)} isPending=${JSON.stringify(filter) !== JSON.stringify(applied)} />
              </details>`
              : null
          }`
      }}
    <//>`
}

/** @param {{ names: readonly string[] }} props */
function Unknown({ names }) {
  return html`<div class="problem" role="alert">
    <p>The address has parameters that this list does not know, so it is not reduced by them: ${names.map((name) => html`<code><${Name} name=${name} /></code>${' '}`)}</p>
    <p>It knows ${known.map((name) => html`<code>${name}</code>${' '}`)} Nothing can be executed again from here until Filter is pressed.</p>
  </div>`
}

/** Why the list is empty. @param {{ filter: Filter }} props */
function None({ filter }) {
  const { state, ...rest } = filter
  const words = [...(state === '' ? [] : [`in the state ${showUnseen(state)}`]), ...describeFilter(rest)]
  const ofClient = readKey() === null ? '' : ' of the client that this key belongs to'
  return words.length === 0
    ? `No execution${ofClient} is kept: none was submitted yet, or all are forgotten.`
    : html`There is none${ofClient} ${words.join(', ')}. <a href="#/executions">Show all</a>`
}

/** What a redrive takes of a filter of the list. @param {Filter} filter */
function redriveFilter({ nodeId, host, code, tenant, since }) {
  const members = { nodeId, host, code, tenant, since }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''))
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
  ) => html`<${Field} label=${label}>
    <input value=${filter[name]} autocomplete="off"
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onChange({ ...filter, [name]: currentTarget.value })} />
  <//>`
  return html`<form class="filters" role="search" aria-label="Filter" onSubmit=${onApply}>
    <${Field} label="State">
      <${Choice} value=${filter.state} options=${states} onChoose=${(/** @type {string} */ state) => onChange({ ...filter, state })} />
    <//>
    ${text('Node', 'nodeId')}${text('Host', 'host')}${text('Code', 'code')}${text('Tenant', 'tenant')}
    <${MomentField} label="Accepted since" moment=${filter.since} onMoment=${(/** @type {string} */ since) => onChange({ ...filter, since })} />
    <button type="submit">Filter</button>
  </form>`
}

/** @param {{ executions: readonly import('../contract/durable.ts').ExecutionSummary[] }} props */
function ExecutionTable({ executions }) {
  const now = Date.now()
  return html`<${Wide} label="Executions">
    <table class="stack">
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
            tenant,
            acceptedAt,
            callback,
          }) => html`<tr key=${executionId}>
            <th scope="row"><a href=${writeFragment({ view: 'execution', id: executionId })}><code class="id">${executionId}</code></a></th>
            <td data-label="State"><span class=${`tag ${state}`}>${state}</span></td>
            <td data-label="Node">${nodeId === null ? '–' : html`<a href=${writeFragment({ view: 'node', id: nodeId, tenant })}><${Name} name=${nodeId} /></a>`}</td>
            <td data-label="Target">${host}:${port}</td>
            <td data-label="Code">${code === null ? '–' : html`<${CodeLink} code=${code} />`}</td>
            <td class="number" data-label="Attempts">${attempts}</td>
            <td class="age" data-label="Accepted"><time datetime=${acceptedAt}>${formatAge(acceptedAt, now)}</time></td>
            <td data-label="Callback">${callback === null ? '–' : callback.state}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  <//>`
}
