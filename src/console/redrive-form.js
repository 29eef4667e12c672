// @ts-check
import { call } from './api.js'
import { formatCount, formatTime, showUnseen } from './format.js'
import { MomentField } from './moment-field.js'
import { ActionButton, Choice, CodeLink, Field, Name, ProblemBox } from './parts.js'
import { html, useEffect, useRef, useState } from './vendor/standalone.module.js'

/**
 * Executes again what has failed. First it is counted: only what was counted can be executed.
 * @param {{ filter: Record<string, unknown>, isPending?: boolean, onRedriven?: () => void }} props `isPending`: the fields of the
 *   filter say something else by now.
 */
export function RedriveForm({ filter, isPending = false, onRedriven = () => {} }) {
  const [limit, setLimit] = useState('500')
  const [perSecond, setPerSecond] = useState('20')
  const [until, setUntil] = useState('')
  const [force, setForce] = useState(false)
  const [callback, setCallback] = useState('none')
  const [counted, setCounted] = useState(
    /** @type {import('../contract/durable.ts').RedriveReply | null} */ (null),
  )
  const [done, setDone] = useState(/** @type {import('../contract/durable.ts').RedriveReply | null} */ (null))
  const [problem, setProblem] = useState(/** @type {import('./api.js').Problem | null} */ (null))
  const [isUnfinished, setUnfinished] = useState(false)
  const result = useRef(/** @type {HTMLElement | null} */ (null))
  const isOne = 'ids' in filter
  const wrongLimit =
    isOne || /^[1-9]\d{0,3}$|^10000$/.test(limit) ? [] : wrong('Write a whole number from 1 to 10000.')
  const wrongRate = isOne || isRate(perSecond) ? [] : wrong('Write a number from 0.01 to 1000.')
  // Without the right, or the tenant, no other press does more.
  const isForbidden = problem?.status === 403
  const isWrong = wrongLimit.length + wrongRate.length > 0 || isPending || isForbidden
  const matching = until === '' ? filter : { ...filter, until }
  const request = { filter: matching, limit: Number(limit), perSecond: Number(perSecond), force, callback }
  const asked = JSON.stringify(request)
  useEffect(() => {
    setCounted(null)
    setDone(null)
  }, [asked, isPending])
  useEffect(() => setProblem(null), [JSON.stringify(filter)])
  const send = async (/** @type {boolean} */ dryRun) => {
    // A moment that is typed in part has no value yet, and would be taken for none.
    const unfinished = /** @type {HTMLElement | null} */ (document.querySelector('main input:invalid'))
    setUnfinished(unfinished !== null)
    if (unfinished !== null) return unfinished.focus()
    const answer = await call('v1/executions/redrive', { body: JSON.stringify({ ...request, dryRun }) })
    setProblem(answer.ok === false ? answer.problem : null)
    if (answer.ok !== true) return
    setCounted(dryRun ? answer.value : null)
    setDone(dryRun ? null : answer.value)
    if (dryRun) return
    // The button that was pressed cannot be pressed again.
    result.current?.focus()
    onRedriven()
  }
  const words = describeFilter(matching)
  return html`<div class="redrive">
    ${isOne ? null : html`<p class="quiet">All that has failed, expired or was withdrawn${words.length === 0 ? '' : `: ${words.join(', ')}`}.</p>`}
    <div class="filters">
      ${
        isOne
          ? null
          : html`<${Field} label="At most" messages=${wrongLimit}><input inputmode="numeric" value=${limit}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setLimit(currentTarget.value)} /><//>
      <${Field} label="In a second" messages=${wrongRate}><input inputmode="decimal" value=${perSecond}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setPerSecond(currentTarget.value)} /><//>
      <${MomentField} label="Accepted before" moment=${until} onMoment=${setUntil} />`
      }
      <${Field} label="Callback">
        <${Choice} value=${callback} options=${[['none', 'none'], ['again', 'send it again']]} onChoose=${setCallback} />
      <//>
      <label class="check"><input type="checkbox" checked=${force} onChange=${() => setForce(!force)} />
        Also what may do its work twice</label>
    </div>
    ${isPending ? html`<p class="state" role="status">Other values stand in the fields of the filter above: press Filter first.</p>` : null}
    ${isUnfinished ? html`<p class="state" role="alert">A moment is typed in part. Complete it, or empty it.</p>` : null}
    <p class="toolbar"><${ActionButton} disabled=${isWrong} act=${() => send(true)}>Count (dry run)<//>
      <${ActionButton} class="main" disabled=${isWrong || counted === null || counted.redriven === 0} act=${() => send(false)}>
        ${counted === null ? 'Execute again' : `Execute ${counted.redriven} again`}
      <//></p>
    <div role="status" aria-label="Result of the redrive" tabindex="-1" ref=${result}>
      ${counted === null ? null : html`<${Counted} reply=${counted} />`}
      ${done === null ? null : html`<p>${formatCount(done.redriven, 'execution')} ${done.redriven === 1 ? 'is' : 'are'} executed again.</p>`}
    </div>
    ${problem === null ? null : html`<${ProblemBox} problem=${problem} doubt="Whether anything is executed again is not known: look at the list." />`}
  </div>`
}

