// @ts-check
import { formatMs } from './format.js'
import { CodeLink, Name, Time, Wide } from './parts.js'
import { html } from './vendor/standalone.module.js'
import { layOutWaterfall, listPhases } from './waterfall.js'

/** The bars are drawn in these units. */
const [width, height] = [1_000, 16]
/** More attempts have their phases in one table. */
const longest = 5

/** What is shorter is drawn as long as this, so that it is seen. */
const least = 2

/**
 * The attempts of an execution on one axis.
 * @param {{ attempts: readonly import('../contract/execution.ts').AttemptEntry[], since?: string | null }} props
 */
export function WaterfallView({ attempts, since = null }) {
  const { spanMs, bars, ticks } = layOutWaterfall(attempts, since)
  const isLong = bars.length > longest
  return html`<ol class="waterfall" aria-label="Attempts">
      ${bars.map((bar, at) => {
        const attempt = attempts[at]
        if (attempt === undefined) return null
        const { purpose, number, host, port, status, failure, durationMs, connectionReused, startedAt } =
          attempt
        return html`<li>
          <p class="attempt">
            <strong>${number}. ${purpose}</strong>${host ? html`${' '}<code><${Name} name=${`${host}:${port}`} /></code>` : null}
            ${' '}${failure === null ? `status ${status}` : html`<${CodeLink} code=${failure} />`}
            ${' '}after ${formatMs(durationMs)}${connectionReused ? ', on a kept connection' : ''}
            ${bar.pause ? html`<span class="quiet">${at === 0 ? ', waited' : ', pause of'} ${formatMs(bar.pause.ms)} before</span>` : null}
            <span class="quiet">, at <${Time} time=${startedAt} /></span>
          </p>
          <svg viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
            ${ticks.map((tick) => html`<rect class="tick" x=${tick.at * width} y="0" width="1" height=${height} />`)}
            ${bar.pause ? html`<${Piece} name="pause" from=${bar.pause.from} to=${bar.pause.to} />` : null}
            <${Piece} name="rest" from=${bar.from} to=${bar.to} />
            ${bar.parts.map((part) => html`<${Piece} name=${part.phase} from=${part.from} to=${part.to} />`)}
          </svg>
          ${
            isLong
              ? null
              : html`<p class="phases">
            ${bar.parts.map((part) => html`<span class=${`phase ${part.phase}`}>${part.label} ${formatMs(part.ms)}</span>${' '}`)}
            ${bar.restMs >= 1 ? html`<span class="phase rest">${failure === null ? 'the rest' : 'until it failed'} ${formatMs(bar.restMs)}</span>` : null}
          </p>`
          }
        </li>`
      })}
    </ol>
    <p class="quiet axis"><span>0</span>${ticks[1] ? html`<span>a line every ${formatMs(ticks[1].ms)}</span>` : null}<span>${formatMs(spanMs)}</span></p>
    ${isLong ? html`<${Phases} bars=${bars} attempts=${attempts} />` : null}`
}

/**
 * The legend of all bars, and below it their phases in numbers.
 * @param {{ bars: readonly import('./waterfall.js').Bar[], attempts: readonly import('../contract/execution.ts').AttemptEntry[] }} props
 */
function Phases({ bars, attempts }) {
  const names = listPhases(bars)
  return html`<p class="legend">
      ${names.map(([phase, label]) => html`<span class=${`phase ${phase}`}>${label}</span>${' '}`)}<span class="phase rest">the rest</span>
    </p>
    <details><summary>The phases in numbers</summary>
      <${Wide} label="The phases in numbers"><table>
        <thead><tr><th scope="col" class="number">Attempt</th>${names.map(([, label]) => html`<th scope="col" class="number">${label}</th>`)}
          <th scope="col" class="number">the rest</th></tr></thead>
        <tbody>${bars.map(
          (bar, at) => html`<tr><th scope="row" class="number">${attempts[at]?.number}</th>
            ${names.map(([phase]) => html`<td class="number">${formatPart(bar.parts.find((part) => part.phase === phase)?.ms)}</td>`)}
            <td class="number">${formatPart(bar.restMs)}</td></tr>`,
        )}</tbody>
      </table><//>
    </details>`
}

/** @param {number | undefined} ms */
function formatPart(ms) {
  return ms === undefined ? '–' : formatMs(ms)
}

/** @param {{ name: string, from: number, to: number }} props */
function Piece({ name, from, to }) {
  const x = Math.min(from * width, width - least)
  return html`<rect class=${name} x=${x} y="0" width=${Math.max(least, (to - from) * width)} height=${height} />`
}
