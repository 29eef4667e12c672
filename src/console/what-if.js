// @ts-check
import { outcomes } from './draft.js'
import { Outputs, ReasonText } from './outputs.js'
import { Field } from './parts.js'
import { Captured } from './result-view.js'
import { html } from './vendor/standalone.module.js'

/**
 * @param {{ simulation: import('./draft.js').Simulation, simulated: any, isOld: boolean, outputs: readonly string[],
 *   onChange: (simulation: import('./draft.js').Simulation) => void }} props `isOld`: what follows is that before a change.
 */
export function WhatIf({ simulation, simulated, isOld, outputs, onChange }) {
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
    <div class=${simulated !== null && isOld ? 'old' : ''}>
    <${Outputs} outputs=${outputs} lit=${simulated?.branch ?? null} isGood=${simulated?.succeeded ?? false} />
    <div role="status" aria-label="What follows">
      ${simulated === null ? null : html`<${ReasonText} reason=${simulated.reason} /><${Captured} captured=${simulated.captured} />`}
    </div>
    </div>
  </section>`
}
