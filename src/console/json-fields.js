// @ts-check
import { formatJson, readJson } from './json.js'
import { Field, Messages } from './parts.js'
import { useRowFocus } from './row-focus.js'
import { html } from './vendor/standalone.module.js'

/** @param {{ draft: import('./draft.js').Draft, error: string | null, messages: readonly import('./parts.js').Message[], onChange: (part: Partial<import('./draft.js').Draft>) => void }} props */
export function JsonFields({ draft, error, messages, onChange }) {
  const { node, payload, secrets, tenant } = draft
  const own = error === null ? messages : [{ path: null, message: error, isError: true }]
  const { group, focusNew, focusBeside } = useRowFocus(secrets.length)
  const wrongPayload = payload.trim() === '' ? null : readJson(payload)
  const setSecret = (/** @type {number} */ at, /** @type {Partial<import('./draft.js').Secret>} */ part) =>
    onChange({ secrets: secrets.map((secret, index) => (index === at ? { ...secret, ...part } : secret)) })
  return html`<div class="json">
    <${Area} label="The node as JSON" format="Format the node" value=${node} rows=${22} isWrong=${own.some(({ isError }) => isError)}
      onText=${(/** @type {string} */ text) => onChange({ node: text })} />
    <div role="status" aria-label="Messages about the node"><${Messages} places messages=${own} /></div>
    <${Area} label="The data (payload)" format="Format the data" value=${payload} rows=${8} isWrong=${wrongPayload?.ok === false}
      onText=${(/** @type {string} */ text) => onChange({ payload: text })} />
    <${Messages} messages=${wrongPayload?.ok === false ? [{ path: null, message: `This is no JSON: ${wrongPayload.message}`, isError: true }] : []} />
    <div class="rows" role="group" aria-label="Secrets of this call" ref=${group}>
      <p class="label">Secrets of this call</p>
      ${secrets.map(
        ({ name, value }, at) => html`<div class="row short" key=${at}>
          <input aria-label=${`Name of secret ${at + 1}`} placeholder="crm_token" value=${name} autocomplete="off"
            onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setSecret(at, { name: currentTarget.value })} />
          <input aria-label=${`Value of secret ${at + 1}`} type="password" value=${value} autocomplete="off"
            onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setSecret(at, { value: currentTarget.value })} />
          <button type="button" aria-label=${`Remove secret ${at + 1}`}
            onClick=${() => {
              focusBeside(at)
              onChange({ secrets: secrets.filter((_secret, index) => index !== at) })
            }}>✕</button>
        </div>`,
      )}
      <button type="button" onClick=${() => {
        focusNew()
        onChange({ secrets: [...secrets, { name: '', value: '' }] })
      }}>Add secret</button>
    </div>
    <${Field} label="Tenant">
      <input value=${tenant} autocomplete="off"
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onChange({ tenant: currentTarget.value })} />
    <//>
  </div>`
}

/**
 * A text of JSON, with a button that writes it in lines.
 * @param {{ label: string, format: string, value: string, rows: number, isWrong: boolean, onText: (text: string) => void }} props
 */
function Area({ label, format, value, rows, isWrong, onText }) {
  const writeInLines = () => {
    const formatted = formatJson(value)
    if (formatted !== null) onText(formatted)
  }
  return html`<div class="area">
    <${Field} label=${label}>
      <textarea rows=${rows} spellcheck=${false} autocomplete="off" wrap="off" value=${value} aria-invalid=${isWrong ? 'true' : undefined}
        onInput=${(/** @type {{ currentTarget: HTMLTextAreaElement }} */ { currentTarget }) => onText(currentTarget.value)}></textarea>
    <//>
    <button type="button" class="small" aria-label=${format} onClick=${writeInLines}>Format</button>
  </div>`
}
