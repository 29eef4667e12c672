// @ts-check
import { call, servicePage } from './api.js'
import { asText } from './json.js'
import { html, useRef, useState } from './vendor/standalone.module.js'

/** The examples of the OpenAPI document. @param {{ onExample: (value: object) => void }} props */
export function Examples({ onExample }) {
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
              <button type="button" onClick=${() => choose(value)}>${asText(summary)}</button>
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
