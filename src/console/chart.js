// @ts-check
import { formatTime } from './format.js'
import { html, useEffect, useRef } from './vendor/standalone.module.js'
import uPlot from './vendor/uPlot.esm.js'

/**
 * The last hour by minute, stacked: at the bottom what failed, above it what passed.
 * @param {{ minutes: readonly import('./sparkline.js').Minute[] }} props
 */
export function HourChart({ minutes }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null))
  const plot = useRef(/** @type {uPlot | null} */ (null))
  const latest = useRef(minutes)
  latest.current = minutes
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const draw = () => {
      plot.current?.destroy()
      plot.current = new uPlot(options(element), toData(latest.current), element)
    }
    const observer = new ResizeObserver(() => plot.current?.setSize(sizeOf(element)))
    // The colours are read when the chart is made.
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    draw()
    observer.observe(element)
    scheme.addEventListener('change', draw)
    return () => {
      observer.disconnect()
      scheme.removeEventListener('change', draw)
      plot.current?.destroy()
      plot.current = null
    }
  }, [])
  useEffect(() => plot.current?.setData(toData(minutes)), [minutes])
  return html`<div class="chart" ref=${place} role="img" aria-label="Executions of the last hour by minute; the table below has the numbers"></div>
    <p class="legend"><span class="phase passed">passed</span> <span class="phase failed">failed</span></p>`
}

/** @param {readonly import('./sparkline.js').Minute[]} minutes @returns {uPlot.AlignedData} */
function toData(minutes) {
  return [
    minutes.map(({ minute }) => Date.parse(minute) / 1_000),
    minutes.map(({ passedThrough }) => passedThrough),
    minutes.map(({ failed }) => failed),
  ]
}

/** @param {HTMLElement} element @returns {uPlot.Options} */
function options(element) {
  const style = getComputedStyle(element)
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim()
  const paths = uPlot.paths.bars?.({ size: [0.8, 24], align: 1 })
  const axis = {
    stroke: colour('--text'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const bars = (/** @type {string} */ name) => ({
    fill: colour(name),
    points: { show: false },
    ...(paths === undefined ? {} : { paths }),
  })
  return {
    ...sizeOf(element),
    // What failed is drawn in front of all that passed through, so that the rest above it is what passed.
    series: [{}, bars('--good'), bars('--bad')],
    axes: [
      { ...axis, size: 30, values: (_plot, times) => times.map(clock) },
      { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000] },
    ],
    scales: {
      // The last minute has as much room as the others.
      x: { range: (_plot, first, last) => [first, last + 60] },
      y: { range: (_plot, _least, most) => [0, Math.max(1, most)] },
    },
    legend: { show: false },
    cursor: { show: false },
  }
}

/** @param {number} seconds Since 1970. */
function clock(seconds) {
  return formatTime(new Date(seconds * 1_000).toISOString()).slice(11, 16)
}

/** @param {HTMLElement} element */
function sizeOf(element) {
  return { width: Math.max(200, element.clientWidth), height: 200 }
}
