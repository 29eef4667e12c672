// @ts-check
import { call, mayChange, pathOf, withQuery } from './api.js'
import { describeOthers, formatAge } from './format.js'
import { writeFragment } from './fragment.js'
import { filterNodes, limitCalls, nodeKey, sortOrders } from './node-list.js'
import { Choice, Field, ProblemBox, Time, useRepeated, Wide } from './parts.js'
import { Sparkline } from './sparkline.js'
import { html, useMemo, useRef, useState } from './vendor/standalone.module.js'

const everyMs = 5_000
const minutesEveryMs = 15_000
const pageSize = 25
/** Sparklines are read one by one: so many at the same time. */
const callsAtOnce = 4

/** @param {{ keyNumber: number }} props */
export function NodesView({ keyNumber }) {
  const [answer, setAnswer] = useState(/** @type {import('./api.js').Answer | null} */ (null))
  const [minutes, setMinutes] = useState(
    /** @type {Record<string, readonly import('./sparkline.js').Minute[]>} */ ({}),
  )
  const [search, setSearch] = useState('')
  const [order, setOrder] = useState('failing')
  const [page, setPage] = useState(0)
  const nodes =
    answer?.ok === true
      ? /** @type {import('../contract/statistics.ts').NodeTotals[]} */ (answer.value.nodes)
      : none
  const found = useMemo(() => filterNodes(nodes, search, order), [nodes, search, order])
  const pages = Math.max(1, Math.ceil(found.length / pageSize))
  const at = Math.min(page, pages - 1)
  const shown = found.slice(at * pageSize, (at + 1) * pageSize)
  const visible = shown.map(nodeKey).join('\n')

  useRepeated(
    async (signal) => {
      const next = await call('v1/nodes', { signal })
      if (next.ok !== null) setAnswer(next)
      return mayChange(next)
    },
    everyMs,
    [keyNumber],
  )
  const latest = useRef(shown)
  latest.current = shown
  useRepeated(
    async (signal) => {
      await limitCalls(latest.current, callsAtOnce, async (node) => {
        const path = pathOf('v1/nodes', node.nodeId, '/stats')
        if (path === null || signal.aborted) return
        const stats = await call(withQuery(path, { tenant: node.tenant ?? '' }), { signal })
        if (stats.ok === true) setMinutes((before) => ({ ...before, [nodeKey(node)]: stats.value.perMinute }))
      })
      return true
    },
    minutesEveryMs,
    [keyNumber, visible],
  )

  const now = Date.now()
  return html`<h1>Nodes</h1>
    ${answer?.ok === false ? html`<${ProblemBox} problem=${answer.problem} />` : null}
    ${answer === null ? html`<p role="status">The nodes are being read …</p>` : null}
    ${
      answer?.ok === true
        ? html`<p class="quiet">
            As the instance <code>${answer.value.instance}</code> has counted since <${Time} time=${answer.value.instanceSince} />${describeOthers(answer.value.instances)}.
          </p>
          <div class="pair filters" role="search">
            <${Field} label="Search">
              <input type="search" value=${search} autocomplete="off"
                onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => {
                  setSearch(currentTarget.value)
                  setPage(0)
                }} />
            <//>
            <${Field} label="Order">
              <${Choice} value=${order} options=${sortOrders} onChoose=${setOrder} />
            <//>
          </div>
          <p role="status">${nodes.length === 0 ? 'No node has been executed yet.' : `${found.length} of ${nodes.length} entries`}</p>
          ${shown.length === 0 ? null : html`<${NodeTable} nodes=${shown} minutes=${minutes} now=${now} />`}
          ${
            pages === 1
              ? null
              : html`<nav class="toolbar" aria-label="Pages of the list">
                <button type="button" disabled=${at === 0} onClick=${() => setPage(at - 1)}>Before</button>
                <span>Page ${at + 1} of ${pages}</span>
                <button type="button" disabled=${at === pages - 1} onClick=${() => setPage(at + 1)}>Next</button>
              </nav>`
          }`
        : null
    }`
}

/** @type {import('../contract/statistics.ts').NodeTotals[]} */
const none = []

/** @param {{ nodes: readonly import('../contract/statistics.ts').NodeTotals[], minutes: Record<string, readonly import('./sparkline.js').Minute[]>, now: number }} props */
function NodeTable({ nodes, minutes, now }) {
  return html`<${Wide} label="Nodes">
    <table>
      <thead><tr><th scope="col">Node</th><th scope="col">Tenant</th><th scope="col">Last hour</th>
        <th scope="col" class="number">Executions</th><th scope="col" class="number">Failed</th>
        <th scope="col">Failing since</th><th scope="col">Last</th></tr></thead>
      <tbody>
        ${nodes.map((node) => {
          const { nodeId, tenant, passedThrough, failed, failingSince, lastAt } = node
          return html`<tr key=${nodeKey(node)} class=${failingSince === null ? '' : 'failing'}>
            <th scope="row"><a href=${writeFragment({ view: 'node', id: nodeId, tenant })}>${nodeId}</a></th>
            <td>${tenant ?? 'all'}</td>
            <td><${Sparkline} minutes=${minutes[nodeKey(node)] ?? null} /></td>
            <td class="number">${passedThrough}</td>
            <td class="number">${failed}</td>
            <td>${failingSince === null ? '–' : html`<strong>${formatAge(failingSince, now)}</strong>`}</td>
            <td>${formatAge(lastAt, now)}</td>
          </tr>`
        })}
      </tbody>
    </table>
  <//>`
}
