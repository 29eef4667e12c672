// @ts-check
import { explainAbsence, formatMs } from './format.js'
import { writeJson } from './json.js'
import { Outputs, ReasonText } from './outputs.js'
import { Messages, Text } from './parts.js'
import { html } from './vendor/standalone.module.js'
import { WaterfallView } from './waterfall-view.js'

/**
 * The reply to an execution.
 * @param {{ reply: import('../contract/execution.ts').ExecuteReply, outputs: readonly string[], since?: string | null }} props
 */
export function ResultView({ reply, outputs, since = null }) {
  const {
    branch,
    succeeded,
    reason,
    delivered,
    repeat,
    captured,
    warnings,
    attempts,
    request,
    response,
    durationMs,
  } = reply
  const absence = explainAbsence(reply)
  return html`<${Outputs} outputs=${outputs} lit=${branch} isGood=${succeeded} label="Outputs of the execution" />
    <${ReasonText} reason=${reason} />
    <dl class="facts">
      <div><dt>Delivered</dt><dd>${delivered}</dd></div>
      <div><dt>Repeat</dt><dd>${repeat}</dd></div>
      <div><dt>Took</dt><dd>${formatMs(durationMs)}</dd></div>
    </dl>
    <${Messages} places messages=${warnings.map((warning) => ({ ...warning, isError: false }))} />
    <${Captured} captured=${captured} />
    <h3>Attempts</h3>
    ${attempts.length === 0 ? html`<p>${delivered === 'no' ? 'Nothing was sent.' : 'None is known.'}</p>` : html`<${WaterfallView} attempts=${attempts} since=${since} />`}
    <h3>Request</h3>
    ${request === null ? html`<p>${absence.request}</p>` : html`<${ShownRequest} label="Sent request" request=${request} />`}
    <h3>Response</h3>
    ${response === null ? html`<p>${request === null ? absence.response : 'There was none.'}</p>` : html`<${ShownResponse} response=${response} />`}`
}

/** @param {{ captured: Record<string, unknown> }} props */
export function Captured({ captured }) {
  return Object.keys(captured).length === 0
    ? null
    : html`<h3>Captured, for <code>vars</code></h3><${Text} label="Captured values" text=${writeJson(captured)} />`
}

/** @param {{ label: string, request: import('../contract/execution.ts').ShownRequest }} props */
export function ShownRequest({ label, request }) {
  const { method, url, headers = [], body } = request
  const head = [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  return html`<${Text} label=${label} text=${[...head, ...(body ? ['', body] : [])].join('\n')} />`
}

/** @param {{ response: import('../contract/execution.ts').ShownResponse }} props */
function ShownResponse({ response }) {
  const { status, reason, headers = [], body, bodyEncoding, truncated } = response
  const head = [`${status} ${reason ?? ''}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  const note = [
    bodyEncoding === 'base64' ? 'The body is no text: this is its base64.' : '',
    truncated ? 'The body is cut.' : '',
  ]
  return html`<${Text} label="Response" text=${[...head, ...(body ? ['', body] : [])].join('\n')} />
    ${note.some(Boolean) ? html`<p class="quiet">${note.filter(Boolean).join(' ')}</p>` : null}`
}
