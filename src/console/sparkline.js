// @ts-check
import { html } from './vendor/standalone.module.js'

/** @typedef {{ minute: string, passedThrough: number, failed: number }} Minute */

const height = 24

/**
 * One bar for each minute: what passed, and in front of it what failed.
 * @param {{ minutes: readonly Minute[] | null }} props Null: not known yet.
 */
export function Sparkline({ minutes }) {
  if (minutes === null) return html`<span class="quiet">…</span>`
  const most = Math.max(1, ...minutes.map(({ passedThrough }) => passedThrough))
  const all = sum(minutes, 'passedThrough')
  const failed = sum(minutes, 'failed')
  const bar = (/** @type {string} */ name, /** @type {number} */ at, /** @type {number} */ count) => {
    const size = (count / most) * height
    return count === 0
      ? null
      : html`<rect class=${name} x=${at * 2} y=${height - size} width="2" height=${size} />`
  }
  return html`<svg class="sparkline" viewBox=${`0 0 ${minutes.length * 2} ${height}`} preserveAspectRatio="none" role="img"
    aria-label=${`${all} in the last hour, ${failed} failed`}>
    ${minutes.map(({ passedThrough }, at) => bar('passed', at, passedThrough))}
    ${minutes.map(({ failed: count }, at) => bar('failed', at, count))}
  </svg>`
}

/** @param {readonly Minute[]} minutes @param {'passedThrough' | 'failed'} name */
function sum(minutes, name) {
  return minutes.reduce((total, minute) => total + minute[name], 0)
}
