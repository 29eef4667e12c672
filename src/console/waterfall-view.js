// @ts-check
import { formatMs } from './format.js'
import { CodeLink, Time } from './parts.js'
import { html } from './vendor/standalone.module.js'
import { layOutWaterfall } from './waterfall.js'

/** The bars are drawn in these units. */
const [width, height] = [1_000, 16]
/** What is shorter is drawn as long as this, so that it is seen. */
const least = 2

/**
 * The attempts of an execution on one axis.
 * @param {{ attempts: readonly import('../contract/execution.ts').AttemptEntry[], since?: string | null }} props
 */
export function WaterfallView({ attempts, since = null }) {
  if (attempts.length === 0) return html`<p>Nothing was sent.</p>`
  const { spanMs, bars, ticks } = layOutWaterfall(attempts, since)
  return html`<ol class="waterfall" aria-label="Attempts">
      ${bars.map((bar, at) => {
        const attempt = attempts[at]
        if (attempt === undefined) return null
        const { purpose, number, host, port, status, failure, durationMs, connectionReused, startedAt } =
          attempt
        return html`<li>
          <p class="attempt">
            <strong>${number}. ${purpose}</strong>${host ? html`${' '}<code>${host}:${port}</code>` : null}
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
          <p class="phases">
            ${bar.parts.map((part) => html`<span class=${`phase ${part.phase}`}>${part.label} ${formatMs(part.ms)}</span>${' '}`)}
            ${bar.restMs >= 1 ? html`<span class="phase rest">${failure === null ? 'the rest' : 'until it failed'} ${formatMs(bar.restMs)}</span>` : null}
          </p>
        </li>`
      })}
    </ol>
    <p class="quiet axis"><span>0</span>${ticks[1] ? html`<span>a line every ${formatMs(ticks[1].ms)}</span>` : null}<span>${formatMs(spanMs)}</span></p>`
}

/** @param {{ name: string, from: number, to: number }} props */
function Piece({ name, from, to }) {
  const x = Math.min(from * width, width - least)
  return html`<rect class=${name} x=${x} y="0" width=${Math.max(least, (to - from) * width)} height=${height} />`
}
