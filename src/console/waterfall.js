// @ts-check

/**
 * @typedef {{ queueMs: number | null, dnsMs: number | null, connectMs: number | null, tlsMs: number | null,
 *   firstByteMs: number | null, downloadMs: number | null }} Timings
 * @typedef {{ startedAt: string, durationMs: number, timings: Timings }} Attempt
 * @typedef {{ phase: string, label: string, from: number, to: number, ms: number }} Part
 * @typedef {{ from: number, to: number, parts: Part[], restMs: number, pause: { from: number, to: number, ms: number } | null }} Bar
 *   `restMs`: what belongs to no phase, at the end. `pause`: the time between the attempt before it and this one.
 * @typedef {{ spanMs: number, bars: Bar[], ticks: { at: number, ms: number }[] }} Waterfall All places are shares of the span, from
 *   0 to 1.
 */

/** The phases of an attempt, in order. */
const phases = /** @type {const} */ ([
  ['queueMs', 'queue'],
  ['dnsMs', 'DNS'],
  ['connectMs', 'connect'],
  ['tlsMs', 'TLS'],
  ['firstByteMs', 'first byte'],
  ['downloadMs', 'download'],
])

/** Gaps below this are no pause, but work of the service. */
const shortestPauseMs = 20

/**
 * Where the bars of attempts stand on a common axis, which begins with the first attempt or, if it is earlier, with `since`.
 * @param {readonly Attempt[]} attempts
 * @param {string | null} [since] @returns {Waterfall}
 */
export function layOutWaterfall(attempts, since = null) {
  const begin = (/** @type {string | null} */ time) => {
    const at = time === null ? Number.NaN : Date.parse(time)
    return Number.isFinite(at) ? at : null
  }
  const first = Math.min(
    ...attempts.flatMap(({ startedAt }) => begin(startedAt) ?? []),
    begin(since) ?? Infinity,
  )
  const origin = Number.isFinite(first) ? first : 0
  const spans = attempts.map(({ startedAt, durationMs }) => {
    const from = Math.max(0, (begin(startedAt) ?? origin) - origin)
    return { from, to: from + positive(durationMs) }
  })
  const spanMs = Math.max(1, ...spans.map(({ to }) => to))
  const share = (/** @type {number} */ ms) => Math.min(1, ms / spanMs)

  let end = 0
  const bars = spans.map(({ from, to }, at) => {
    const gap = from - end
    const isPause = (at > 0 || since !== null) && gap >= shortestPauseMs
    const pause = isPause ? { from: share(end), to: share(from), ms: gap } : null
    end = Math.max(end, to)
    const timings = attempts[at]?.timings
    const parts = listParts(timings, from, to, share)
    const restMs = Math.max(0, to - from - parts.reduce((sum, { ms }) => sum + ms, 0))
    return { from: share(from), to: share(to), parts, restMs, pause }
  })
  return { spanMs, bars, ticks: listTicks(spanMs) }
}

/**
 * @param {Timings | undefined} timings @param {number} from @param {number} to
 * @param {(ms: number) => number} share @returns {Part[]}
 */
function listParts(timings, from, to, share) {
  let at = from
  return phases.flatMap(([phase, label]) => {
    const ms = positive(timings?.[phase])
    if (ms === 0 || at >= to) return []
    const part = { phase, label, from: share(at), to: share(Math.min(to, at + ms)), ms }
    at += ms
    return [part]
  })
}

/**
 * The phases that any of the bars has, in order, with their labels.
 * @param {readonly Bar[]} bars
 */
export function listPhases(bars) {
  const met = new Set(bars.flatMap(({ parts }) => parts.map(({ phase }) => phase)))
  return phases.filter(([phase]) => met.has(phase))
}

/** @param {number | null | undefined} value */
function positive(value) {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}

const [second, minute, hour] = [1_000, 60_000, 3_600_000]
const steps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12, 24, 48].map((count) => count * hour),
]

/** @param {number} spanMs @returns {{ at: number, ms: number }[]} */
function listTicks(spanMs) {
  const step = steps.find((size) => spanMs / size <= 5) ?? spanMs / 4
  const count = Math.min(5, Math.floor(spanMs / step))
  return Array.from({ length: count + 1 }, (_, at) => ({ at: (at * step) / spanMs, ms: at * step }))
}
