// @ts-check
import { call, servicePage } from './api.js'
import { formatMs } from './format.js'
import { maxLinkCharacters, writeFragment } from './fragment.js'
import { asText, readJson, readObject, writeJson } from './json.js'
import { NodeFields } from './node-fields.js'
import { listOutputs } from './node-form.js'
import { Outputs, ReasonText } from './outputs.js'
import { CopyButton, copyText, Field, Messages, ProblemBox, Text } from './parts.js'
import { withoutSecrets } from './share.js'
import { html, useEffect, useMemo, useRef, useState } from './vendor/standalone.module.js'
import { WaterfallView } from './waterfall-view.js'

/** How long after the last key the preview is asked for. */
const pauseMs = 300

/**
 * @typedef {{ name: string, value: string }} Secret
 * @typedef {{ choice: string, status: string, body: string }} Simulation `choice`: nothing, a status, `other` for `status`, or a
 *   failure code.
 * @typedef {{ node: string, payload: string, secrets: Secret[], tenant: string, simulation: Simulation }} Draft
 */

/** @type {Draft} What a first visitor sees. It also outlives a look at another view. */
let kept = {
  node: writeJson({
    id: 'my-node',
    method: 'POST',
    url: 'https://api.example.com/v1/leads',
    body: {
      structure: 'simple',
      contentType: 'application/json',
      fields: [{ name: 'email', source: 'profile', field: 'email' }],
    },
  }),
  payload: writeJson({ profile: { email: 'ada@example.com' } }),
  secrets: [],
  tenant: '',
  simulation: { choice: '', status: '', body: '' },
}

/** @param {{ shared: import('./fragment.js').Shared, keyNumber: number }} props */
export function TryView({ shared, keyNumber }) {
  const [draft, setDraft] = useState(kept)
  const [omitted, setOmitted] = useState(/** @type {readonly string[]} */ ([]))
  // Changes with each example, so that no result of another node is left.
  const [chosen, setChosen] = useState(0)
  const change = (/** @type {Partial<Draft>} */ part) => setDraft((before) => ({ ...before, ...part }))
  useEffect(() => {
    kept = draft
  }, [draft])
  useEffect(() => {
    if (shared === null || shared === 'unreadable') return
    setDraft((before) => ({ ...before, node: writeJson(shared.node), secrets: [] }))
    setOmitted(shared.omitted)
  }, [shared])

  const parsed = useMemo(() => readObject(draft.node), [draft.node])
  const lastNode = useRef(/** @type {Record<string, unknown>} */ ({}))
  if (parsed.ok) lastNode.current = parsed.value
  const node = lastNode.current
  const request = useMemo(() => composeRequest(draft), [draft])
  const simulate = useMemo(() => composeSimulation(draft.simulation), [draft.simulation])
  const preview = usePreview(request, simulate, keyNumber)

  const answer = preview.answer
  const reply = answer?.ok === true ? answer.value : null
  /** @type {readonly import('./parts.js').Message[]} */
  const messages = [
    ...(answer?.ok === false ? answer.problem.errors.map((error) => ({ ...error, isError: true })) : []),
    ...(reply?.warnings ?? []).map((/** @type {object} */ warning) => ({ ...warning, isError: false })),
  ]
  const outputs = useMemo(() => listOutputs(node), [node])
  return html`<h1>Try a node</h1>
    ${shared === 'unreadable' ? html`<p class="problem" role="alert">The link holds no node that can be read.</p>` : null}
    ${
      omitted.length === 0
        ? null
        : html`<p class="problem" role="status">
          The link came without credentials. Enter them again: ${omitted.map((path) => html`<code>${path}</code>${' '}`)}
        </p>`
    }
    <${Examples} onExample=${(/** @type {any} */ value) => {
      setOmitted([])
      setChosen((count) => count + 1)
      change(readExample(value))
    }} />
    <div class="toolbar" role="group" aria-label="Copy">
      <${CopyButton} text=${parsed.ok ? draft.node : null}>Copy as node<//>
      <${CopyButton} text=${reply?.curl ?? null}>Copy as curl<//>
      <${LinkButton} node=${parsed.ok ? parsed.value : null} messages=${messages} secrets=${draft.secrets} isKnown=${preview.isCurrent} />
    </div>
    <div class="columns">
      <${NodeFields} node=${node} messages=${messages} isClosed=${!parsed.ok}
        onNode=${(/** @type {object} */ changed) => change({ node: writeJson(changed) })} />
      <${JsonFields} draft=${draft} error=${parsed.ok ? null : parsed.message} messages=${messages} onChange=${change} />
    </div>
    <${WhatIf} simulation=${draft.simulation} simulated=${reply?.simulated ?? null} outputs=${outputs}
      onChange=${(/** @type {Simulation} */ simulation) => change({ simulation })} />
    <div class="columns">
      <${PreviewBox} preview=${preview} request=${request} />
      <${Execution} key=${chosen} request=${request} outputs=${outputs} />
    </div>`
}