/** @param {string} message @returns {import('./parts.js').Message[]} */
function wrong(message) {
  return [{ path: null, message, isError: true }]
}

/** @param {string} text */
function isRate(text) {
  const value = Number(text)
  return text.trim() !== '' && value >= 0.01 && value <= 1_000
}

/**
 * The members of a filter in words.
 * @param {Record<string, unknown>} filter @returns {string[]}
 */
export function describeFilter({ nodeId, host, code, tenant, since, until }) {
  const words = [
    ['of the node', nodeId],
    ['at the host', host],
    ['with the code', code],
    ['of the tenant', tenant],
    ['accepted since', typeof since === 'string' ? formatTime(since) : undefined],
    ['accepted before', typeof until === 'string' ? formatTime(until) : undefined],
  ]
  return words.flatMap(([what, value]) =>
    typeof value === 'string' && value !== '' ? [`${what} ${showUnseen(value)}`] : [],
  )
}

/** Why something is left out. */
const reasons = /** @type {const} */ ([
  ['never', 'may not be repeated'],
  ['secrets', 'had secrets of its own'],
  ['limit', 'beyond the limit'],
])

/** @param {{ reply: import('../contract/durable.ts').RedriveReply }} props */
function Counted({ reply: { matched, redriven, leftOut, byCode, byHost } }) {
  const left = matched - redriven
  return html`<p><strong>${redriven}</strong> of ${matched} would be executed again. Nothing was done.</p>
    <dl class="facts rows-of-facts">
      ${
        left === 0
          ? null
          : html`<div><dt>The ${left} left out:</dt>${reasons.map(([name, why]) => (leftOut[name] === 0 ? null : html`<dd>${leftOut[name]} ${why}</dd>`))}</div>`
      }
      ${matched === 0 ? null : html`<${Shares} title=${`All ${matched} by code`} counts=${byCode} show=${(/** @type {string} */ code) => (code === '' ? 'no code' : html`<${CodeLink} code=${code} />`)} />`}
      ${matched === 0 ? null : html`<${Shares} title=${`All ${matched} by host, at any port`} counts=${byHost} show=${(/** @type {string} */ host) => html`<${Name} name=${host} />`} />`}
    </dl>`
}

/** @param {{ title: string, counts: Record<string, number>, show: (name: string) => import('./vendor/standalone.module.js').Piece | string }} props */
function Shares({ title, counts, show }) {
  return html`<div><dt>${title}:</dt>${Object.entries(counts).map(([name, count]) => html`<dd>${count} ${show(name)}</dd>`)}</div>`
}
