// @ts-check
import { call } from './api.js'
import { Choice, CodeLink, Field, ProblemBox } from './parts.js'
import { html, useEffect, useState } from './vendor/standalone.module.js'

/**
 * Executes again what has failed. First it is counted: only what was counted can be executed.
 * @param {{ filter: Record<string, unknown>, onRedriven?: () => void }} props
 */
export function RedriveForm({ filter, onRedriven = () => {} }) {
  const [limit, setLimit] = useState('500')
  const [perSecond, setPerSecond] = useState('20')
  const [force, setForce] = useState(false)
  const [callback, setCallback] = useState('none')
  const [counted, setCounted] = useState(
    /** @type {import('../contract/durable.ts').RedriveReply | null} */ (null),
  )
  const [done, setDone] = useState(/** @type {import('../contract/durable.ts').RedriveReply | null} */ (null))
  const [problem, setProblem] = useState(/** @type {import('./api.js').Problem | null} */ (null))
  const request = { filter, limit: Number(limit), perSecond: Number(perSecond), force, callback }
  const asked = JSON.stringify(request)
  useEffect(() => {
    setCounted(null)
    setDone(null)
  }, [asked])
  const send = async (/** @type {boolean} */ dryRun) => {
    const answer = await call('v1/executions/redrive', { body: JSON.stringify({ ...request, dryRun }) })
    setProblem(answer.ok === false ? answer.problem : null)
    if (answer.ok !== true) return
    setCounted(dryRun ? answer.value : null)
    setDone(dryRun ? null : answer.value)
    if (!dryRun) onRedriven()
  }
  const names = Object.keys(filter)
  return html`<div class="redrive">
    <p class="quiet">${names.length === 0 ? 'All that has failed.' : `What has failed, and matches: ${JSON.stringify(filter)}`}</p>
    <div class="filters">
      <${Field} label="At most"><input inputmode="numeric" value=${limit}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setLimit(currentTarget.value)} /><//>
      <${Field} label="In a second"><input inputmode="decimal" value=${perSecond}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setPerSecond(currentTarget.value)} /><//>
      <${Field} label="Callback">
        <${Choice} value=${callback} options=${[['none', 'none'], ['again', 'send it again']]} onChoose=${setCallback} />
      <//>
      <label class="check"><input type="checkbox" checked=${force} onChange=${() => setForce(!force)} />
        Also what may do its work twice</label>
    </div>
    <p><button type="button" onClick=${() => send(true)}>Count (dry run)</button>${' '}
      <button type="button" class="main" disabled=${counted === null || counted.redriven === 0} onClick=${() => send(false)}>
        ${counted === null ? 'Execute again' : `Execute ${counted.redriven} again`}
      </button></p>
    <div role="status" aria-label="Result of the redrive">
      ${counted === null ? null : html`<${Counted} reply=${counted} />`}
      ${done === null ? null : html`<p>${done.redriven} are executed again.</p>`}
    </div>
    ${problem === null ? null : html`<${ProblemBox} problem=${problem} />`}
  </div>`
}

/** @param {{ reply: import('../contract/durable.ts').RedriveReply }} props */
function Counted({ reply: { matched, redriven, leftOut, byCode, byHost } }) {
  return html`<p><strong>${redriven}</strong> of ${matched} would be executed again. Nothing was done.</p>
    <dl class="facts">
      <div><dt>Left out: may not be repeated</dt><dd>${leftOut.never}</dd></div>
      <div><dt>Left out: had secrets of its own</dt><dd>${leftOut.secrets}</dd></div>
      <div><dt>Left out: beyond the limit</dt><dd>${leftOut.limit}</dd></div>
      ${Object.entries(byCode).map(([code, count]) => html`<div><dt><${CodeLink} code=${code} /></dt><dd>${count}</dd></div>`)}
      ${Object.entries(byHost).map(([host, count]) => html`<div><dt>${host}</dt><dd>${count}</dd></div>`)}
    </dl>`
}
