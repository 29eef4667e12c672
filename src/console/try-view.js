// @ts-check
import { call } from './api.js'
import { composeRequest, composeSimulation, firstDraft, readExample } from './draft.js'
import { Examples } from './examples.js'
import { formatCount } from './format.js'
import { findTwice, readObject, writeJson } from './json.js'
import { JsonFields } from './json-fields.js'
import { isPassing } from './latest.js'
import { LinkButton } from './link-button.js'
import { NodeFields } from './node-fields.js'
import { listOutputs } from './node-form.js'
import { CopyButton, ProblemBox, Text } from './parts.js'
import { ResultView, ShownRequest } from './result-view.js'
import { html, useEffect, useMemo, useRef, useState } from './vendor/standalone.module.js'
import { WhatIf } from './what-if.js'

/** How long after the last key the preview is asked for. */
const pauseMs = 300
/** How long after the service could not be reached, or had no room, it is asked again. */
const againMs = 5_000

/** Outlives a look at another view. */
let kept = firstDraft

/** What a draft was before a person changed it: the first one, an example, or what came with a link. */
let untouched = firstDraft

// A draft is kept nowhere else, since it may hold credentials: leaving the page loses it.
addEventListener('beforeunload', (event) => {
  const [now, before] = [kept, untouched].map(({ node, payload, secrets }) =>
    JSON.stringify([node, payload, secrets]),
  )
  if (now !== before) event.preventDefault()
})

