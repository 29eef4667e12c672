// @ts-check
import { showUnseen } from './format.js'
import { CodeLink, Words } from './parts.js'
import { html } from './vendor/standalone.module.js'

/**
 * The outputs of a node, with the one that follows lit.
 * @param {{ outputs: readonly string[], lit: string | null, isGood: boolean, label?: string }} props
 */
export function Outputs({ outputs, lit, isGood, label = 'Outputs' }) {
  const all = lit === null || outputs.includes(lit) ? outputs : [...outputs, lit]
  return html`<ul class="outputs" aria-label=${label}>
    ${all.map(
      (
        output,
      ) => html`<li class=${output === lit ? (isGood ? 'lit good' : 'lit bad') : ''} aria-current=${output === lit ? 'true' : undefined}>
        ${showUnseen(output)}${output === lit ? html`<span class="follows"> follows</span>` : null}
      </li>`,
    )}
  </ul>`
}

/**
 * Why a call took its branch.
 * @param {{ reason: import('../contract/execution.ts').Reason }} props
 */
export function ReasonText({ reason }) {
  const { code, message, hint, expected, actual } = reason
  return html`<p><${CodeLink} code=${code} />${' '}<${Words} text=${message} /></p>
    ${hint ? html`<p class="hint"><strong>Hint</strong>${' '}<${Words} text=${hint} /></p>` : null}
    ${expected ? html`<p class="quiet">Expected: <${Words} text=${expected} />. Came: <${Words} text=${actual ?? 'nothing'} />.</p>` : null}`
}
