// @ts-check
import { keepKey, keyRefused, readKey, servicePage } from './api.js'
import { ExecutionView } from './execution-view.js'
import { ExecutionsView } from './executions-view.js'
import { showUnseen } from './format.js'
import { readFragment } from './fragment.js'
import { NodeView } from './node-view.js'
import { NodesView } from './nodes-view.js'
import { Name } from './parts.js'
import { TryView } from './try-view.js'
import { html, render, useEffect, useRef, useState } from './vendor/standalone.module.js'

const views = /** @type {const} */ ([
  ['try', 'Try a node'],
  ['nodes', 'Nodes'],
  ['executions', 'Executions'],
])

function App() {
  const [place, setPlace] = useState(() => readFragment(location.hash))
  // Who asks for a key.
  const [asking, setAsking] = useState(/** @type {'reader' | 'service' | 'refused' | null} */ (null))
  // Changes with the key, so that the views ask again.
  const [keyNumber, setKeyNumber] = useState(0)
  const isEntered = useRef(false)
  const main = useRef(/** @type {HTMLElement | null} */ (null))
  const latest = useRef(place)
  useEffect(() => {
    const follow = () => {
      const next = readFragment(location.hash)
      // Another search in the same list leaves a person where they are.
      if (nameView(next) !== nameView(latest.current)) main.current?.focus()
      latest.current = next
      setPlace(next)
    }
    const ask = () => {
      const wasRefused = readKey() !== null
      keepKey(null)
      setAsking((before) => (wasRefused || before === 'refused' ? 'refused' : 'service'))
    }
    addEventListener('hashchange', follow)
    addEventListener(keyRefused, ask)
    return () => {
      removeEventListener('hashchange', follow)
      removeEventListener(keyRefused, ask)
    }
  }, [])
  const section = place.view === 'node' ? 'nodes' : place.view === 'execution' ? 'executions' : place.view
  const id = 'id' in place ? `${showUnseen(place.id)} · ` : ''
  useEffect(() => {
    document.title = `${id}${views.find(([view]) => view === section)?.[1] ?? 'Nothing is here'} · webhook-node`
  }, [id, section])
  const changeKey = (/** @type {string | null} */ key) => {
    keepKey(key)
    setAsking(null)
    setKeyNumber((number) => number + 1)
    isEntered.current = key !== null
  }
  // The form that had the focus is gone.
  useEffect(() => {
    if (!isEntered.current) return
    isEntered.current = false
    const heading = main.current?.querySelector('h1')
    heading?.setAttribute('tabindex', '-1')
    heading?.focus()
  }, [keyNumber])
  return html`<header>
      <a class="skip" href="#main" onClick=${(/** @type {Event} */ event) => {
        event.preventDefault()
        main.current?.focus()
      }}>Skip to the content</a>
      <strong>webhook-node</strong>
      <nav aria-label="Views">
        ${views.map(
          ([view, title]) =>
            html`<a href=${`#/${view}`} aria-current=${section === view ? 'page' : undefined}>${title}</a>`,
        )}
      </nav>
      <nav aria-label="Pages" class="pages"><a href=${servicePage('errors')}>Codes</a></nav>
      <${KeyButton} asks=${asking !== null} onAsk=${() => setAsking(asking === null ? 'reader' : null)} onForget=${() => changeKey(null)} />
    </header>
    <main id="main" tabindex="-1" ref=${main}>
      ${asking === null ? null : html`<${KeyForm} asked=${asking} onKey=${changeKey} />`}
      <${View} place=${place} keyNumber=${keyNumber} />
    </main>`
}

/** @param {import('./fragment.js').Place} place */
function nameView(place) {
  if (place.view === 'node') return JSON.stringify([place.view, place.id, place.tenant])
  if (place.view === 'unknown') return JSON.stringify([place.view, place.path])
  return JSON.stringify([place.view, place.view === 'execution' ? place.id : ''])
}

/**
 * With another key, all but a draft begins anew.
 * @param {{ place: import('./fragment.js').Place, keyNumber: number }} props
 */
function View({ place, keyNumber }) {
  const key = `${keyNumber} ${nameView(place)}`
  switch (place.view) {
    case 'try':
      return html`<${TryView} shared=${place.shared} keyNumber=${keyNumber} />`
    case 'nodes':
      return html`<${NodesView} key=${key} search=${place.search} />`
    case 'node':
      return html`<${NodeView} key=${key} id=${place.id} tenant=${place.tenant} />`
    case 'executions':
      return html`<${ExecutionsView} key=${key} search=${place.search} />`
    case 'execution':
      return html`<${ExecutionView} key=${key} id=${place.id} />`
    case 'unknown':
      return html`<h1>Nothing is here</h1>
        <p class="problem" role="alert">The console has no view <code><${Name} name=${place.path} /></code>. Choose one above.</p>`
  }
}

/** @param {{ asks: boolean, onAsk: () => void, onForget: () => void }} props */
function KeyButton({ asks, onAsk, onForget }) {
  if (readKey() !== null) return html`<button type="button" onClick=${onForget}>Forget the key</button>`
  return html`<button type="button" aria-expanded=${asks ? 'true' : 'false'} onClick=${onAsk}>API key</button>`
}

/** @param {{ asked: 'reader' | 'service' | 'refused', onKey: (key: string) => void }} props `asked`: by whom. */
function KeyForm({ asked, onKey }) {
  const [key, setKey] = useState('')
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault()
    if (isPossible(key)) onKey(key)
  }
  const isWrong = key !== '' && !isPossible(key)
  return html`<form class="key" onSubmit=${submit} aria-label="The key for this service">
    ${asked === 'reader' ? null : html`<p role="alert">${asked === 'service' ? 'This service asks for an API key.' : 'The service has refused the key. It is forgotten.'}</p>`}
    <label><span class="label">API key</span>
      <input type="password" autocomplete="off" spellcheck=${false} value=${key}
        aria-invalid=${isWrong ? 'true' : undefined}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => setKey(event.currentTarget.value)} />
    </label>
    <button type="submit" disabled=${!isPossible(key)}>Use this key</button>
    <p class="quiet">${isWrong ? 'A key consists of A-Za-z0-9-._~+/ and may end with =.' : 'It is kept in this tab until you close it.'}</p>
  </form>`
}

/** @param {string} key */
function isPossible(key) {
  return /^[A-Za-z0-9._~+/-]+=*$/.test(key)
}

render(html`<${App} />`, document.body)
