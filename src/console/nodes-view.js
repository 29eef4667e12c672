// @ts-check
import { call, mayChange, pathOf, withQuery } from './api.js'
import { describeOthers, formatAge } from './format.js'
import { writeFragment } from './fragment.js'
import { nothingYet, takeAnswer } from './latest.js'
import { Shown } from './latest-view.js'
import { filterNodes, limitCalls, nodeKey, sortOrders } from './node-list.js'
import { Choice, Field, Name, Time, useRepeated, Wide } from './parts.js'
import { Sparkline } from './sparkline.js'
import { html, useEffect, useMemo, useRef, useState } from './vendor/standalone.module.js'

const everyMs = 5_000
const minutesEveryMs = 15_000
const pageSize = 25
/** So many entries an instance remembers. */
const mostKept = 1_000
/** Sparklines are read one by one: so many at the same time. */
const callsAtOnce = 4

/** @param {{ search: Record<string, string> }} props What the address says. */
export function NodesView({ search: place }) {
  const [latest, setLatest] = useState(nothingYet)
  const [minutes, setMinutes] = useState(
    /** @type {Record<string, readonly import('./sparkline.js').Minute[]>} */ ({}),
  )
  const [{ search = '', order = 'failing', page = '1' }, setPlace] = useState(place)
  useEffect(() => setPlace(place), [place])
  // In the address, so that it can be gone back to and passed on. Not a step of the history for each key.
  const change = (/** @type {Record<string, string>} */ part) => {
    const { page: kept, ...rest } = { search, order, page, ...part }
    const next = {
      ...(rest.search === '' ? {} : { search: rest.search }),
      ...(rest.order === 'failing' ? {} : { order: rest.order }),
      ...(kept === '1' ? {} : { page: kept }),
    }
    setPlace(next)
    history.replaceState(null, '', writeFragment({ view: 'nodes', search: next }))
  }
  const nodes = /** @type {import('../contract/statistics.ts').NodeTotals[]} */ (latest.value?.nodes ?? none)
  const found = useMemo(() => filterNodes(nodes, search, order), [nodes, search, order])
  const pages = Math.max(1, Math.ceil(found.length / pageSize))
  const at = Math.min(Math.max(1, Number.parseInt(page, 10) || 1), pages) - 1
  const shown = found.slice(at * pageSize, (at + 1) * pageSize)
  const visible = shown.map(nodeKey).join('\n')

  useRepeated(
    async (signal) => {
      const next = await call('v1/nodes', { signal })
      setLatest((before) => takeAnswer(before, next, Date.now()))
      return mayChange(next)
    },
    everyMs,
    [],
  )
  const visibleNodes = useRef(shown)
  visibleNodes.current = shown
  useRepeated(
    async (signal) => {
      await limitCalls(visibleNodes.current, callsAtOnce, async (node) => {
        const path = pathOf('v1/nodes', node.nodeId, '/stats')
        if (path === null || signal.aborted) return
        const stats = await call(withQuery(path, { tenant: node.tenant ?? '' }), { signal })
        if (stats.ok === true) setMinutes((before) => ({ ...before, [nodeKey(node)]: stats.value.perMinute }))
      })
      return true
    },
    minutesEveryMs,
    [visible],
  )

  const now = Date.now()
  return html`<h1>Nodes</h1>
    <${Shown} latest=${latest} what="The nodes are">
      ${(/** @type {any} */ value) => html`<p class="quiet">
            As the instance <code>${value.instance}</code> has counted since <${Time} time=${value.instanceSince} />${describeOthers(value.instances)}.
          </p>
          <div class="filters few" role="search">
            <${Field} label="Search">
              <input type="search" value=${search} autocomplete="off"
                onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => change({ search: currentTarget.value, page: '1' })} />
            <//>
            <${Field} label="Order">
              <${Choice} value=${order} options=${sortOrders} onChoose=${(/** @type {string} */ chosen) => change({ order: chosen, page: '1' })} />
            <//>
          </div>
          <p role="status">${nodes.length === 0 ? 'No node has been executed yet.' : found.length === 0 ? `None of ${nodes.length} entries has an id or a tenant that contains “${search.trim()}”.` : `${found.length} of ${nodes.length} entries`}</p>
          ${nodes.length < mostKept ? null : html`<p class="quiet">An instance remembers the ${mostKept} pairs of node and tenant that were used last: older ones may be forgotten.</p>`}
          ${shown.length === 0 ? null : html`<${NodeTable} nodes=${shown} minutes=${minutes} now=${now} />`}
          ${
            pages === 1
              ? null
              : html`<nav class="toolbar" aria-label="Pages of the list">
                <button type="button" disabled=${at === 0} onClick=${() => change({ page: `${at}` })}>Before</button>
                <span>Page ${at + 1} of ${pages}</span>
                <button type="button" disabled=${at === pages - 1} onClick=${() => change({ page: `${at + 2}` })}>Next</button>
              </nav>`
          }`}
    <//>`
}

/** @type {import('../contract/statistics.ts').NodeTotals[]} */
const none = []

/** @param {{ nodes: readonly import('../contract/statistics.ts').NodeTotals[], minutes: Record<string, readonly import('./sparkline.js').Minute[]>, now: number }} props */
function NodeTable({ nodes, minutes, now }) {
  return html`<${Wide} label="Nodes">
    <table class="stack">
      <thead><tr><th scope="col">Node</th><th scope="col">Tenant</th><th scope="col">Last hour</th>
        <th scope="col" class="number">Executions</th><th scope="col" class="number">Failed</th>
        <th scope="col">Failing since</th><th scope="col">Last</th></tr></thead>
      <tbody>
        ${nodes.map((node) => {
          const { nodeId, tenant, passedThrough, failed, failingSince, lastAt } = node
          return html`<tr key=${nodeKey(node)} class=${failingSince === null ? '' : 'failing'}>
            <th scope="row"><a href=${writeFragment({ view: 'node', id: nodeId, tenant })}><${Name} name=${nodeId} /></a></th>
            <td data-label="Tenant">${tenant === null ? 'all' : html`<${Name} name=${tenant} />`}</td>
            <td data-label="Last hour">${
              pathOf('v1/nodes', nodeId) === null
                ? html`<span title="A browser cannot ask for this id.">–</span>`
                : html`<${Sparkline} minutes=${minutes[nodeKey(node)] ?? null} />`
            }</td>
            <td class="number" data-label="Executions">${passedThrough}</td>
            <td class="number" data-label="Failed">${failed}</td>
            <td class="age" data-label="Failing since">${failingSince === null ? '–' : html`<strong>${formatAge(failingSince, now)}</strong>`}</td>
            <td class="age" data-label="Last">${formatAge(lastAt, now)}</td>
          </tr>`
        })}
      </tbody>
    </table>
  <//>`
}
