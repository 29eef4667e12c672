// @ts-check
import { formatAge } from './format.js'
import { ProblemBox } from './parts.js'
import { html } from './vendor/standalone.module.js'

/**
 * The latest value, greyed and with its age while another cannot be read.
 * @param {{ latest: import('./latest.js').Latest, what: string, children: (value: any) => import('./vendor/standalone.module.js').Piece }} props `what` is
 *   read, such as `The nodes are`.
 */
export function Shown({ latest: { value, at, problem }, what, children }) {
  if (value === null && problem === null) return html`<p role="status">${what} being read …</p>`
  const isOld = value !== null && problem !== null
  return html`${problem === null ? null : html`<${ProblemBox} problem=${problem} level=${isOld ? 'status' : 'alert'} />`}
    ${isOld ? html`<p>This is what was read ${formatAge(new Date(at).toISOString(), Date.now())}.</p>` : null}
    ${value === null ? null : html`<div class=${isOld ? 'old' : ''}>${children(value)}</div>`}`
}