/**
 * The members of a request as JSON, with the texts as they were typed, so that no number is rounded. Null if one is no JSON.
 * @param {Draft} draft @returns {{ text: string } | { problem: string }}
 */
function composeRequest({ node, payload, secrets, tenant }) {
  const readNode = readObject(node)
  if (!readNode.ok) return { problem: `The node is no JSON object. ${readNode.message}` }
  const members = [`"node":${node}`]
  if (payload.trim() !== '') {
    const read = readJson(payload)
    if (!read.ok) return { problem: `The payload is no JSON. ${read.message}` }
    members.push(`"payload":${payload}`)
  }
  const named = secrets.filter(({ name }) => name !== '')
  if (named.length > 0)
    members.push(
      `"secrets":${JSON.stringify(Object.fromEntries(named.map(({ name, value }) => [name, value])))}`,
    )
  if (tenant !== '') members.push(`"tenant":${JSON.stringify(tenant)}`)
  return { text: members.join(',') }
}

/** @param {Simulation} simulation */
function composeSimulation({ choice, status, body }) {
  const text = choice === 'other' ? status : choice
  if (text === '') return ''
  const outcome = /^\d+$/.test(text)
    ? { status: Number(text), ...(body === '' ? {} : { body }) }
    : { failure: text }
  return `,"simulate":${JSON.stringify(outcome)}`
}

/** @param {any} example A body of the API. */
function readExample({ node, payload, secrets = {}, tenant = '', simulate = {} }) {
  const choice = asText(simulate.failure ?? simulate.status ?? '')
  const isListed = outcomes.some(([own]) => own === choice)
  return {
    node: writeJson(node),
    payload: payload === undefined ? '' : writeJson(payload),
    secrets: Object.entries(secrets).map(([name, value]) => ({ name, value: asText(value) })),
    tenant,
    simulation: {
      choice: isListed ? choice : 'other',
      status: isListed ? '' : choice,
      body: asText(simulate.body),
    },
  }
}

/**
 * The preview of the draft, `pauseMs` after the last change.
 * @param {{ text: string } | { problem: string }} request @param {string} simulate @param {number} keyNumber
 * @returns {{ answer: import('./api.js').Answer | null, isCurrent: boolean }} `isCurrent`: it is of this draft.
 */
