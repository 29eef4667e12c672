// @ts-check
import { call, mayChange, pathOf, withQuery } from './api.js'
import { HourChart } from './chart.js'
import { describeOthers, formatAge, formatMs } from './format.js'
import { writeFragment } from './fragment.js'
import { nothingYet, takeAnswer } from './latest.js'
import { Shown } from './latest-view.js'
import { CodeLink, Name, Time, useRepeated, Wide, Words } from './parts.js'
import { html, useEffect, useState } from './vendor/standalone.module.js'

const everyMs = 5_000

/** @param {{ id: string, tenant: string | null }} props */
export function NodeView({ id, tenant }) {
  const [latest, setLatest] = useState(nothingYet)
  const hasStore = useStore()
  const path = pathOf('v1/nodes', id, '/stats')
  useRepeated(
    async (signal) => {
      if (path === null) return false
      const next = await call(withQuery(path, { tenant: tenant ?? '' }), { signal })
      setLatest((before) => takeAnswer(before, next, Date.now()))
      return mayChange(next)
    },
    everyMs,
    [path, tenant],
  )
  return html`<p class="trail"><a href="#/nodes">Nodes</a></p>
    <h1><code><${Name} name=${id} /></code>${tenant === null ? null : html` <span class="quiet">of <${Name} name=${tenant} /></span>`}</h1>
    ${
      path === null
        ? html`<p class="problem" role="alert">A browser cannot ask for this id. curl can, with <code>--path-as-is</code>.</p>`
        : html`<${Shown} latest=${latest} what="The node is">
          ${(/** @type {any} */ node) => html`<${Statistics} node=${node} hasStore=${hasStore} />`}
        <//>`
    }`
}

/** Whether the service keeps executions, and this key may see them. */
function useStore() {
  const [has, setHas] = useState(false)
  useEffect(() => {
    const ended = new AbortController()
    void call('v1/executions?limit=1', { signal: ended.signal }).then((answer) => setHas(answer.ok === true))
    return () => ended.abort()
  }, [])
  return has
}

/** @param {{ node: import('../contract/statistics.ts').NodeStatistics, hasStore: boolean }} props */
function Statistics({ node, hasStore }) {
  const {
    passedThrough,
    succeeded,
    failed,
    failingSince,
    lastAt,
    lastSucceededAt,
    attempts,
    latencyMs,
    perMinute,
  } = node
  const { branches, cases, otherCases, codes, statuses, connections, lastFailures } = node
  const now = Date.now()
  return html`<p class=${failingSince === null ? 'state good' : 'state bad'}>
      ${
        failingSince === null
          ? 'The latest execution succeeded.'
          : html`Failing since <${Time} time=${failingSince} />, ${formatAge(failingSince, now)}.`
      }
    </p>
    <dl class="facts">
      <div><dt>Executions</dt><dd>${passedThrough}</dd></div>
      <div><dt>Succeeded</dt><dd>${succeeded}</dd></div>
      <div><dt>Failed</dt><dd>${failed}</dd></div>
      <div><dt>Attempts</dt><dd>${attempts}</dd></div>
      <div><dt>Latency p50</dt><dd>${formatMs(latencyMs.p50)}</dd></div>
      <div><dt>p95</dt><dd>${formatMs(latencyMs.p95)}</dd></div>
      <div><dt>p99</dt><dd>${formatMs(latencyMs.p99)}</dd></div>
      <div><dt>Last</dt><dd><${Time} time=${lastAt} /></dd></div>
      <div><dt>Last success</dt><dd><${Time} time=${lastSucceededAt} /></dd></div>
    </dl>
    <h2>The last hour</h2>
    <${HourChart} minutes=${perMinute} />
    <details><summary>As a table</summary><${Minutes} minutes=${perMinute} /></details>
    <div class="cards">
      <${Counts} title="Branches" counts=${branches} />
      <${Counts} title="Cases" counts=${otherCases === 0 ? cases : { ...cases, others: otherCases }} />
      <${Counts} title="Codes" counts=${codes} areCodes />
      <${Counts} title="Statuses" counts=${statuses} />
      <${Counts} title="Connections" counts=${connections} />
    </div>
    <h2>Latest failures</h2>
    ${lastFailures.length === 0 ? html`<p>None.</p>` : html`<${Failures} failures=${lastFailures} hasStore=${hasStore} />`}
    <p class="quiet">Counted by <code>${node.instance}</code> since <${Time} time=${node.instanceSince} />${describeOthers(node.instances)}.</p>`
}

/** @param {{ title: string, counts: Record<string, number>, areCodes?: boolean }} props */
function Counts({ title, counts, areCodes = false }) {
  const entries = Object.entries(counts).sort(([, one], [, other]) => other - one)
  const most = Math.max(1, ...entries.map(([, count]) => count))
  if (entries.length === 0) return null
  return html`<section class="card"><h2>${title}</h2>
    <table class="counts"><tbody>
      ${entries.map(
        ([name, count]) => html`<tr key=${name}>
          <th scope="row">${areCodes ? html`<${CodeLink} code=${name} />` : html`<${Name} name=${name} />`}</th>
          <td class="number">${count}</td>
          <td class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="share" x="0" y="0" width=${(count / most) * 100} height="8" /></svg></td>
        </tr>`,
      )}
    </tbody></table>
  </section>`
}

/** @param {{ minutes: readonly import('./sparkline.js').Minute[] }} props */
function Minutes({ minutes }) {
  const used = minutes.filter(({ passedThrough }) => passedThrough > 0).reverse()
  if (used.length === 0) return html`<p>No execution in the last hour.</p>`
  return html`<table>
    <thead><tr><th scope="col">Minute</th><th scope="col" class="number">Passed</th><th scope="col" class="number">Failed</th></tr></thead>
    <tbody>${used.map(
      ({ minute, passedThrough, failed }) => html`<tr key=${minute}>
        <th scope="row"><${Time} time=${minute} /></th><td class="number">${passedThrough - failed}</td><td class="number">${failed}</td>
      </tr>`,
    )}</tbody>
  </table>`
}

/** @param {{ failures: readonly import('../contract/statistics.ts').FailedExecution[], hasStore: boolean }} props */
function Failures({ failures, hasStore }) {
  return html`${hasStore ? html`<p class="quiet">Only what was durable or had an <code>idempotencyKey</code> is kept, for a while: the ids of all others lead nowhere.</p>` : null}
  <${Wide} label="Latest failures">
    <table class="stack">
      <thead><tr><th scope="col">When</th><th scope="col">Code</th><th scope="col">Status</th><th scope="col">What happened</th><th scope="col">Execution</th></tr></thead>
      <tbody>
        ${failures.map(
          ({
            executionId,
            at,
            code,
            status,
            message,
            hint,
            path,
            correlationId,
          }) => html`<tr key=${executionId}>
            <td data-label="When"><${Time} time=${at} /></td>
            <td data-label="Code"><${CodeLink} code=${code} /></td>
            <td data-label="Status">${status ?? '–'}</td>
            <td data-label="What happened"><${Words} text=${message} />
              ${hint === null ? null : html`<p class="cell-note"><strong>Hint</strong>${' '}<${Words} text=${hint} /></p>`}
              ${path === null ? null : html`<p class="cell-note quiet">In the request: <code><${Name} name=${path} /></code></p>`}</td>
            <td data-label="Execution">${
              hasStore
                ? html`<a href=${writeFragment({ view: 'execution', id: executionId })}><code class="id">${executionId}</code></a>`
                : html`<code class="id">${executionId}</code>`
            }
              ${correlationId === null ? null : html`<br /><span class="quiet"><${Name} name=${correlationId} /></span>`}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  <//>`
}
