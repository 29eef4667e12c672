// @ts-check
import { formatTime } from './format.js'
import { Field } from './parts.js'
import { html } from './vendor/standalone.module.js'

/**
 * A field for a moment, in the zone of the reader.
 * @param {{ label: string, moment: string, onMoment: (moment: string) => void }} props `moment` as in RFC 3339; empty for none.
 */
export function MomentField({ label, moment, onMoment }) {
  return html`<${Field} label=${label}>
    <input type="datetime-local" value=${toLocal(moment)}
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onMoment(toMoment(currentTarget.value))} />
  <//>`
}

/** @param {string} moment */
function toLocal(moment) {
  const text = formatTime(moment)
  return text === moment ? '' : text.slice(0, 16).replace(' ', 'T')
}

/** @param {string} local */
function toMoment(local) {
  const date = new Date(local)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