function usePreview(request, simulate, keyNumber) {
  const [state, setState] = useState(
    /** @type {{ answer: import('./api.js').Answer | null, of: string }} */ ({ answer: null, of: '' }),
  )
  const body = 'text' in request ? `{${request.text}${simulate}}` : null
  useEffect(() => {
    if (body === null) return
    const given = new AbortController()
    const timer = setTimeout(async () => {
      const answer = await call('v1/preview', { body, signal: given.signal })
      if (answer.ok !== null && !given.signal.aborted) setState({ answer, of: body })
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      given.abort()
    }
  }, [body, keyNumber])
  return { answer: state.answer, isCurrent: state.of === body }
}

/** @param {{ draft: Draft, error: string | null, messages: readonly import('./parts.js').Message[], onChange: (part: Partial<Draft>) => void }} props */
function JsonFields({ draft, error, messages, onChange }) {
  const { node, payload, secrets, tenant } = draft
  const own =
    error === null ? messages : [{ path: null, message: `This is no JSON object: ${error}`, isError: true }]
  const wrongPayload = payload.trim() === '' ? null : readJson(payload)
  const setSecret = (/** @type {number} */ at, /** @type {Partial<Secret>} */ part) =>
    onChange({ secrets: secrets.map((secret, index) => (index === at ? { ...secret, ...part } : secret)) })
  return html`<div class="json">
    <${Area} label="The node as JSON" value=${node} rows=${22} isWrong=${own.some(({ isError }) => isError)}
      onText=${(/** @type {string} */ text) => onChange({ node: text })} />
    <div role="status" aria-label="Messages about the node"><${Messages} places messages=${own} /></div>
    <${Area} label="The data (payload)" value=${payload} rows=${8} isWrong=${wrongPayload?.ok === false}
      onText=${(/** @type {string} */ text) => onChange({ payload: text })} />
    <${Messages} messages=${wrongPayload?.ok === false ? [{ path: null, message: `This is no JSON: ${wrongPayload.message}`, isError: true }] : []} />
    <div class="rows" role="group" aria-label="Secrets of this call">
      <p class="label">Secrets of this call</p>
      ${secrets.map(
        ({ name, value }, at) => html`<div class="row short" key=${at}>
          <input aria-label=${`Name of secret ${at + 1}`} placeholder="crm_token" value=${name} autocomplete="off"
            onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setSecret(at, { name: currentTarget.value })} />
          <input aria-label=${`Value of secret ${at + 1}`} type="password" value=${value} autocomplete="off"
            onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setSecret(at, { value: currentTarget.value })} />
          <button type="button" aria-label=${`Remove secret ${at + 1}`}
            onClick=${() => onChange({ secrets: secrets.filter((_secret, index) => index !== at) })}>✕</button>
        </div>`,
      )}
      <button type="button" onClick=${() => onChange({ secrets: [...secrets, { name: '', value: '' }] })}>Add secret</button>
    </div>
    <${Field} label="Tenant">
      <input value=${tenant} autocomplete="off"
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onChange({ tenant: currentTarget.value })} />
    <//>
  </div>`
}

/** @param {{ label: string, value: string, rows: number, isWrong: boolean, onText: (text: string) => void }} props */
function Area({ label, value, rows, isWrong, onText }) {
  return html`<${Field} label=${label}>
    <textarea rows=${rows} spellcheck=${false} autocomplete="off" wrap="off" value=${value} aria-invalid=${isWrong ? 'true' : undefined}
      onInput=${(/** @type {{ currentTarget: HTMLTextAreaElement }} */ { currentTarget }) => onText(currentTarget.value)}></textarea>
  <//>`
}

/** What a target may do, and what a preview calls it. */
const outcomes = /** @type {const} */ ([
  ['', 'not asked'],
  ['200', 'answers 200'],
  ['201', 'answers 201'],
  ['404', 'answers 404'],
  ['409', 'answers 409'],
  ['500', 'answers 500'],
  ['response_timeout', 'times out'],
  ['connect_refused', 'refuses the connection'],
  ['dns_not_found', 'does not exist'],
])