/** @param {{ shared: import('./fragment.js').Shared, keyNumber: number }} props */
export function TryView({ shared, keyNumber }) {
  const [draft, setDraft] = useState(kept)
  // The link that the node came with.
  const [source, setSource] = useState(/** @type {{ omitted: readonly string[] } | null} */ (null))
  // Changes with each example and link, so that no result of another node is left.
  const [chosen, setChosen] = useState(0)
  const change = (/** @type {Partial<import('./draft.js').Draft>} */ part) =>
    setDraft((before) => ({ ...before, ...part }))
  useEffect(() => {
    kept = draft
  }, [draft])
  useEffect(() => {
    if (shared === null || shared === 'unreadable') return
    untouched = { ...kept, node: writeJson(shared.node), secrets: [] }
    setDraft(untouched)
    setSource(shared)
    setChosen((count) => count + 1)
  }, [shared])

  const parsed = useMemo(() => readObject(draft.node), [draft.node])
  const lastNode = useRef(/** @type {Record<string, unknown>} */ ({}))
  if (parsed.ok) lastNode.current = parsed.value
  const node = lastNode.current
  const twice = useMemo(() => (parsed.ok ? findTwice(draft.node) : null), [draft.node, parsed])
  const closed = parsed.ok
    ? twice === null
      ? null
      : `The member ${JSON.stringify(twice)} stands twice. The form waits until one of them is gone.`
    : `This is no JSON object: ${parsed.message}`
  const request = useMemo(() => composeRequest(draft), [draft])
  const simulate = useMemo(() => composeSimulation(draft.simulation), [draft.simulation])
  const preview = usePreview(request, simulate, draft.node, keyNumber)

  const answer = preview.ofNode || 'text' in request ? preview.answer : null
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
      source === null
        ? null
        : html`<p class="problem" role="status">
          This node came with a link. Look where it leads before you execute it.
          ${source.omitted.length === 0 ? null : html`${' '}The link came without credentials, enter them again: ${source.omitted.map((path) => html`<code>${path}</code>${' '}`)}`}
        </p>`
    }
    ${answer?.ok === false && isForbidden(answer) ? html`<${ProblemBox} problem=${answer.problem} level="status" />` : null}
    <${Examples} onExample=${(/** @type {any} */ value) => {
      setSource(null)
      setChosen((count) => count + 1)
      untouched = { ...draft, ...readExample(value) }
      setDraft(untouched)
    }} />
    <div class="toolbar" role="group" aria-label="Copy">
      <${CopyButton} text=${parsed.ok ? draft.node : null}>Copy as node<//>
      <${CopyButton} text=${preview.isCurrent ? (reply?.curl ?? null) : null}>Copy as curl<//>
      <${LinkButton} node=${parsed.ok && twice === null ? parsed.value : null} messages=${messages} secrets=${draft.secrets} isKnown=${preview.ofNode} />
    </div>
    <div class="work"><div class="edit">
      <${NodeFields} key=${chosen} node=${node} messages=${messages} isClosed=${closed !== null}
        onNode=${(/** @type {object} */ changed) => change({ node: writeJson(changed) })} />
      <${JsonFields} draft=${draft} error=${closed} messages=${messages} onChange=${change} />
    </div>
    <div class="follow">
    <${PreviewBox} preview=${preview} request=${request} />
    <${Execution} key=${chosen} request=${request} outputs=${outputs} isForbidden=${preview.isCurrent && isForbidden(answer)} />
    <${WhatIf} simulation=${draft.simulation} simulated=${'text' in request ? (reply?.simulated ?? null) : null} isOld=${!preview.isCurrent} outputs=${outputs}
      onChange=${(/** @type {import('./draft.js').Simulation} */ simulation) => change({ simulation })} />
    </div></div>`
}

/**
 * Whether the key may do nothing of this view, which is said before all else.
 * @param {import('./api.js').Answer | null} answer
 */
function isForbidden(answer) {
  return answer?.ok === false && answer.problem.status === 403
}

/**
 * The preview of the draft, `pauseMs` after the last change.
 * @param {{ text: string } | { problem: string }} request @param {string} simulate @param {string} node @param {number} keyNumber
 * @typedef {{ answer: import('./api.js').Answer | null, isCurrent: boolean, ofNode: boolean }} Preview `isCurrent`: it is of this
 *   draft. `ofNode`: it is of this node, and the data may be others.
 * @returns {Preview}
 */
function usePreview(request, simulate, node, keyNumber) {
  const [state, setState] = useState(
    /** @type {{ answer: import('./api.js').Answer | null, of: string, node: string }} */ ({
      answer: null,
      of: '',
      node: '',
    }),
  )
  const body = 'text' in request ? `{${request.text}${simulate}}` : null
  useEffect(() => {
    if (body === null) return
    const given = new AbortController()
    const ask = async () => {
      const answer = await call('v1/preview', { body, signal: given.signal })
      if (answer.ok === null || given.signal.aborted) return
      setState({ answer, of: body, node })
      if (answer.ok === false && isPassing(answer.problem)) timer = setTimeout(ask, againMs)
    }
    let timer = setTimeout(ask, pauseMs)
    return () => {
      clearTimeout(timer)
      given.abort()
    }
  }, [body, keyNumber])
  return { answer: state.answer, isCurrent: state.of === body, ofNode: state.node === node }
}

/** @param {{ preview: Preview, request: { text: string } | { problem: string } }} props */
function PreviewBox({ preview, request }) {
  const { isCurrent } = preview
  const problem = 'problem' in request ? request.problem : null
  const answer = problem === null ? preview.answer : null
  const reply = answer?.ok === true ? answer.value : null
  const isOld = answer !== null && !isCurrent
  return html`<section aria-labelledby="preview" class=${isOld ? 'old' : ''} aria-busy=${isOld ? 'true' : 'false'}>
    <h2 id="preview">The request as it goes out${isOld ? html`${' '}<span class="quiet">before the change</span>` : null}</h2>
    ${problem === null ? null : html`<p class="quiet">There is none. ${problem}</p>`}
    ${answer?.ok === false && !isForbidden(answer) ? html`<${PreviewProblem} problem=${answer.problem} />` : null}
    ${problem === null && answer === null ? html`<p class="quiet">It is being made …</p>` : null}
    ${
      reply === null
        ? null
        : html`<${ShownRequest} label="Request" request=${reply.request} />
          ${reply.curl === null ? null : html`<h3>As a shell command</h3><${Text} label="curl" text=${reply.curl} />`}`
    }
  </section>`
}

/**
 * Why there is no preview. Errors of parts of the node stand at these, and beside the JSON.
 * @param {{ problem: import('./api.js').Problem }} props
 */
function PreviewProblem({ problem }) {
  const { errors } = problem
  if (errors.length === 0) return html`<${ProblemBox} problem=${problem} level="status" />`
  return html`<p class="quiet">There is none. ${formatCount(errors.length, 'error')} of the node ${errors.length === 1 ? 'is' : 'are'} shown above.</p>`
}

/** @param {{ request: { text: string } | { problem: string }, outputs: readonly string[], isForbidden: boolean }} props */
function Execution({ request, outputs, isForbidden: isClosed }) {
  const [result, setResult] = useState(
    /** @type {{ answer: import('./api.js').Answer, of: string, outputs: readonly string[] } | null} */ (
      null
    ),
  )
  const [runs, setRuns] = useState(false)
  const execute = async () => {
    if ('problem' in request || runs) return
    const { text } = request
    setRuns(true)
    setResult(null)
    setResult({ answer: await call('v1/execute', { body: `{${text}}` }), of: text, outputs })
    setRuns(false)
  }
  const answer = result?.answer
  const isOld = result !== null && ('problem' in request || request.text !== result.of)
  return html`<section aria-labelledby="execution">
    <h2 id="execution" class="hidden">Execute</h2>
    <p class="toolbar"><button type="button" class="main" disabled=${'problem' in request || runs || isClosed} onClick=${execute}>Execute</button>
      <span class="quiet">${isClosed ? 'This key may not execute it: the reason stands at the top.' : 'The request goes to the target.'}</span></p>
    <div role="group" aria-label="Result of the execution" class=${isOld ? 'old' : ''}>
      <p role="status" class="hidden">${runs ? 'It runs' : answer?.ok === true ? `The output ${answer.value.branch} follows` : ''}</p>
      ${runs ? html`<p>It runs …</p>` : null}
      ${isOld ? html`<p class="state">Of the node and the data before the change.</p>` : null}
      ${answer?.ok === false ? html`<${ProblemBox} problem=${answer.problem} doubt="Whether the target was called is not known. Look there before you execute it again." />` : null}
      ${answer?.ok === true ? html`<${ResultView} reply=${answer.value} outputs=${result?.outputs ?? []} />` : null}
    </div>
  </section>`
}
