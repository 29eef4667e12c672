// @ts-check
import { call, mayChange, pathOf } from './api.js'
import { describeCallback, formatAhead, formatCount } from './format.js'
import { writeFragment } from './fragment.js'
import { nothingYet, takeAnswer } from './latest.js'
import { Shown } from './latest-view.js'
import { ActionButton, CodeLink, Name, ProblemBox, Time, useRepeated } from './parts.js'
import { RedriveForm } from './redrive-form.js'
import { ResultView } from './result-view.js'
import { html, useLayoutEffect, useRef, useState } from './vendor/standalone.module.js'

const everyMs = 2_000

/** @param {{ id: string }} props */
export function ExecutionView({ id }) {
  const [latest, setLatest] = useState(nothingYet)
  const [changes, setChanges] = useState(0)
  const path = pathOf('v1/executions', id)
  useRepeated(
    async (signal) => {
      if (path === null) return false
      const next = await call(path, { signal })
      setLatest((before) => takeAnswer(before, next, Date.now()))
      if (next.ok !== true) return mayChange(next)
      const { done, callback } = /** @type {import('../contract/durable.ts').ExecutionStatus} */ (next.value)
      return !done || callback?.state === 'waiting'
    },
    everyMs,
    [path, changes],
  )
  const again = () => setChanges((count) => count + 1)
  return html`<p class="trail"><a href="#/executions">Executions</a></p>
    <h1><code><${Name} name=${id} /></code></h1>
    ${
      path === null
        ? html`<p class="problem" role="alert">No execution has this id.</p>`
        : html`<${Shown} latest=${latest} what="The execution is">
          ${(/** @type {any} */ execution) => html`<${Status} execution=${execution} onChange=${again} />`}
        <//>`
    }
    ${latest.problem?.status === 404 ? html`<p>Only durable executions are kept, and those with an <code>idempotencyKey</code>; all for a while.</p>` : null}`
}

/** @param {{ execution: import('../contract/durable.ts').ExecutionStatus, onChange: () => void }} props */
function Status({ execution, onChange }) {
  const {
    executionId,
    state,
    done,
    nodeId,
    tenant,
    host,
    port,
    code,
    attempts,
    redrives,
    acceptedAt,
    dueAt,
    expiresAt,
    endedAt,
    callback,
    result,
  } = execution
  const status = useRef(/** @type {HTMLElement | null} */ (null))
  const wasDone = useRef(done)
  // What was pressed last may be gone with the end.
  useLayoutEffect(() => {
    if (done && !wasDone.current && document.activeElement === document.body) status.current?.focus()
    wasDone.current = done
  }, [done])
  return html`<p role="status" tabindex="-1" ref=${status}><span class=${`tag ${state}`}>${state}</span>${code === null || code === state ? null : html`${' '}<${CodeLink} code=${code} />`}</p>
    ${done ? null : html`<${Progress} execution=${execution} />`}
    <dl class="facts">
      ${nodeId === null ? null : html`<div><dt>Node</dt><dd><a href=${writeFragment({ view: 'node', id: nodeId, tenant })}><${Name} name=${nodeId} /></a></dd></div>`}
      ${tenant === null ? null : html`<div><dt>Tenant</dt><dd><${Name} name=${tenant} /></dd></div>`}
      <div><dt>Target</dt><dd>${host}:${port}</dd></div>
      <div><dt>Attempts</dt><dd>${attempts}</dd></div>
      ${redrives === 0 ? null : html`<div><dt>Redrives</dt><dd>${redrives}</dd></div>`}
      <div><dt>Accepted</dt><dd><${Time} time=${acceptedAt} /></dd></div>
      ${dueAt === null ? null : html`<div><dt>Due</dt><dd><${Time} time=${dueAt} /></dd></div>`}
      <div><dt>Expires</dt><dd><${Time} time=${expiresAt} /></dd></div>
      ${endedAt === null ? null : html`<div><dt>Ended</dt><dd><${Time} time=${endedAt} /></dd></div>`}
      <div><dt>Callback</dt><dd>${describeCallback(callback, done)}</dd></div>
    </dl>
    ${done ? null : html`<${Cancel} id=${executionId} onChange=${onChange} />`}
    ${
      result === null
        ? html`<p class="quiet">${done ? 'There is no result.' : 'What each attempt met is shown once the execution has ended.'}</p>`
        : html`<h2>Result</h2><${ResultView} reply=${result} outputs=${[result.branch]} since=${acceptedAt} />`
    }
    ${
      done && state !== 'succeeded'
        ? html`<h2>Execute it again</h2><${RedriveForm} filter=${{ ids: [executionId] }} onRedriven=${onChange} />`
        : null
    }`
}

/**
 * What has been done so far, and what is next.
 * @param {{ execution: import('../contract/durable.ts').ExecutionStatus }} props
 */
function Progress({ execution: { state, attempts, dueAt } }) {
  const so = attempts === 0 ? 'No attempt has ended yet' : `${formatCount(attempts, 'attempt')} so far`
  if (state === 'running') return html`<p class="state">${so}. Attempt ${attempts + 1} is under way.</p>`
  if (dueAt === null) return html`<p class="state">${so}.</p>`
  return html`<p class="state">${so}. The ${attempts === 0 ? 'first' : 'next'} is due ${formatAhead(dueAt, Date.now())}, at <${Time} time=${dueAt} />.</p>`
}

/** @param {{ id: string, onChange: () => void }} props */
function Cancel({ id, onChange }) {
  const [asks, setAsks] = useState(false)
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  const wasAsked = useRef(false)
  const [problem, setProblem] = useState(/** @type {import('./api.js').Problem | null} */ (null))
  // The button that had the focus is gone: the one that changes nothing has it next.
  useLayoutEffect(() => {
    if (asks || wasAsked.current)
      /** @type {HTMLElement | null | undefined} */ (
        place.current?.querySelector('button:last-of-type')
      )?.focus()
    wasAsked.current = asks
  }, [asks])
  const cancel = async () => {
    const path = pathOf('v1/executions', id, '/cancel')
    if (path === null) return
    const answer = await call(path, { body: '{}' })
    setAsks(false)
    setProblem(answer.ok === false ? answer.problem : null)
    onChange()
  }
  return html`<p ref=${place}>
      ${
        asks
          ? html`No further attempt is made.${' '}<${ActionButton} class="main" act=${cancel}>Yes, cancel it<//>${' '}
            <button type="button" onClick=${() => setAsks(false)}>Leave it</button>`
          : html`<button type="button" onClick=${() => setAsks(true)}>Cancel</button>`
      }
    </p>
    ${problem === null ? null : html`<${ProblemBox} problem=${problem} />`}`
}
