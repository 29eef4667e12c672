// @ts-check
import { call, mayChange, pathOf } from './api.js'
import { CodeLink, ProblemBox, Time, useRepeated } from './parts.js'
import { RedriveForm } from './redrive-form.js'
import { ResultView } from './result-view.js'
import { html, useState } from './vendor/standalone.module.js'

const everyMs = 2_000

/** @param {{ id: string, keyNumber: number }} props */
export function ExecutionView({ id, keyNumber }) {
  const [answer, setAnswer] = useState(/** @type {import('./api.js').Answer | null} */ (null))
  const [changes, setChanges] = useState(0)
  const path = pathOf('v1/executions', id)
  useRepeated(
    async (signal) => {
      if (path === null) return false
      const next = await call(path, { signal })
      if (next.ok !== null) setAnswer(next)
      if (next.ok !== true) return mayChange(next)
      const { done, callback } = /** @type {import('../contract/durable.ts').ExecutionStatus} */ (next.value)
      return !done || callback?.state === 'waiting'
    },
    everyMs,
    [path, keyNumber, changes],
  )
  const again = () => setChanges((count) => count + 1)
  return html`<p class="trail"><a href="#/executions">Executions</a></p>
    <h1><code>${id}</code></h1>
    ${answer === null ? html`<p role="status">The execution is being read …</p>` : null}
    ${answer?.ok === false ? html`<${ProblemBox} problem=${answer.problem} />` : null}
    ${answer?.ok === true ? html`<${Status} execution=${answer.value} onChange=${again} />` : null}`
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
  return html`<p role="status"><span class=${`tag ${state}`}>${state}</span>${code === null ? null : html`${' '}<${CodeLink} code=${code} />`}</p>
    <dl class="facts">
      <div><dt>Node</dt><dd>${nodeId ?? '–'}</dd></div>
      <div><dt>Tenant</dt><dd>${tenant ?? '–'}</dd></div>
      <div><dt>Target</dt><dd>${host}:${port}</dd></div>
      <div><dt>Attempts</dt><dd>${attempts}</dd></div>
      <div><dt>Redrives</dt><dd>${redrives}</dd></div>
      <div><dt>Accepted</dt><dd><${Time} time=${acceptedAt} /></dd></div>
      <div><dt>Due</dt><dd><${Time} time=${dueAt} /></dd></div>
      <div><dt>Expires</dt><dd><${Time} time=${expiresAt} /></dd></div>
      <div><dt>Ended</dt><dd><${Time} time=${endedAt} /></dd></div>
      <div><dt>Callback</dt><dd>${callback === null ? 'none' : `${callback.state}, tried ${callback.attempts} times`}</dd></div>
    </dl>
    ${done ? null : html`<${Cancel} id=${executionId} onChange=${onChange} />`}
    ${
      result === null
        ? html`<p class="quiet">${done ? 'There is no result.' : 'The attempts are shown once it has ended.'}</p>`
        : html`<h2>Result</h2><${ResultView} reply=${result} outputs=${[result.branch]} since=${acceptedAt} />`
    }
    ${
      done && state !== 'succeeded'
        ? html`<h2>Execute it again</h2><${RedriveForm} filter=${{ ids: [executionId] }} onRedriven=${onChange} />`
        : null
    }`
}

/** @param {{ id: string, onChange: () => void }} props */
function Cancel({ id, onChange }) {
  const [asks, setAsks] = useState(false)
  const [problem, setProblem] = useState(/** @type {import('./api.js').Problem | null} */ (null))
  const cancel = async () => {
    const path = pathOf('v1/executions', id, '/cancel')
    if (path === null) return
    const answer = await call(path, { body: '{}' })
    setAsks(false)
    setProblem(answer.ok === false ? answer.problem : null)
    onChange()
  }
  return html`<p>
      ${
        asks
          ? html`No further attempt is made.${' '}<button type="button" class="main" onClick=${cancel}>Yes, cancel it</button>${' '}
            <button type="button" onClick=${() => setAsks(false)}>Leave it</button>`
          : html`<button type="button" onClick=${() => setAsks(true)}>Cancel</button>`
      }
    </p>
    ${problem === null ? null : html`<${ProblemBox} problem=${problem} />`}`
}
