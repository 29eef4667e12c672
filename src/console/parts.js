// @ts-check
import { codePage } from './api.js'
import { formatTime, showUnseen, showUnseenText, splitCode } from './format.js'
import { h, html, useEffect, useMemo, useRef, useState } from './vendor/standalone.module.js'

/** Lists may cut names beyond this length. */
const longName = 40

let fields = 0

/**
 * A control with its label, and the messages about it.
 * @param {{ label: string, messages?: readonly Message[], hint?: string, children: import('./vendor/standalone.module.js').Piece }} props
 * @typedef {{ path: string | null, message: string, code?: string, isError: boolean }} Message
 */
export function Field({ label, messages = [], hint, children }) {
  const id = useMemo(() => `field-${++fields}`, [])
  const isWrong = messages.some(({ isError }) => isError)
  const control = {
    ...children.props,
    id,
    'aria-describedby': `${id}-notes`,
    ...(isWrong ? { 'aria-invalid': 'true' } : {}),
  }
  return html`<div class="field">
    <label class="label" for=${id}>${label}</label>${h(children.type, control)}
    <div id=${`${id}-notes`}>
      ${hint ? html`<p class="quiet">${hint}</p>` : null}
      <${Messages} messages=${messages} />
    </div>
  </div>`
}

/** @param {{ messages: readonly Message[], places?: boolean }} props `places`: with the place of each. */
export function Messages({ messages, places = false }) {
  if (messages.length === 0) return null
  return html`<ul class="messages">
    ${messages.map(
      ({ path, message, code, isError }) => html`<li class=${isError ? 'error' : 'warning'}>
        <strong>${isError ? 'Error' : 'Warning'}</strong>${' '}
        ${places && path ? html`<code>${showUnseen(path)}</code>${' '}` : null}<${Words} text=${message} />
        ${code ? html`${' '}<${CodeLink} code=${code} />` : null}
      </li>`,
    )}
  </ul>`
}

/** @param {{ code: string }} props */
export function CodeLink({ code }) {
  return html`<a href=${codePage(code)} target="_blank" rel="noopener"><code>${showUnseen(code)}</code></a>`
}

/** @param {{ problem: import('./api.js').Problem, level?: 'alert' | 'status', doubt?: string }} props `doubt`: what is not known if the
 *  service itself has not replied. */
export function ProblemBox({ problem, level = 'alert', doubt }) {
  const { status, code, title, detail, errors } = problem
  // The form for the key says it.
  if (status === 401)
    return html`<p class="quiet">Without a key that the service knows there is nothing to see.</p>`
  return html`<div class="problem" role=${level}>
    <p><strong><${Words} text=${title} /></strong>${status === 0 ? '' : ` (${status})`}${code ? html`${' '}<${CodeLink} code=${code} />` : null}</p>
    ${doubt && (status === 0 || (status >= 500 && code === null)) ? html`<p>${doubt}</p>` : null}
    ${detail ? html`<p><${Words} text=${detail} /></p>` : null}
    <${Messages} places messages=${errors.map((error) => ({ ...error, isError: true }))} />
  </div>`
}

/**
 * A name that others gave: it cannot change the order of the words beside it, and hides nothing.
 * @param {{ name: string }} props
 */
export function Name({ name }) {
  const shown = showUnseen(name)
  return html`<bdi title=${shown.length > longName ? shown : undefined}>${shown}</bdi>`
}

/**
 * Sentences of the service, which may quote others: code stands as code, and nothing in them turns the words beside them.
 * @param {{ text: string }} props
 */
export function Words({ text }) {
  return html`<bdi>${splitCode(text).map((part) => (part.isCode ? html`<code>${part.text}</code>` : part.text))}</bdi>`
}

/** @param {{ time: string | null }} props */
export function Time({ time }) {
  return time === null ? '–' : html`<time datetime=${time}>${formatTime(time)}</time>`
}

/**
 * Something wider than the page scrolls by itself, also with a keyboard.
 * @param {{ label: string, children: unknown }} props
 */
export function Wide({ label, children }) {
  return html`<div class="wide" role="region" aria-label=${label} tabindex="0">${children}</div>`
}

/** @param {{ label: string, text: string }} props */
export function Text({ label, text }) {
  return html`<pre tabindex="0" role="group" aria-label=${label}><code>${showUnseenText(text)}</code></pre>`
}

/**
 * A field for text that may stand for something else, such as a list. What a person types stays until they leave the field.
 * @param {{ value: string, onText: (text: string) => void, [attribute: string]: unknown }} props
 */
export function TextInput({ value, onText, ...rest }) {
  const [draft, setDraft] = useState(/** @type {string | null} */ (null))
  return html`<input
    ...${rest}
    value=${draft ?? value}
    onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => {
      setDraft(event.currentTarget.value)
      onText(event.currentTarget.value)
    }}
    onBlur=${() => setDraft(null)}
  />`
}

/**
 * @param {{ value: string, options: readonly (readonly string[])[], onChoose: (value: string) => void, [attribute: string]: unknown }} props
 *   An option is a value and its text. A value that is none of them is shown as it is.
 */
export function Choice({ value, options, onChoose, ...rest }) {
  const all = options.some(([own]) => own === value) ? options : [...options, [value, value]]
  return html`<select
    ...${rest}
    value=${value}
    onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ event) => onChoose(event.currentTarget.value)}
  >
    ${all.map(([own = '', text = own]) => html`<option value=${own} selected=${own === value}>${text}</option>`)}
  </select>`
}

/**
 * A button that waits for the end of what it does, and keeps the focus meanwhile.
 * @param {{ act: () => Promise<void>, children: unknown, [attribute: string]: unknown }} props
 */
export function ActionButton({ act, children, ...rest }) {
  const [isBusy, setBusy] = useState(false)
  const run = async () => {
    if (isBusy) return
    setBusy(true)
    await act()
    setBusy(false)
  }
  return html`<button type="button" ...${rest} aria-busy=${isBusy ? 'true' : undefined} onClick=${run}>${children}${isBusy ? ' …' : ''}</button>`
}

/**
 * Copies a text, and says so.
 * @param {{ text: string | null, children: unknown, note?: string }} props Null: there is nothing to copy yet.
 */
export function CopyButton({ text, children }) {
  const [state, setState] = useState(/** @type {'' | 'copied' | 'refused'} */ (''))
  useEffect(() => setState(''), [text])
  const copy = async () => {
    if (text !== null) setState(await copyText(text))
  }
  return html`<span class="copy"><button type="button" disabled=${text === null} onClick=${copy}>${children}</button>
    <span role="status" class="quiet">${state === 'copied' ? 'Copied.' : state === 'refused' ? 'The browser does not allow copying.' : ''}</span></span>`
}

/**
 * Puts a text on the clipboard. Browsers offer that on pages that came by HTTPS or from this machine only.
 * @param {string} text @returns {Promise<'copied' | 'refused'>}
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return 'copied'
  } catch {
    return 'refused'
  }
}

/**
 * Calls `load` now, after each change of `dependencies`, and again `everyMs` after each end, while the page is seen.
 * @param {(signal: AbortSignal) => Promise<boolean>} load Says whether to go on.
 * @param {number} everyMs @param {readonly unknown[]} dependencies
 */
export function useRepeated(load, everyMs, dependencies) {
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    const ended = new AbortController()
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    const run = async () => {
      const goesOn = document.hidden ? true : await latest.current(ended.signal)
      if (goesOn && !ended.signal.aborted) timer = setTimeout(run, everyMs)
    }
    void run()
    return () => {
      ended.abort()
      clearTimeout(timer)
    }
  }, dependencies)
}