/** @param {{ simulation: Simulation, simulated: any, outputs: readonly string[], onChange: (simulation: Simulation) => void }} props */
function WhatIf({ simulation, simulated, outputs, onChange }) {
  const { choice, status, body } = simulation
  const answers = /^\d+$/.test(choice) || choice === 'other'
  return html`<section aria-labelledby="what-if">
    <h2 id="what-if">What if the target …</h2>
    <fieldset class="choices"><legend class="hidden">What if the target</legend>
      ${[...outcomes, /** @type {const} */ (['other', 'does something else'])].map(
        ([own, text]) => html`<label class="chip">
          <input type="radio" name="outcome" checked=${choice === own} onChange=${() => onChange({ ...simulation, choice: own })} />${text}
        </label>`,
      )}
    </fieldset>
    <div class="pair">
      ${
        choice === 'other'
          ? html`<${Field} label="Status or failure code" hint="Such as 418 or tls_untrusted.">
            <input value=${status} autocomplete="off"
              onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onChange({ ...simulation, status: currentTarget.value.trim() })} />
          <//>`
          : null
      }
      ${
        answers
          ? html`<${Field} label="With this body">
            <textarea rows="2" value=${body} spellcheck=${false}
              onInput=${(/** @type {{ currentTarget: HTMLTextAreaElement }} */ { currentTarget }) => onChange({ ...simulation, body: currentTarget.value })}></textarea>
          <//>`
          : null
      }
    </div>
    <${Outputs} outputs=${outputs} lit=${simulated?.branch ?? null} isGood=${simulated?.succeeded ?? false} />
    <div role="status" aria-label="What follows">
      ${simulated === null ? null : html`<${ReasonText} reason=${simulated.reason} /><${Captured} captured=${simulated.captured} />`}
    </div>
  </section>`
}

/** @param {{ captured: Record<string, unknown> }} props */
function Captured({ captured }) {
  return Object.keys(captured).length === 0
    ? null
    : html`<h3>Captured, for <code>vars</code></h3><${Text} label="Captured values" text=${writeJson(captured)} />`
}

/** @param {{ preview: { answer: import('./api.js').Answer | null, isCurrent: boolean }, request: object }} props */
function PreviewBox({ preview, request }) {
  const { answer, isCurrent } = preview
  const reply = answer?.ok === true ? answer.value : null
  return html`<section aria-labelledby="preview" class=${isCurrent ? '' : 'old'} aria-busy=${isCurrent ? 'false' : 'true'}>
    <h2 id="preview">The request as it goes out</h2>
    ${'problem' in request ? html`<p class="quiet">${request.problem}</p>` : null}
    ${answer?.ok === false ? html`<${ProblemBox} problem=${answer.problem} level="status" />` : null}
    ${
      reply === null
        ? null
        : html`<${ShownRequest} label="Request" request=${reply.request} />
          ${reply.curl === null ? null : html`<h3>As a shell command</h3><${Text} label="curl" text=${reply.curl} />`}`
    }
  </section>`
}

/** @param {{ label: string, request: import('../contract/execution.ts').ShownRequest }} props */
function ShownRequest({ label, request }) {
  const { method, url, headers = [], body } = request
  const head = [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  return html`<${Text} label=${label} text=${[...head, ...(body ? ['', body] : [])].join('\n')} />`
}

/** @param {{ request: { text: string } | { problem: string }, outputs: readonly string[] }} props */
function Execution({ request, outputs }) {
  const [answer, setAnswer] = useState(/** @type {import('./api.js').Answer | null} */ (null))
  const [runs, setRuns] = useState(false)
  const execute = async () => {
    if ('problem' in request || runs) return
    setRuns(true)
    setAnswer(await call('v1/execute', { body: `{${request.text}}` }))
    setRuns(false)
  }
  return html`<section aria-labelledby="execution">
    <h2 id="execution">Execute</h2>
    <p><button type="button" class="main" disabled=${'problem' in request || runs} onClick=${execute}>Execute</button>
      <span class="quiet"> The request goes to the target.</span></p>
    <div role="status" aria-label="Result of the execution">
      ${runs ? html`<p>It runs …</p>` : null}
      ${answer?.ok === false ? html`<${ProblemBox} problem=${answer.problem} />` : null}
      ${answer?.ok === true ? html`<${ResultView} reply=${answer.value} outputs=${outputs} />` : null}
    </div>
  </section>`
}

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
  return html`<${Outputs} outputs=${outputs} lit=${branch} isGood=${succeeded} />
    <${ReasonText} reason=${reason} />
    <dl class="facts">
      <div><dt>Delivered</dt><dd>${delivered}</dd></div>
      <div><dt>Repeat</dt><dd>${repeat}</dd></div>
      <div><dt>Took</dt><dd>${formatMs(durationMs)}</dd></div>
    </dl>
    <${Messages} places messages=${warnings.map((warning) => ({ ...warning, isError: false }))} />
    <${Captured} captured=${captured} />
    <h3>Attempts</h3>
    <${WaterfallView} attempts=${attempts} since=${since} />
    <h3>Request</h3>
    ${request === null ? html`<p>The request could not be made.</p>` : html`<${ShownRequest} label="Sent request" request=${request} />`}
    <h3>Response</h3>
    ${response === null ? html`<p>There was none.</p>` : html`<${ShownResponse} response=${response} />`}`
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

/**
 * A link to this page that holds the node. Made when it is asked for, after the preview has said which values are credentials.
 * @param {{ node: Record<string, unknown> | null, messages: readonly import('./parts.js').Message[], secrets: readonly Secret[], isKnown: boolean }} props
 */
function LinkButton({ node, messages, secrets, isKnown }) {
  const [shown, setShown] = useState(
    /** @type {{ link: string, omitted: readonly string[], copied: boolean } | 'too_long' | null} */ (null),
  )
  useEffect(() => setShown(null), [node])
  const make = async () => {
    if (node === null) return
    const warned = messages.flatMap(({ code, path }) =>
      code === 'credential_in_url' && path !== null ? [path] : [],
    )
    const shared = withoutSecrets(node, { secrets: secrets.map(({ value }) => value), warned })
    const link = new URL(writeFragment({ view: 'try', shared }), location.href).href
    if (link.length > maxLinkCharacters) return setShown('too_long')
    setShown({ link, omitted: shared.omitted, copied: (await copyText(link)) === 'copied' })
  }
  return html`<button type="button" disabled=${node === null || !isKnown} onClick=${make}>Copy a link</button>
    <div role="status" class="link">
      ${shown === 'too_long' ? html`<p>The node is too large for a link. Copy it as a node.</p>` : null}
      ${
        shown === null || shown === 'too_long'
          ? null
          : html`<p>${shown.copied ? 'Copied.' : 'Copy it from here.'}${' '}
              ${
                shown.omitted.length === 0
                  ? 'It holds the node, and neither data nor secrets of the call.'
                  : html`It holds the node without credentials. Left out: ${shown.omitted.map((path) => html`<code>${path}</code>${' '}`)}`
              }
              ${' '}A credential that stands in the middle of a text stays: look before you pass it on.</p>
            <input readonly aria-label="Link" value=${shown.link} onFocus=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => currentTarget.select()} />`
      }
    </div>`
}

/** The examples of the OpenAPI document. @param {{ onExample: (value: object) => void }} props */
function Examples({ onExample }) {
  const [found, setFound] = useState(/** @type {readonly any[] | 'asked' | 'none' | null} */ (null))
  const place = useRef(/** @type {HTMLDetailsElement | null} */ (null))
  const load = async () => {
    if (found !== null && found !== 'none') return
    setFound('asked')
    const answer = await call('openapi.json')
    setFound(answer.ok === true ? listExamples(answer.value) : 'none')
  }
  const choose = (/** @type {object} */ value) => {
    if (place.current !== null) place.current.open = false
    onExample(value)
  }
  return html`<details ref=${place} onToggle=${load}>
    <summary>Examples</summary>
    ${found === 'asked' ? html`<p>They are being read …</p>` : null}
    ${found === 'none' ? html`<p>The service does not show its <a href=${servicePage('openapi.json')}>OpenAPI document</a>, which has them.</p>` : null}
    ${
      Array.isArray(found)
        ? html`<ul class="examples">
          ${found.map(
            ({ summary, description, value }) => html`<li>
              <button type="button" onClick=${() => choose(value)}>${asText(summary)}</button>${' '}
              <span class="quiet">${showCode(asText(description))}</span>
            </li>`,
          )}
        </ul>`
        : null
    }
  </details>`
}

/** Words between backticks are code. @param {string} text */
function showCode(text) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))
}

/** @param {any} document */
function listExamples(document) {
  return ['/v1/execute', '/v1/preview'].flatMap((path) =>
    Object.values(document.paths?.[path]?.post?.requestBody?.content?.['application/json']?.examples ?? {}),
  )
}
